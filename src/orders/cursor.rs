//! A place in a list that is ordered by time: `1760000000000000-42`.

use std::fmt;

use chrono::{DateTime, NaiveDateTime};

/// A row of the list, by its time in microseconds and its id; the list goes on after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    micros: i64,
    pub id: i64,
}

impl Place {
    pub fn new(time: NaiveDateTime, id: i64) -> Self {
        let micros = time.and_utc().timestamp_micros();
        Self { micros, id }
    }

    /// What is no place is none.
    pub fn parse(typed: &str) -> Option<Self> {
        let (micros, id) = typed.split_once('-')?;
        let (micros, id) = (micros.parse().ok()?, id.parse().ok()?);
        DateTime::from_timestamp_micros(micros)?;
        Some(Self { micros, id })
    }

    pub fn time(self) -> NaiveDateTime {
        DateTime::from_timestamp_micros(self.micros)
            .unwrap_or_default()
            .naive_utc()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.micros, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_and_nonsense_is_none() {
        let place = Place::parse("1760000000000000-42").unwrap();
        assert_eq!(Place::new(place.time(), 42), place);
        assert_eq!(place.to_string(), "1760000000000000-42");
        for typed in [
            "",
            "-",
            "1",
            "a-1",
            "1-a",
            "9223372036854775807-1",
            "1-99999999999999999999",
        ] {
            assert_eq!(Place::parse(typed), None, "{typed}");
        }
    }
}
