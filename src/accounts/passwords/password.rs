//! The one password rule: long, and nothing that a guesser tries first.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::config::secret::Secret;

use super::strength::{Pattern, plain_letters, signs};

/// Characters.
const MIN_LENGTH: usize = 12;
const MAX_LENGTH: usize = 128;
/// Own words shorter than this say nothing about a person.
const OWN_WORD: usize = 4;
/// How many characters must be left over that no word, row or repetition explains.
const LEFT: usize = 6;
/// A common word with no more signs than these around it is still that word.
const DECORATION: usize = 8;

/// The market's own name, as words that anyone would think of here.
const SITE: [&str; 1] = ["pocketshop"];

const COMMON: &str =
    "This password is easy to guess. Choose something longer or less common: three or four unrelated words work well.";
const OWN: &str = "This password is little more than your own name, your address or ours. Choose something longer or less common: three or four unrelated words work well.";

// common_passwords.txt holds the passwords of 12 characters and more in either of these lists, and the 2,600 most common
// ones of 6 to 11 characters with a letter that are in both:
// - Django 5.2.19 (PyPI), django/contrib/auth/common-passwords.txt.gz, BSD-3-Clause, copyright Django Software Foundation
//   and individual contributors; the list is Royce Williams's;
// - @zxcvbn-ts/language-common 4.1.3 (npm), passwords.json, MIT, copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc.,
//   (c) 2021 @zxcvbn-ts.
static COMMON_PASSWORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// What somebody typed to be let in with. Prints as `***`.
#[derive(Debug, Clone)]
pub struct Password(Secret);

impl Password {
    /// A new password, which must keep the rule; nothing is trimmed or cut. `own_words` are the person's: names, the
    /// username, the email address. The message is for them.
    pub fn parse(typed: &str, own_words: &[&str]) -> Result<Self, String> {
        let length = typed.chars().count();
        if length < MIN_LENGTH {
            return Err(format!(
                "Use {MIN_LENGTH} characters or more: three or four unrelated words work well."
            ));
        }
        if length > MAX_LENGTH {
            return Err(format!(
                "Use {MAX_LENGTH} characters or fewer: this password has {length}."
            ));
        }
        let lower = typed.to_lowercase();
        let own = own(own_words);
        for reading in [plain_letters(&lower), lower] {
            if is_common(&reading) {
                return Err(COMMON.into());
            }
            if is_own(&reading, &own) {
                return Err(OWN.into());
            }
        }
        Ok(Self(Secret::new(typed)))
    }

    /// For signing in: no rule. What is longer than any password is cut to a length that none has.
    pub fn typed(typed: &str) -> Self {
        Self(Secret::new(typed.chars().take(MAX_LENGTH + 1).collect::<String>()))
    }

    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// In the list, as it is or decorated; or a pattern that guessers walk through.
fn is_common(lower: &str) -> bool {
    let pattern = Pattern::of(lower);
    pattern.unit < MIN_LENGTH || pattern.pieces < LEFT || listed(lower)
}

/// In the list: whole, without the signs at its ends, without its spaces, or repeated.
fn listed(lower: &str) -> bool {
    let not_letter = |letter: char| !letter.is_alphabetic();
    let not_sign = |letter: char| !letter.is_alphanumeric();
    let cores = [
        lower,
        lower.trim_matches(not_sign),
        lower.trim_end_matches(not_letter),
        lower.trim_matches(not_letter),
    ];
    cores.into_iter().any(|core| {
        let (squeezed, plain) = (signs(core), plain_letters(core));
        let unit = Pattern::of(core).repeated(core);
        let decoration = lower.chars().count() - core.chars().count();
        decoration <= DECORATION
            && [core, &squeezed, &plain, unit]
                .iter()
                .any(|word| COMMON_PASSWORDS.contains(word))
    })
}

/// The words that say who the person is, longest first, so that a word inside another is not taken out before it.
fn own(given: &[&str]) -> Vec<String> {
    let mut words: Vec<String> = SITE.iter().map(ToString::to_string).collect();
    for given in given {
        let lower = given.to_lowercase();
        for part in lower.split('@') {
            words.push(signs(part));
            words.extend(part.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned));
        }
    }
    words.retain(|word| word.chars().count() >= OWN_WORD);
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    words
}

