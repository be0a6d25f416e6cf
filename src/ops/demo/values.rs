//! Converts the values of `market.json`: file names, names of enum values, days and prices.

use chrono::{NaiveDateTime, TimeDelta};

use super::pictures::FOLDER;
use crate::error::{Error, Result};
use crate::money::{Currency, Money, PriceError};

/// The path of a picture in our URLs.
pub fn picture_url(file: &str) -> String {
    format!("/media/{FOLDER}/{file}")
}

/// Parses a value with this function. `what` names the value in the error message.
pub fn parse_value<T>(what: &str, text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    parse(text).ok_or_else(|| Error::Internal(anyhow::anyhow!("the {what} {text:?} in market.json is unknown")))
}

/// Adds days to a time, or subtracts them if they are negative.
pub fn add_days(from: NaiveDateTime, days: i64) -> NaiveDateTime {
    TimeDelta::try_days(days)
        .and_then(|span| from.checked_add_signed(span))
        .unwrap_or(from)
}

/// Parses a price. Decimals that the currency does not have are dropped.
pub fn parse_price(currency: Currency, text: &str) -> Result<Money> {
    let parsed = match currency.parse(text) {
        Err(PriceError::TooFine(places)) => {
            let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
            let decimals: String = decimals.chars().take(places as usize).collect();
            currency.parse(format!("{whole}.{decimals}").trim_end_matches('.'))
        }
        parsed => parsed,
    };
    parsed.map_err(|problem| Error::Internal(anyhow::anyhow!("the price {text:?} in market.json {problem}")))
}
