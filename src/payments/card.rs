//! A card. Only the provider gets it: it is never stored, and its debug output is `***`.

use std::fmt;

use chrono::{Datelike, NaiveDateTime};

/// A valid card; only this module can read its number.
#[derive(Clone)]
pub struct Card {
    pub(super) number: String,
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A message for each field that is wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CardErrors {
    pub number: Option<&'static str>,
    pub expiry: Option<&'static str>,
    pub code: Option<&'static str>,
}

impl Card {
    /// # Errors
    /// A message for each field that is wrong.
    pub fn parse(number: &str, expiry: &str, code: &str, now: NaiveDateTime) -> Result<Self, CardErrors> {
        let digits: String = number.chars().filter(|digit| !matches!(digit, ' ' | '-')).collect();
        let errors = CardErrors {
            number: number_error(&digits),
            expiry: expiry_error(expiry, now),
            code: code_error(code.trim()),
        };
        if errors == CardErrors::default() {
            Ok(Self { number: digits })
        } else {
            Err(errors)
        }
    }
}

fn number_error(digits: &str) -> Option<&'static str> {
    if digits.is_empty() {
        Some("Enter the number on the front of your card.")
    } else if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Some("Enter the card number in digits only.")
    } else if !(12..=19).contains(&digits.len()) {
        Some("A card number has 12 to 19 digits. Check it against your card.")
    } else if !luhn(digits) {
        Some("This card number is not valid. Check it against your card.")
    } else {
        None
    }
}

/// Whether the checksum of ISO/IEC 7812-1, annex B, is right.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .zip([false, true].into_iter().cycle())
        .map(|(byte, twice)| {
            let digit = u32::from(byte - b'0');
            match (twice, digit) {
                (false, digit) => digit,
                (true, digit) if digit > 4 => digit * 2 - 9,
                (true, digit) => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// A card is valid until the end of its month.
fn expiry_error(input: &str, now: NaiveDateTime) -> Option<&'static str> {
    const FORMAT_ERROR: &str = "Enter the expiration date as month and year, like 04/29.";
    let plain: String = input.chars().filter(|letter| !letter.is_whitespace()).collect();
    let (month, year) = match plain.split_once(['/', '-']) {
        Some(parts) => parts,
        // Some browsers fill in `0429`.
        None if plain.is_ascii() && plain.len() == 4 => plain.split_at(2),
        None => return Some(FORMAT_ERROR),
    };
    let number = |part: &str, lengths: &[usize]| {
        let is_number = lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<i32>().ok()).flatten()
    };
    let (Some(month), Some(year)) = (number(month, &[1, 2]), number(year, &[2, 4])) else {
        return Some(FORMAT_ERROR);
    };
    if !(1..=12).contains(&month) {
        return Some("The month must be from 01 to 12. Check the expiration date on your card.");
    }
    let year = if year < 100 { year + 2000 } else { year };
    let this_month = i32::try_from(now.month()).unwrap_or(1);
    if (year, month) < (now.year(), this_month) {
        Some("This card has expired. Use another one.")
    } else if year > now.year() + 20 {
        Some("Check the year of the expiration date.")
    } else {
        None
    }
}

fn code_error(input: &str) -> Option<&'static str> {
    let is_valid = (3..=4).contains(&input.len()) && input.bytes().all(|byte| byte.is_ascii_digit());
    (!is_valid).then_some("Enter the security code: the three or four digits on the back of your card.")
}

/// A card number that the mock provider treats in a special way.
#[derive(Debug, Clone, Copy)]
pub struct TestCard {
    pub number: &'static str,
    pub outcome: &'static str,
}

const fn card(number: &'static str, outcome: &'static str) -> TestCard {
    TestCard { number, outcome }
}

/// Every other valid number is approved.
pub const TEST_CARDS: &[TestCard] = &[
    card("4242 4242 4242 4242", "Approved"),
    card("4000 0000 0000 0002", "Declined"),
    card("4000 0000 0000 9995", "Insufficient funds"),
    card("4000 0000 0000 0069", "Expired"),
    card("4000 0000 0000 0119", "Provider error"),
    card("4000 0000 0000 3063", "Timeout, but paid"),
    card("4000 0000 0000 3220", "Timeout, never charged"),
    card("4000 0000 0000 3089", "Slow, three seconds"),
];

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn on(year: i32, month: u32, day: u32) -> NaiveDateTime {
        let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
        date.and_hms_opt(23, 59, 59).unwrap()
    }

    #[test]
    fn a_card_is_valid_until_the_end_of_its_month() {
        assert_eq!(expiry_error("11/26", on(2026, 11, 30)), None);
        assert!(expiry_error("11/26", on(2026, 12, 1)).unwrap().contains("expired"));
        assert_eq!(expiry_error("12/26", on(2026, 12, 31)), None);
        assert!(expiry_error("12/26", on(2027, 1, 1)).is_some());
        assert_eq!(expiry_error("02/28", on(2028, 2, 29)), None);
        assert!(expiry_error("2/28", on(2028, 3, 1)).is_some());
    }

    #[test]
    fn every_input_is_a_date_or_an_error() {
        let now = on(2026, 11, 24);
        for input in ["11/26", "1 / 27", "01-2030", "0429", "12/46", " 04/29 "] {
            assert_eq!(expiry_error(input, now), None, "{input}");
        }
        for input in [
            "",
            "/",
            "13/27",
            "00/27",
            "0/27",
            "1/0",
            "01/00",
            "01/0000",
            "1/27/3",
            "-1/27",
            "01/127",
            "é/27",
            "0é29",
            "1e1/27",
            "١١/٢٧",
            "12/47",
            "12/9999",
            "10/26",
            "99999999999/27",
            "\0",
        ] {
            assert!(expiry_error(input, now).is_some(), "{input}");
        }
    }

    #[test]
    fn numbers_and_codes_are_checked_digit_by_digit() {
        let now = on(2026, 11, 24);
        for card in TEST_CARDS {
            assert!(Card::parse(card.number, "12/30", "123", now).is_ok(), "{}", card.number);
        }
        for number in [
            "",
            "4242",
            "4242424242424241",
            "4242 4242 4242 424x",
            "４２４２424242424242",
            "0".repeat(20).as_str(),
        ] {
            assert!(
                Card::parse(number, "12/30", "123", now).unwrap_err().number.is_some(),
                "{number}"
            );
        }
        for code in ["", "12", "12345", "12a", "１２３"] {
            assert!(
                Card::parse("4242424242424242", "12/30", code, now)
                    .unwrap_err()
                    .code
                    .is_some()
            );
        }
        let card = Card::parse("4242-4242-4242-4242", "12/30", "1234", now).unwrap();
        assert_eq!(format!("{card:?}"), "***");
    }
}
