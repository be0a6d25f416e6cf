//! Reads single values of the editor's form. Errors are messages for the seller.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::catalog::MAX_PRICE;
use crate::money::{Currency, Money};

/// The id of a control in a list. Without an index, the name alone.
pub fn control_id(name: &'static str, index: Option<usize>) -> Cow<'static, str> {
    index.map_or(Cow::Borrowed(name), |index| Cow::Owned(format!("{name}-{index}")))
}

/// None for an empty value.
pub fn optional<T, E>(input: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    match input.trim() {
        "" => Ok(None),
        input => parse(input).map(Some),
    }
}

pub fn price(currency: Currency, input: &str) -> Result<Money, String> {
    let price = currency
        .parse(input)
        .map_err(|problem| format!("The price {problem}."))?;
    if price.0 > MAX_PRICE {
        return Err(format!("The price can’t exceed {}.", currency.format(Money(MAX_PRICE))));
    }
    Ok(price)
}

pub fn whole_number(name: &str, input: &str, range: RangeInclusive<i32>) -> Result<i32, String> {
    let input = input.trim();
    let digits = !input.is_empty() && input.bytes().all(|byte| byte.is_ascii_digit());
    let number = input.parse().ok().filter(|number| digits && range.contains(number));
    number.ok_or_else(|| {
        format!(
            "The {name} must be a whole number from {} to {}.",
            range.start(),
            range.end()
        )
    })
}
