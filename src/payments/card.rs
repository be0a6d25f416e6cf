//! A card as it was typed. It goes to the provider and nowhere else: it has no way into the database, and prints as `***`.

use std::fmt;

use chrono::{Datelike, NaiveDateTime};

/// What a card's number, month and code are; nothing of it can be read but by the provider.
#[derive(Clone)]
pub struct Card {
    pub(super) number: String,
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A message for each of the three fields that needs another look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CardProblems {
    pub number: Option<&'static str>,
    pub expiry: Option<&'static str>,
    pub code: Option<&'static str>,
}

impl Card {
    /// # Errors
    /// What is wrong with it, field by field.
    pub fn parse(number: &str, expiry: &str, code: &str, now: NaiveDateTime) -> Result<Self, CardProblems> {
        let digits: String = number.chars().filter(|one| !matches!(one, ' ' | '-')).collect();
        let errors = CardProblems {
            number: number_problem(&digits),
            expiry: expiry_problem(expiry, now),
            code: code_problem(code.trim()),
        };
        if errors == CardProblems::default() {
            Ok(Self { number: digits })
        } else {
            Err(errors)
        }
    }
}

fn number_problem(digits: &str) -> Option<&'static str> {
    if digits.is_empty() {
        Some("Enter the number on the front of your card.")
    } else if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Some("Enter the card number in digits only.")
    } else if !(12..=19).contains(&digits.len()) {
        Some("A card number has 12 to 19 digits. Check it against your card.")
    } else if !luhn(digits) {
        Some("This is not a card number. Check it against your card.")
    } else {
        None
    }
}

/// ISO/IEC 7812-1, annex B.
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

/// A card is good through its month.
fn expiry_problem(typed: &str, now: NaiveDateTime) -> Option<&'static str> {
    const SHAPE: &str = "Enter the expiry date as month and year, like 04/29.";
    let plain: String = typed.chars().filter(|one| !one.is_whitespace()).collect();
    let (month, year) = match plain.split_once(['/', '-']) {
        Some(parts) => parts,
        // As some keyboards fill it in: 0429.
        None if plain.is_ascii() && plain.len() == 4 => plain.split_at(2),
        None => return Some(SHAPE),
    };
    let number = |part: &str, lengths: &[usize]| {
        let whole = lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        whole.then(|| part.parse::<i32>().ok()).flatten()
    };
    let (Some(month), Some(year)) = (number(month, &[1, 2]), number(year, &[2, 4])) else {
        return Some(SHAPE);
    };
    if !(1..=12).contains(&month) {
        return Some("There are twelve months. Check the expiry date on your card.");
    }
    let year = if year < 100 { year + 2000 } else { year };
    let this_month = i32::try_from(now.month()).unwrap_or(1);
    if (year, month) < (now.year(), this_month) {
        Some("This card has expired. Use another one.")
    } else if year > now.year() + 20 {
        Some("Check the year: no card is good for that long.")
    } else {
        None
    }
}

fn code_problem(typed: &str) -> Option<&'static str> {
    let fine = (3..=4).contains(&typed.len()) && typed.bytes().all(|byte| byte.is_ascii_digit());
    (!fine).then_some("Enter the security code: the three or four digits on the back of your card.")
}

/// A card that the mock provider knows, and what comes of it.
#[derive(Debug, Clone, Copy)]
pub struct TestCard {
    pub number: &'static str,
    pub outcome: &'static str,
}

const fn card(number: &'static str, outcome: &'static str) -> TestCard {
    TestCard { number, outcome }
}

/// Any other good number is approved.
pub const TEST_CARDS: &[TestCard] = &[
    card("4242 4242 4242 4242", "Approved"),
    card("4000 0000 0000 0002", "Declined"),
    card("4000 0000 0000 9995", "Insufficient funds"),
    card("4000 0000 0000 0069", "Expired"),
    card("4000 0000 0000 0119", "Provider error"),
    card("4000 0000 0000 3063", "Time-out, paid all the same"),
    card("4000 0000 0000 3220", "Time-out, never charged"),
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
    fn a_card_is_good_through_its_month() {
        assert_eq!(expiry_problem("11/26", on(2026, 11, 30)), None);
        assert!(expiry_problem("11/26", on(2026, 12, 1)).unwrap().contains("expired"));
        assert_eq!(expiry_problem("12/26", on(2026, 12, 31)), None);
        assert!(expiry_problem("12/26", on(2027, 1, 1)).is_some());
        assert_eq!(expiry_problem("02/28", on(2028, 2, 29)), None);
        assert!(expiry_problem("2/28", on(2028, 3, 1)).is_some());
    }

    #[test]
    fn every_date_is_a_date_or_a_message() {
        let now = on(2026, 11, 24);
        for typed in ["11/26", "1 / 27", "01-2030", "0429", "12/46", " 04/29 "] {
            assert_eq!(expiry_problem(typed, now), None, "{typed}");
        }
        for typed in [
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
            assert!(expiry_problem(typed, now).is_some(), "{typed}");
        }
    }

    #[test]
    fn numbers_and_codes_are_checked_digit_by_digit() {
        let now = on(2026, 11, 24);
        for test in TEST_CARDS {
            assert!(Card::parse(test.number, "12/30", "123", now).is_ok(), "{}", test.number);
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
