//! A position in a list that is paged by key: the value the list is sorted by, and the id of the row.

use std::fmt;

use chrono::{DateTime, NaiveDateTime};

use crate::money::Money;

/// The last microsecond of the year 9999. SQLite and PostgreSQL disagree about later times.
const MAX_MICROS: i64 = 253_402_300_799_999_999;
/// The longest sort value in bytes. The program writes none that is longer.
const MAX_VALUE_LENGTH: usize = 1_000;

/// The row after which the next page begins. In an address it reads `1760000000000000-42` or `Blue mug-42`: times are
/// microseconds since 1970, amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    value: String,
    id: i64,
}

impl Cursor {
    /// A row in a list sorted by time.
    pub fn at_time(time: NaiveDateTime, id: impl Into<i64>) -> Self {
        Self::at_number(time.and_utc().timestamp_micros(), id)
    }

    /// A row in a list sorted by an amount or a quantity.
    pub fn at_number(number: impl Into<i64>, id: impl Into<i64>) -> Self {
        Self::at_text(number.into().to_string(), id)
    }

    /// A row in a list sorted by text.
    pub fn at_text(value: String, id: impl Into<i64>) -> Self {
        Self { value, id: id.into() }
    }

    /// Reads a cursor from an address. None for anything that is not a cursor.
    pub fn parse(input: &str) -> Option<Self> {
        let (value, id) = input.rsplit_once('-')?;
        if value.is_empty() || value.len() > MAX_VALUE_LENGTH || value.chars().any(char::is_control) {
            return None;
        }
        Some(Self {
            value: value.to_owned(),
            id: id.parse().ok()?,
        })
    }

    /// The id as the type of the list's rows.
    pub fn id<Id: From<i64>>(&self) -> Id {
        Id::from(self.id)
    }

    /// The sort value of a list sorted by time. None if the cursor belongs to another sort order.
    pub fn time(&self) -> Option<NaiveDateTime> {
        let micros = self.number().filter(|micros| (0..=MAX_MICROS).contains(micros))?;
        Some(DateTime::from_timestamp_micros(micros)?.naive_utc())
    }

    /// The sort value of a list sorted by a number.
    pub fn number(&self) -> Option<i64> {
        self.value.parse().ok()
    }

    /// The sort value of a list sorted by price.
    pub fn money(&self) -> Option<Money> {
        self.number().map(Money)
    }

    /// The sort value of a list sorted by text.
    pub fn text(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.value, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_parses_from_its_text() {
        for text in ["1760000000000000-42", "7800-1", "Mug, blue-42", "a-b-c-7", "é-1"] {
            assert_eq!(Cursor::parse(text).unwrap().to_string(), text);
        }
        let time = DateTime::from_timestamp_micros(1_760_000_000_000_001)
            .unwrap()
            .naive_utc();
        let cursor = Cursor::at_time(time, 42);
        assert_eq!(Cursor::parse(&cursor.to_string()), Some(cursor.clone()));
        assert_eq!((cursor.time(), cursor.id::<i64>()), (Some(time), 42));
    }

    #[test]
    fn invalid_cursors_are_refused() {
        let long = format!("{}-1", "x".repeat(1_001));
        for text in ["", "-", "42", "-42", "x-", "x-y", "a\0b-1", long.as_str()] {
            assert_eq!(Cursor::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_time_out_of_range_is_refused() {
        for text in ["-5-1", "253402300800000000-1", "blue-1", "99999999999999999999-1"] {
            assert_eq!(Cursor::parse(text).and_then(|cursor| cursor.time()), None, "{text}");
        }
    }
}
