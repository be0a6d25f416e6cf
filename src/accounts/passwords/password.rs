//! The rule for new passwords: long enough, and hard to guess.
//!
//! The `zxcvbn` crate estimates how many guesses a password takes: it knows common passwords, words, names, dates,
//! keyboard rows and repetitions, also with other letters or reversed. Two things are stricter here than its own score. Words
//! about the user and spaces or signs between words count for little, and the parts of a password are only multiplied.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use zxcvbn::matching::Match;
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::zxcvbn;

use crate::config::secret::Secret;

/// Characters.
const MIN_LENGTH: usize = 12;
const MAX_LENGTH: usize = 128;
/// Characters that are estimated. This takes a few milliseconds, and more characters take much longer.
const MAX_JUDGED: usize = 40;
/// Shorter words about the user are ignored.
const MIN_OWN_WORD: usize = 4;
/// The minimum strength, as the decimal logarithm of the number of guesses.
const MIN_STRENGTH: f64 = 7.0;
/// Spaces and signs that count, each kind as a factor of ten.
const MAX_SIGNS: u8 = 4;

/// The market's own name, which is easy to guess here.
const SITE: &str = "pocketshop";

const COMMON: &str =
    "This password is easy to guess. Choose something longer or less common: three or four unrelated words work well.";
const OWN: &str = "This password is too close to your name, your email or the name of this market. Choose something longer or less common: three or four unrelated words work well.";

// leaked_passwords.txt holds the passwords of 12 characters and more that zxcvbn finds hard to guess, although they are in
// one of these lists:
// - Django 5.2.19 (PyPI), django/contrib/auth/common-passwords.txt.gz, BSD-3-Clause, copyright Django Software Foundation
//   and individual contributors; the list is Royce Williams's;
// - @zxcvbn-ts/language-common 4.1.3 (npm), passwords.json, MIT, copyright (c) 2012-2016 Dan Wheeler and Dropbox, Inc.,
//   (c) 2021 @zxcvbn-ts.
static LEAKED_PASSWORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("leaked_passwords.txt").lines().collect());

/// A password as it was typed. Prints as `***`.
#[derive(Debug, Clone)]
pub struct Password(Secret);

impl Password {
    /// A new password, which must be long enough and hard to guess. It is neither trimmed nor cut. `own_words` are the
    /// user's names, username and email address.
    ///
    /// # Errors
    /// A message for the user.
    pub fn parse(typed: &str, own_words: &[&str]) -> Result<Self, String> {
        let length = typed.chars().count();
        if length < MIN_LENGTH {
            return Err(format!(
                "Use {MIN_LENGTH} characters or more: three or four unrelated words work well."
            ));
        }
        if length > MAX_LENGTH {
            return Err(format!(
                "Use {MAX_LENGTH} characters or fewer. This password has {length}."
            ));
        }
        let own_words = words(own_words);
        let (strength, has_own_word) = strength(typed, &own_words);
        if strength < MIN_STRENGTH && has_own_word {
            return Err(OWN.into());
        }
        if strength < MIN_STRENGTH || LEAKED_PASSWORDS.contains(typed.to_lowercase().as_str()) {
            return Err(COMMON.into());
        }
        Ok(Self(Secret::new(typed)))
    }

