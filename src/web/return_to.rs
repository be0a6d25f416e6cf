//! `?next=`: where to go afterwards, if it is a page of ours.

use url::Url;
use url::form_urlencoded::byte_serialize;

/// The address within this site that `wanted` names, or `/`.
pub fn local(wanted: &str, site: &Url) -> String {
    let ours = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && !wanted.contains('\\')
        && !wanted.chars().any(char::is_control);
    let joined = if ours { site.join(wanted).ok() } else { None };
    match joined {
        Some(url) if url.origin() == site.origin() && !url.path().starts_with("//") => {
            url[url::Position::BeforePath..].to_owned()
        }
        _ => "/".to_owned(),
    }
}

/// The page, told where to go afterwards.
pub fn with_next(page: &str, next: &str) -> String {
    let next: String = byte_serialize(next.as_bytes()).collect();
    format!("{page}?next={next}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn site() -> Url {
        Url::parse("https://market.example").unwrap()
    }

    #[test]
    fn only_our_own_pages_are_next() {
        for line in include_str!("../../tests/corpus/next.txt").lines() {
            let wanted: String = serde_json::from_str(line).unwrap();
            assert_eq!(local(&wanted, &site()), "/", "{wanted:?}");
        }
        for wanted in ["/", "/shops/luna?n=48", "/products?category=home-living#grid", "/%09/e"] {
            assert_eq!(local(wanted, &site()), wanted);
        }
    }

    proptest! {
        #[test]
        fn next_never_leaves_the_site(wanted in ".*") {
            let joined = site().join(&local(&wanted, &site())).unwrap();
            prop_assert_eq!(joined.origin(), site().origin());
        }
    }
}
