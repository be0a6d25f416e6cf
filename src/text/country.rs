//! Countries: all of ISO 3166-1, by their English names.

use std::sync::LazyLock;

const COUNTRIES: &str = include_str!("countries.txt");

/// A country, or a territory with a code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country {
    /// Two capital letters, like `PT`.
    pub code: &'static str,
    pub name: &'static str,
}

static ALL: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let read = |line: &'static str| line.split_once(' ').map(|(code, name)| Country { code, name });
    COUNTRIES.lines().filter_map(read).collect()
});

impl Country {
    /// All countries, sorted by name.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    pub fn by_code(code: &str) -> Option<Self> {
        ALL.iter().find(|country| country.code == code).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_has_a_code_and_a_name() {
        assert_eq!(Country::all().len(), 249);
        for country in Country::all() {
            assert!(country.code.len() == 2 && country.code.bytes().all(|letter| letter.is_ascii_uppercase()));
            assert!(!country.name.is_empty() && country.name.trim() == country.name);
            assert_eq!(Country::by_code(country.code), Some(*country));
        }
        assert_eq!(Country::by_code("PT").map(|country| country.name), Some("Portugal"));
        assert_eq!(Country::by_code("pt"), None);
        assert_eq!(Country::by_code(""), None);
    }
}