    /// For signing in, without any rule. Input that is longer than any password is cut to a length that none has.
    pub fn from_input(input: &str) -> Self {
        Self(Secret::new(input.chars().take(MAX_LENGTH + 1).collect::<String>()))
    }

    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// The strength of the password without the user's own words, and whether it holds any.
fn strength(typed: &str, own_words: &[String]) -> (f64, bool) {
    let mut letters = String::new();
    let mut signs = BTreeSet::new();
    for typed in typed.chars().take(MAX_JUDGED) {
        match typed {
            '@' => letters.push('a'),
            '$' => letters.push('s'),
            sign if sign.is_ascii_punctuation() || sign.is_whitespace() => {
                signs.insert(sign);
            }
            letter => letters.push(letter),
        }
    }
    let inputs: Vec<&str> = own_words.iter().map(String::as_str).collect();
    let estimate = zxcvbn(&letters, &inputs);
    let (own, others): (Vec<&Match>, Vec<&Match>) =
        estimate.sequence().iter().partition(|part| is_own(part, own_words));
    let guesses: f64 = others.iter().filter_map(|part| part.guesses).map(digits).sum();
    let signs = u8::try_from(signs.len()).unwrap_or(MAX_SIGNS).min(MAX_SIGNS);
    (guesses + f64::from(signs), !own.is_empty())
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn digits(guesses: u64) -> f64 {
    (guesses as f64).log10()
}

/// Whether a part of a password is one of the user's own words, or a repetition of them.
fn is_own(part: &Match, own_words: &[String]) -> bool {
    match &part.pattern {
        MatchPattern::Dictionary(word) => own_words.contains(&word.matched_word),
        MatchPattern::Repeat(repeat) => repeat.base_matches.iter().all(|part| is_own(part, own_words)),
        _ => false,
    }
}

/// The words about the person, lower case: each text whole and each of its words, without signs.
fn words(own: &[&str]) -> Vec<String> {
    let mut words = vec![SITE.to_owned()];
    for text in own.iter().flat_map(|text| text.split('@')) {
        let lower = text.to_lowercase();
        words.push(lower.chars().filter(|letter| letter.is_alphanumeric()).collect());
        words.extend(lower.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned));
    }
    words.retain(|word| word.chars().count() >= MIN_OWN_WORD);
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const JANE: [&str; 4] = ["Jane", "O'Donnell", "jane.odonnell@glassworks.example", "jane_makes"];

    #[test]
    fn long_and_uncommon_passwords_are_accepted() {
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
        for input in good {
            assert_eq!(Password::parse(input, &JANE).unwrap().expose(), input);
        }
    }

    #[test]
    fn the_length_is_counted_in_characters() {
        assert!(Password::parse("kZ7#qLw9!vX", &[]).unwrap_err().contains("12"));
        assert!(Password::parse("éàüöñçžőåøß", &[]).is_err());
        assert!(Password::parse("éàüöñçžőåøßŵ", &[]).is_ok());
        let uncommon: String = "violet kettle marches north past nine grey coats; ".repeat(3);
        let longest: String = uncommon.chars().take(128).collect();
        assert_eq!(Password::parse(&longest, &[]).unwrap().expose(), longest);
        let too_long: String = uncommon.chars().take(129).collect();
        assert!(Password::parse(&too_long, &[]).unwrap_err().contains("129"));
    }

    #[test]
    fn common_passwords_are_refused() {
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
        for input in bad {
            assert_eq!(Password::parse(input, &JANE).unwrap_err(), COMMON, "{input}");
        }
    }

    #[test]
    fn passwords_made_of_ones_own_words_are_refused() {
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
        for input in bad {
            assert_eq!(Password::parse(input, &JANE).unwrap_err(), OWN, "{input}");
        }
        // A password may contain own words if the rest is strong enough. Short own words are ignored.
        assert!(Password::parse("jane of the violet kettle", &JANE).is_ok());
        assert!(Password::parse("annodonkettle", &["ann", "odo"]).is_ok());
    }

    #[test]
    fn leaked_passwords_are_refused_and_listed_only_where_zxcvbn_misses_them() {
        assert!(LEAKED_PASSWORDS.len() > 50);
        for leaked in &*LEAKED_PASSWORDS {
            assert_eq!(Password::parse(leaked, &[]).unwrap_err(), COMMON, "{leaked}");
            assert!(
                strength(leaked, &[]).0 >= MIN_STRENGTH,
                "{leaked} is refused without the list, too"
            );
        }
        assert!(Password::parse("IchLiebeDich", &[]).is_err());
    }

    #[test]
    fn the_strength_estimate_is_fast() {
        // The estimate takes longest for digits, repetitions, and characters that may stand for letters.
        let input = [
            "4@8({[<369!1|0$5+7%2".repeat(6),
            "4a8b3e69gi10osl7tz25".repeat(6),
            "0123456789".repeat(12),
            "1".repeat(MAX_LENGTH),
        ];
        let own = "own words of all kinds ".repeat(20);
        let _ = Password::parse(&input[0], &[]);
        let start = std::time::Instant::now();
        for input in &input {
            let _ = Password::parse(input, &[&own]);
        }
        assert!(
            start.elapsed() < std::time::Duration::from_secs(2),
            "{:?}",
            start.elapsed()
        );
    }

    #[test]
    fn long_input_at_sign_in_is_not_cut_to_a_valid_password() {
        let long = "x".repeat(1_000_000);
        assert_eq!(Password::from_input(&long).expose().len(), 129);
        assert_eq!(Password::from_input(" a\0b ").expose(), " a\0b ");
        assert!(!format!("{:?}", Password::from_input("canary")).contains("canary"));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(input in any::<String>(), own in any::<String>()) {
            let _ = Password::parse(&input, &[&own]);
        }

        #[test]
        fn random_passwords_are_accepted(input in "[a-zA-Z0-9]{20}") {
            prop_assert!(Password::parse(&input, &[]).is_ok());
        }
    }
}
