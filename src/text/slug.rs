//! The words of an address.

/// The longest slug, in letters.
const SLUG_LENGTH: usize = 60;

/// Words that addresses of ours use, or may come to use, where a slug would stand.
const RESERVED: &[&str] = &[
    "about",
    "account",
    "admin",
    "api",
    "cart",
    "checkout",
    "dashboard",
    "edit",
    "feed",
    "help",
    "login",
    "logout",
    "media",
    "new",
    "orders",
    "policies",
    "preview",
    "products",
    "register",
    "reviews",
    "search",
    "sections",
    "shop",
    "shops",
    "story",
    "theme",
    "vacation",
];

/// Letters that do not come apart into an ASCII letter and a mark.
const FOLDED: &[(char, &str)] = &[
    ('ß', "ss"),
    ('æ', "ae"),
    ('ø', "o"),
    ('œ', "oe"),
    ('ð', "d"),
    ('þ', "th"),
    ('ł', "l"),
    ('đ', "d"),
    ('ı', "i"),
    ('&', " and "),
    ('à', "a"),
    ('á', "a"),
    ('â', "a"),
    ('ã', "a"),
    ('ä', "a"),
    ('å', "a"),
    ('ā', "a"),
    ('ă', "a"),
    ('ą', "a"),
    ('ç', "c"),
    ('ć', "c"),
    ('č', "c"),
    ('ď', "d"),
    ('è', "e"),
    ('é', "e"),
    ('ê', "e"),
    ('ë', "e"),
    ('ē', "e"),
    ('ę', "e"),
    ('ě', "e"),
    ('ğ', "g"),
    ('ì', "i"),
    ('í', "i"),
    ('î', "i"),
    ('ï', "i"),
    ('ī', "i"),
    ('ñ', "n"),
    ('ń', "n"),
    ('ň', "n"),
    ('ò', "o"),
    ('ó', "o"),
    ('ô', "o"),
    ('õ', "o"),
    ('ö', "o"),
    ('ō', "o"),
    ('ő', "o"),
    ('ř', "r"),
    ('ś', "s"),
    ('š', "s"),
    ('ş', "s"),
    ('ș', "s"),
    ('ť', "t"),
    ('ț', "t"),
    ('ù', "u"),
    ('ú', "u"),
    ('û', "u"),
    ('ü', "u"),
    ('ū', "u"),
    ('ů', "u"),
    ('ű', "u"),
    ('ý', "y"),
    ('ÿ', "y"),
    ('ź', "z"),
    ('ż', "z"),
    ('ž', "z"),
];

/// The words of an address, from a name: lower case, hyphens, at least one letter, none of ours.
/// A name that has no letter we can write gets `fallback` in front.
pub fn slug(name: &str, fallback: &str) -> String {
    let mut folded = String::new();
    for letter in name.to_lowercase().chars() {
        match FOLDED.iter().find(|(from, _)| *from == letter) {
            Some((_, to)) => folded.push_str(to),
            None if letter == '\'' || letter == '’' => {}
            None => folded.push(letter),
        }
    }
    let words: Vec<&str> = folded
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut slug = String::new();
    for word in words {
        if !slug.is_empty() && slug.len() + word.len() >= SLUG_LENGTH {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    slug.truncate(SLUG_LENGTH);
    if !slug.bytes().any(|byte| byte.is_ascii_alphabetic()) || RESERVED.contains(&slug.as_str()) {
        return format!("{fallback}-{slug}").trim_end_matches('-').to_owned();
    }
    slug
}

/// A slug that a person chose for a shop.
///
/// # Errors
/// A message for people.
pub fn chosen_slug(typed: &str) -> Result<String, String> {
    let slug = typed.trim().to_lowercase();
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if !slug.bytes().all(plain) {
        return Err("Write the address in letters from a to z, digits and hyphens, like barro-e-sal.".to_owned());
    }
    if slug.len() < 3 {
        return Err("The address is too short. Use 3 letters or more.".to_owned());
    }
    if slug.len() > SLUG_LENGTH {
        return Err(format!("The address is too long. Use {SLUG_LENGTH} letters or fewer."));
    }
    if slug.starts_with('-') || slug.ends_with('-') || slug.contains("--") {
        return Err("A hyphen goes between two letters or digits. Take the others out.".to_owned());
    }
    if !slug.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Err("The address needs a letter, since numbers alone mean something else here.".to_owned());
    }
    if RESERVED.contains(&slug.as_str()) {
        return Err("The market needs this word for itself. Choose another address.".to_owned());
    }
    Ok(slug)
}

/// Whether this could be a slug at all; anything else need not be looked up.
pub fn is_slug(typed: &str) -> bool {
    typed.len() <= SLUG_LENGTH * 2
        && typed
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// The first of `wanted`, `wanted-2`, `wanted-3`, … that nobody has.
pub fn free_slug(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut slug = wanted.to_owned();
    let mut next = 2;
    while taken(&slug) {
        slug = format!("{wanted}-{next}");
        next += 1;
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_short_plain_and_has_a_letter() {
        for (name, slug_of_it) in [
            ("Luna & Sol Jewelry", "luna-and-sol-jewelry"),
            ("Maker's Café — São João", "makers-cafe-sao-joao"),
            ("Łódź Straße", "lodz-strasse"),
            ("2024", "shop-2024"),
            ("New", "shop-new"),
            ("日本", "shop"),
            ("a.b/c\\d", "a-b-c-d"),
        ] {
            assert_eq!(slug(name, "shop"), slug_of_it);
        }
        assert!(slug(&"very long ".repeat(30), "shop").len() <= SLUG_LENGTH);
    }

    #[test]
    fn a_chosen_slug_follows_the_rules_or_is_told_them() {
        for typed in ["barro-e-sal", "  Barro-E-Sal ", "abc", "3d-prints"] {
            assert_eq!(chosen_slug(typed), Ok(typed.trim().to_lowercase()));
        }
        let long = "a".repeat(SLUG_LENGTH + 1);
        for typed in [
            "",
            "ab",
            "-abc",
            "abc-",
            "a--b",
            "123",
            "new",
            "Admin",
            "a b c",
            "a/b",
            "a.b",
            "shöp",
            "a\0bc",
            "../..",
            "日本語",
            &long,
        ] {
            assert!(chosen_slug(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn a_taken_slug_gets_the_next_number() {
        assert_eq!(free_slug("mug", |slug| slug == "mug" || slug == "mug-2"), "mug-3");
    }
}
