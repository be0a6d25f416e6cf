//! Slugs: the words of an address.

use deunicode::deunicode_char;
use icu_normalizer::ComposingNormalizerBorrowed;

/// The longest slug, in characters.
const MAX_SLUG_LENGTH: usize = 60;

/// Words that our addresses use, or may use later, in the place of a slug.
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

/// A slug from a name in any script: lower case, hyphens between words, at least one letter, no reserved word. If the name has
/// no letter or is reserved, the slug begins with `fallback`.
pub fn slug(name: &str, fallback: &str) -> String {
    let plain = to_ascii(name);
    let words = plain
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        if !slug.is_empty() && slug.len() + word.len() >= MAX_SLUG_LENGTH {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    slug.truncate(MAX_SLUG_LENGTH);
    if !slug.bytes().any(|byte| byte.is_ascii_alphabetic()) || RESERVED.contains(&slug.as_str()) {
        return format!("{fallback}-{slug}").trim_end_matches('-').to_owned();
    }
    slug
}

/// The name in lower-case Latin letters without accents. Other characters than letters and digits separate words.
fn to_ascii(name: &str) -> String {
    // Composed first, so that a decomposed accent or Korean syllable is one letter.
    let lower = name.to_lowercase();
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&lower);
    let mut ascii = String::new();
    for letter in composed.chars() {
        match letter {
            '&' => ascii.push_str(" and "),
            '\'' | '’' => {}
            _ if letter.is_ascii() => ascii.push(letter),
            _ => match deunicode_char(letter) {
                // Some letters, such as a soft sign, become quotes, which must not split the word.
                Some(latin) if letter.is_alphanumeric() => {
                    ascii.extend(latin.chars().filter(|sign| !"'\"`".contains(*sign)));
                }
                // A combining mark.
                Some("") => {}
                _ => ascii.push(' '),
            },
        }
    }
    ascii.make_ascii_lowercase();
    ascii
}

/// A slug that a person chose for a shop.
///
/// # Errors
/// A message for the visitor.
pub fn chosen_slug(input: &str) -> Result<String, String> {
    let slug = input.trim().to_lowercase();
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if !slug.bytes().all(plain) {
        return Err("Use letters from a to z, digits and hyphens, like barro-e-sal.".to_owned());
    }
    if slug.len() < 3 {
        return Err("The address is too short. Use 3 characters or more.".to_owned());
    }
    if slug.len() > MAX_SLUG_LENGTH {
        return Err(format!(
            "The address is too long. Use {MAX_SLUG_LENGTH} characters or fewer."
        ));
    }
    if slug.starts_with('-') || slug.ends_with('-') || slug.contains("--") {
        return Err("Use hyphens only between letters or digits.".to_owned());
    }
    if !slug.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Err("The address needs at least one letter.".to_owned());
    }
    if RESERVED.contains(&slug.as_str()) {
        return Err("This word is reserved. Choose another address.".to_owned());
    }
    Ok(slug)
}

/// Whether a text can be a slug, so that it makes sense to look it up.
pub fn is_slug(input: &str) -> bool {
    input.len() <= MAX_SLUG_LENGTH * 2
        && input
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// The first of `slug`, `slug-2`, `slug-3`, … that is not taken.
pub fn free_slug(slug: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut free = slug.to_owned();
    let mut next = 2;
    while is_taken(&free) {
        free = format!("{slug}-{next}");
        next += 1;
    }
    free
}

#[cfg(test)]
mod tests {
    use icu_normalizer::DecomposingNormalizerBorrowed;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_slug_is_short_plain_and_has_a_letter() {
        for (name, expected) in [
            ("Luna & Sol Jewelry", "luna-and-sol-jewelry"),
            ("Maker's Café — São João", "makers-cafe-sao-joao"),
            ("Łódź Straße", "lodz-strasse"),
            ("2024", "shop-2024"),
            ("New", "shop-new"),
            ("a.b/c\\d", "a-b-c-d"),
            ("Mug — for two", "mug-for-two"),
            ("☕ Mug", "mug"),
            ("☕", "shop"),
            ("", "shop"),
        ] {
            assert_eq!(slug(name, "shop"), expected);
        }
        assert!(slug(&"very long ".repeat(30), "shop").len() <= MAX_SLUG_LENGTH);
    }

    #[test]
    fn a_name_in_any_script_gets_an_address() {
        for (name, expected) in [
            ("陶器", "tao-qi"),
            ("Керамика", "keramika"),
            ("Мел и соль", "mel-i-sol"),
            ("صابون", "sbwn"),
            ("서울 도자기", "seoul-dojagi"),
        ] {
            assert_eq!(slug(name, "shop"), expected);
        }
        let decomposed = "\u{1109}\u{1165}\u{110b}\u{116e}\u{11af} \u{1103}\u{1169}\u{110c}\u{1161}\u{1100}\u{1175}";
        assert_eq!(slug(decomposed, "shop"), "seoul-dojagi");
        assert!(slug(&"陶器".repeat(50), "shop").len() <= MAX_SLUG_LENGTH);
    }

    #[test]
    fn an_accent_is_dropped_however_it_is_encoded() {
        let accented = "à á â ã ä å ā ă ą ç ć č ď è é ê ë ē ę ě ğ ì í î ï ī ñ ń ň ò ó ô õ ö ō ő ř ś š ş ș ť ț ù ú û ü ū ů ű ý ÿ ź ż ž";
        let plain = "a a a a a a a a a c c c d e e e e e e e g i i i i i n n n o o o o o o o r s s s s t t u u u u u u u y y z z z";
        let apart: String = DecomposingNormalizerBorrowed::new_nfd()
            .normalize(accented)
            .into_owned();
        for name in [accented, &accented.to_uppercase(), &apart] {
            assert_eq!(to_ascii(name), plain);
        }
        assert_eq!(to_ascii("ß æ ø œ ð þ ł đ ı"), "ss ae o oe d th l d i");
    }

    #[test]
    fn a_chosen_slug_must_follow_the_rules() {
        for input in ["barro-e-sal", "  Barro-E-Sal ", "abc", "3d-prints"] {
            assert_eq!(chosen_slug(input), Ok(input.trim().to_lowercase()));
        }
        let long = "a".repeat(MAX_SLUG_LENGTH + 1);
        for input in [
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
            assert!(chosen_slug(input).is_err(), "{input}");
        }
    }

    #[test]
    fn a_taken_slug_gets_the_next_number() {
        assert_eq!(free_slug("mug", |slug| slug == "mug" || slug == "mug-2"), "mug-3");
    }

    proptest! {
        #[test]
        fn any_name_gives_a_slug(name in any::<String>()) {
            let slug = slug(&name, "shop");
            prop_assert!(is_slug(&slug) && !slug.is_empty());
            prop_assert!(slug.len() <= MAX_SLUG_LENGTH + "shop-".len());
        }
    }
}
