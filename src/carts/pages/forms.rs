//! What the cart's forms hold, read.

use serde::Deserialize;

use crate::carts::MAX_QUANTITY;

/// What a line's form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct QuantityForm {
    quantity: String,
    /// One more or one less than was typed: the buttons beside the number.
    step: String,
}

impl QuantityForm {
    /// # Errors
    /// A message for people.
    pub fn quantity(&self) -> Result<i32, String> {
        let typed = quantity(&self.quantity, 0)?;
        Ok(match self.step.as_str() {
            "1" => (typed + 1).min(MAX_QUANTITY),
            "-1" => (typed - 1).max(1),
            _ => typed,
        })
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CountryForm {
    pub country: String,
}

/// A number of pieces, as people write it.
///
/// # Errors
/// A message for people.
pub fn quantity(typed: &str, least: i32) -> Result<i32, String> {
    let typed = typed.trim();
    let whole = !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit());
    if !whole {
        return Err("Type how many you want as a whole number, like 2.".to_owned());
    }
    match typed.parse::<i32>() {
        Ok(number) if number < least => Err(format!("Type a number from {least} to {MAX_QUANTITY}.")),
        Ok(number) if number <= MAX_QUANTITY => Ok(number),
        _ => Err(format!(
            "A cart takes {MAX_QUANTITY} of a kind. Type a number up to {MAX_QUANTITY}."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_small_numbers_are_quantities() {
        for (typed, number) in [("1", 1), (" 07 ", 7), ("99", 99)] {
            assert_eq!(quantity(typed, 1), Ok(number), "{typed}");
        }
        for typed in [
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
            assert!(quantity(typed, 1).is_err(), "{typed}");
        }
        assert_eq!(quantity("0", 0), Ok(0));
    }

    #[test]
    fn the_buttons_stay_within_what_a_line_holds() {
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