/// Made of own words, and too little or too common besides.
fn is_own(lower: &str, own: &[String]) -> bool {
    let squeezed = signs(lower);
    let mut rest = squeezed.clone();
    for word in own {
        rest = rest.replace(word.as_str(), "");
    }
    // Signs between the words count, spaces and the like do not.
    let others = lower
        .chars()
        .filter(|letter| !letter.is_alphanumeric() && !letter.is_whitespace() && !"-_.".contains(*letter));
    let found = rest.len() < squeezed.len();
    rest.extend(others);
    found && (Pattern::of(&rest).pieces < LEFT || listed(&rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const JANE: [&str; 4] = ["Jane", "O'Donnell", "jane.odonnell@glassworks.example", "jane_makes"];

    #[test]
    fn anything_long_and_uncommon_goes() {
        let good = [
            "correct horse battery staple",
            "violet kettle marches north",
            "  spaces stay  here ",
            "nul\0is\0fine\0here",
            "🦀🪴🧵🪡🧶🎨🖼🪞🧺🪵🕯🫖",
            "Tr0ub4dor&3 and more",
            "kZ7#qLw9!vXc",
            "839201749274",
            "janes glass kettle marches",
            "the pocket of my grey coat",
            "Größe wünscht Käse im Fjord",
            &"violet kettle ".repeat(9),
        ];
        for typed in good {
            assert_eq!(Password::parse(typed, &JANE).unwrap().expose(), typed);
        }
    }

    #[test]
    fn the_length_is_counted_in_characters() {
        assert!(Password::parse("kZ7#qLw9!vX", &[]).unwrap_err().contains("12"));
        assert!(Password::parse("éàüöñçžőåøß", &[]).is_err());
        assert!(Password::parse("éàüöñçžőåøßŵ", &[]).is_ok());
        let uncommon: String = "violet kettle marches north past nine grey coats; ".repeat(3);
        let most: String = uncommon.chars().take(128).collect();
        assert_eq!(Password::parse(&most, &[]).unwrap().expose(), most);
        let over: String = uncommon.chars().take(129).collect();
        assert!(Password::parse(&over, &[]).unwrap_err().contains("129"));
    }

    #[test]
    fn what_guessers_try_first_is_refused() {
        let bad = [
            "1q2w3e4r5t6y",
            "1QAZ2wsx3EDC",
            "qwerty123456",
            "football2024!",
            "Password1234",
            "P@ssw0rd1234",
            "!!password!!2025",
            "1999superman!!",
            "dragondragon",
            "dragon dragon dragon",
            "password password1",
            "passwordpassword",
            "aaaaaaaaaaaaaaa",
            "abcabcabcabc",
            "123456789012",
            "098765432109",
            "qwertyuiop12",
            "poiuytrewq!!",
            "abcdefghijkl",
            "zyxwvutsrqpo",
            "1234567890!!",
            "a1b2c3d4e5f6",
            "111111222222",
            "qazwsxedcrfv",
            "147258369147",
            "asdfghjkl;'asdf",
            "!@#$%^&*()_+",
            "            ",
            "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
        ];
        for typed in bad {
            assert_eq!(Password::parse(typed, &JANE).unwrap_err(), COMMON, "{typed}");
        }
    }

    #[test]
    fn ones_own_words_are_refused() {
        let bad = [
            "pocketshop12",
            "pocket shop 2026",
            "P0cketSh0p!!",
            "Pocket-Shop!!!",
            "janeodonnell",
            "Jane.O'Donnell1",
            "glassworks26",
            "jane_makes_jane1",
            "odonnell123456789",
            "janeglassworks password",
            "jane@glassworks.example",
        ];
        for typed in bad {
            assert_eq!(Password::parse(typed, &JANE).unwrap_err(), OWN, "{typed}");
        }
        assert!(Password::parse("janeodonnell", &[]).is_ok());
        assert!(Password::parse("annodonkettle", &["ann", "odo"]).is_ok());
    }

    #[test]
    fn the_list_is_what_it_says() {
        assert!(COMMON_PASSWORDS.len() > 3000);
        assert!(
            COMMON_PASSWORDS
                .iter()
                .all(|word| word.len() >= 6 && *word == word.to_lowercase())
        );
    }

    #[test]
    fn what_is_typed_to_sign_in_is_never_cut_into_a_password() {
        let long = "x".repeat(1_000_000);
        assert_eq!(Password::typed(&long).expose().len(), 129);
        assert_eq!(Password::typed(" a\0b ").expose(), " a\0b ");
        assert!(!format!("{:?}", Password::typed("canary")).contains("canary"));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(typed in any::<String>(), own in any::<String>()) {
            let _ = Password::parse(&typed, &[&own]);
        }

        #[test]
        fn random_passwords_go(typed in "[a-zA-Z0-9]{20}") {
            prop_assert!(Password::parse(&typed, &[]).is_ok());
        }
    }
}
