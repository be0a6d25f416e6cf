//! The words of an address.

use deunicode::deunicode_char;
use icu_normalizer::ComposingNormalizerBorrowed;

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

/// The words of an address, from a name in any script: lower case, hyphens, at least one letter, no reserved word.
/// A name without a single letter gets `fallback` in front.
pub fn slug(name: &str, fallback: &str) -> String {
    let plain = to_ascii(name);
    let words = plain
        .split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
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

/// The name in lower-case Latin letters without accents; what is neither letter nor digit stays a separator.
fn to_ascii(name: &str) -> String {
    // Composed first, so that an accent or a Korean syllable sent in pieces is read as one letter.
    let lower = name.to_lowercase();
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&lower);
    let mut ascii = String::new();
    for letter in composed.chars() {
        match letter {
            '&' => ascii.push_str(" and "),
            '\'' | '’' => {}
            _ if letter.is_ascii() => ascii.push(letter),
            _ => match deunicode_char(letter) {
                // A soft sign and the like become quotes, which must not split the word.
                Some(latin) if letter.is_alphanumeric() => {
                    ascii.extend(latin.chars().filter(|sign| !"'\"`".contains(*sign)))
                }
                // A mark that belongs to the letter before it.
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
    use icu_normalizer::DecomposingNormalizerBorrowed;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_slug_is_short_plain_and_has_a_letter() {
        for (name, slug_of_it) in [
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
            assert_eq!(slug(name, "shop"), slug_of_it);
        }
        assert!(slug(&"very long ".repeat(30), "shop").len() <= SLUG_LENGTH);
    }

    #[test]
    fn a_name_in_any_script_gets_an_address() {
        for (name, slug_of_it) in [
            ("陶器", "tao-qi"),
            ("Керамика", "keramika"),
            ("Мел и соль", "mel-i-sol"),
            ("صابون", "sbwn"),
            ("서울 도자기", "seoul-dojagi"),
        ] {
            assert_eq!(slug(name, "shop"), slug_of_it);
        }
        let decomposed = "\u{1109}\u{1165}\u{110b}\u{116e}\u{11af} \u{1103}\u{1169}\u{110c}\u{1161}\u{1100}\u{1175}";
        assert_eq!(slug(decomposed, "shop"), "seoul-dojagi");
        assert!(slug(&"陶器".repeat(50), "shop").len() <= SLUG_LENGTH);
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

    proptest! {
        #[test]
        fn any_name_gives_a_slug(name in any::<String>()) {
            let slug = slug(&name, "shop");
            prop_assert!(is_slug(&slug) && !slug.is_empty());
            prop_assert!(slug.len() <= SLUG_LENGTH + "shop-".len());
        }
    }
}
