//! The formats of postal codes, for the countries that most parcels go to.

/// Country, patterns and example. In a pattern, `9` is a digit and `A` a letter; hyphens and spaces are left out.
const PATTERNS: &[(&str, &[&str], &str)] = &[
    ("AT", &["9999"], "1010"),
    ("AU", &["9999"], "3000"),
    ("BE", &["9999"], "1000"),
    ("BR", &["99999999"], "01310-100"),
    ("CA", &["A9A9A9"], "K1A 0B1"),
    ("CH", &["9999"], "8001"),
    ("CN", &["999999"], "100000"),
    ("CZ", &["99999"], "110 00"),
    ("DE", &["99999"], "10115"),
    ("DK", &["9999"], "1050"),
    ("ES", &["99999"], "28001"),
    ("FI", &["99999"], "00100"),
    ("FR", &["99999"], "75001"),
    (
        "GB",
        &["A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA"],
        "SW1A 1AA",
    ),
    ("GR", &["99999"], "105 57"),
    ("HU", &["9999"], "1051"),
    ("IN", &["999999"], "110001"),
    ("IT", &["99999"], "00118"),
    ("JP", &["9999999"], "100-0001"),
    ("KR", &["99999"], "04524"),
    ("MX", &["99999"], "06000"),
    ("NL", &["9999AA"], "1012 AB"),
    ("NO", &["9999"], "0150"),
    ("NZ", &["9999"], "6011"),
    ("PL", &["99999"], "00-001"),
    ("PT", &["9999999"], "1100-148"),
    ("SE", &["99999"], "111 20"),
    ("US", &["99999", "999999999"], "94103"),
    ("ZA", &["9999"], "8001"),
];

/// Countries and territories that have no postal codes, or hardly use them.
const WITHOUT_CODES: &[&str] = &[
    "AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BO", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CK", "CM", "DJ", "DM",
    "ER", "FJ", "GA", "GD", "GH", "GM", "GN", "GQ", "GY", "HK", "IE", "JM", "KI", "KM", "KN", "KP", "LC", "LY", "ML",
    "MO", "MR", "MW", "NR", "NU", "PA", "QA", "RW", "SB", "SC", "SL", "SR", "ST", "SY", "TD", "TG", "TK", "TL", "TO",
    "TT", "TV", "UG", "VU", "WS", "YE", "ZW",
];

/// The message for a code that is not valid in this country. None if it is valid, or if its format is not known here.
pub fn error(country: &str, code: &str) -> Option<String> {
    if code.is_empty() {
        return (!WITHOUT_CODES.contains(&country)).then(|| match country {
            "US" => "Enter your ZIP code.".to_owned(),
            _ => "Enter your postal code.".to_owned(),
        });
    }
    let (_, patterns, example) = PATTERNS.iter().find(|(code, ..)| *code == country)?;
    let plain: Vec<char> = code.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
    let matches = |pattern: &&str| {
        pattern.len() == plain.len()
            && pattern.chars().zip(&plain).all(|(kind, letter)| match kind {
                '9' => letter.is_ascii_digit(),
                _ => letter.is_ascii_alphabetic(),
            })
    };
    (!patterns.iter().any(matches)).then(|| format!("Check the postal code. In this country it looks like {example}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_are_valid_and_other_codes_are_not() {
        for (country, _, example) in PATTERNS {
            assert_eq!(error(country, example), None, "{country}");
            assert!(error(country, "12").is_some(), "{country}");
            assert!(error(country, "").is_some(), "{country}");
        }
        assert_eq!(error("US", "94103-1234"), None);
        assert_eq!(error("GB", "m1 1ae"), None);
        assert!(error("PT", "1100").is_some());
        assert_eq!(error("IE", ""), None);
        assert_eq!(error("IE", "D02 AF30"), None);
        assert!(error("DE", "１０１１５").is_some());
    }
}
