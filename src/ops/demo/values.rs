//! Parses the values of `market.json`: file names, words, days and prices.

use chrono::{NaiveDateTime, TimeDelta};

use super::pictures::FOLDER;
use crate::error::{Error, Result};
use crate::money::{Currency, Money, PriceError};

/// The address of a picture.
pub fn address(file: &str) -> String {
    format!("/media/{FOLDER}/{file}")
}

pub fn word<T>(what: &str, written: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    parse(written).ok_or_else(|| Error::Internal(anyhow::anyhow!("the demo's {what} {written:?} is unknown")))
}

pub fn days(from: NaiveDateTime, days: i64) -> NaiveDateTime {
    TimeDelta::try_days(days)
        .and_then(|span| from.checked_add_signed(span))
        .unwrap_or(from)
}

/// A price as the file writes it, with the decimals dropped that the currency does not have.
pub fn price(currency: Currency, written: &str) -> Result<Money> {
    let parsed = match currency.parse(written) {
        Err(PriceError::TooFine(places)) => {
            let (whole, decimals) = written.split_once('.').unwrap_or((written, ""));
            let decimals: String = decimals.chars().take(places as usize).collect();
            currency.parse(format!("{whole}.{decimals}").trim_end_matches('.'))
        }
        parsed => parsed,
    };
    parsed.map_err(|problem| Error::Internal(anyhow::anyhow!("the demo's price {written:?} {problem}")))
}
