//! The cart's forms.

use serde::Deserialize;

use crate::carts::{MAX_QUANTITY, max_quantity_message};

/// The form of a line.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct QuantityForm {
    quantity: String,
    /// `1` or `-1`: the buttons beside the number, for one more or one less.
    step: String,
}

impl QuantityForm {
    /// # Errors
    /// A message for the buyer.
    pub fn quantity(&self) -> Result<i32, String> {
        let quantity = parse_quantity(&self.quantity, 0)?;
        Ok(match self.step.as_str() {
            "1" => (quantity + 1).min(MAX_QUANTITY),
            "-1" => (quantity - 1).max(1),
            _ => quantity,
        })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CountryForm {
    pub country: String,
}

/// Reads a quantity from `min` to `MAX_QUANTITY`.
///
/// # Errors
/// A message for the buyer.
pub fn parse_quantity(input: &str, min: i32) -> Result<i32, String> {
    let input = input.trim();
    let is_number = !input.is_empty() && input.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err("Enter a whole number, like 2.".to_owned());
    }
    match input.parse::<i32>() {
        Ok(number) if number < min => Err(format!("Enter a number from {min} to {MAX_QUANTITY}.")),
        Ok(number) if number <= MAX_QUANTITY => Ok(number),
        _ => Err(format!("{} Enter a smaller number.", max_quantity_message())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_small_whole_number() {
        for (input, number) in [("1", 1), (" 07 ", 7), ("99", 99)] {
            assert_eq!(parse_quantity(input, 1), Ok(number), "{input}");
        }
        for input in [
            "",
            "0",
            "-1",
            "−1",
            "+1",
            "1e3",
            "１",
            "1.0",
            "100",
            "2147483648",
            "99999999999999999999",
            "x",
        ] {
            assert!(parse_quantity(input, 1).is_err(), "{input}");
        }
        assert_eq!(parse_quantity("0", 0), Ok(0));
    }

    #[test]
    fn the_buttons_stay_within_the_limits_of_a_line() {
        let pressed = |quantity: &str, step: &str| {
            let form = QuantityForm {
                quantity: quantity.to_owned(),
                step: step.to_owned(),
            };
            form.quantity()
        };
        assert_eq!(pressed("2", "1"), Ok(3));
        assert_eq!(pressed("2", "-1"), Ok(1));
        assert_eq!(pressed("1", "-1"), Ok(1));
        assert_eq!(pressed("99", "1"), Ok(99));
        assert_eq!(pressed("4", "9"), Ok(4));
    }
}
