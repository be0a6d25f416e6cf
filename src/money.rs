//! Money: minor units (cents) in the program and the database, decimals only in text.

use std::fmt;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use rust_decimal::Decimal;

/// The largest amount that is accepted, in minor units. Sums of such amounts still fit into an `i64`.
pub const MAX: i64 = 1_000_000_000_000;

/// An amount in the market's currency, in minor units (cents for USD, yen for JPY).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Money(pub i64);

impl Money {
    /// The sum. None if it overflows.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The amount multiplied by `count`. None if it overflows.
    pub fn times(self, count: i32) -> Option<Self> {
        self.0.checked_mul(i64::from(count)).map(Self)
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for Money
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Money
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

/// A currency that a market can run on (ISO 4217).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency {
    /// Three letters, `USD`.
    pub code: &'static str,
    symbol: &'static str,
    /// The number of decimals: 2 for USD, 0 for JPY, 3 for TND.
    exponent: u32,
}

/// Code, symbol and number of decimals of the supported currencies, from ISO 4217.
const CURRENCIES: &[(&str, &str, u32)] = &[
    ("AED", "AED ", 2),
    ("ARS", "ARS ", 2),
    ("AUD", "A$", 2),
    ("BGN", "BGN ", 2),
    ("BHD", "BHD ", 3),
    ("BRL", "R$", 2),
    ("CAD", "CA$", 2),
    ("CHF", "CHF ", 2),
    ("CLP", "CLP ", 0),
    ("CNY", "CN¥", 2),
    ("COP", "COP ", 2),
    ("CZK", "CZK ", 2),
    ("DKK", "DKK ", 2),
    ("EGP", "EGP ", 2),
    ("EUR", "€", 2),
    ("GBP", "£", 2),
    ("HKD", "HK$", 2),
    ("HUF", "HUF ", 2),
    ("IDR", "IDR ", 2),
    ("ILS", "₪", 2),
    ("INR", "₹", 2),
    ("ISK", "ISK ", 0),
    ("JOD", "JOD ", 3),
    ("JPY", "¥", 0),
    ("KES", "KES ", 2),
    ("KRW", "₩", 0),
    ("KWD", "KWD ", 3),
    ("MAD", "MAD ", 2),
    ("MXN", "MX$", 2),
    ("MYR", "MYR ", 2),
    ("NGN", "NGN ", 2),
    ("NOK", "NOK ", 2),
    ("NZD", "NZ$", 2),
    ("OMR", "OMR ", 3),
    ("PEN", "PEN ", 2),
    ("PHP", "₱", 2),
    ("PLN", "PLN ", 2),
    ("PYG", "PYG ", 0),
    ("RON", "RON ", 2),
    ("RSD", "RSD ", 2),
    ("SAR", "SAR ", 2),
    ("SEK", "SEK ", 2),
    ("SGD", "S$", 2),
    ("THB", "THB ", 2),
    ("TND", "TND ", 3),
    ("TRY", "TRY ", 2),
    ("TWD", "NT$", 2),
    ("UAH", "UAH ", 2),
    ("UGX", "UGX ", 0),
    ("USD", "$", 2),
    ("UYU", "UYU ", 2),
    ("VND", "₫", 0),
    ("XOF", "XOF ", 0),
    ("ZAR", "ZAR ", 2),
];

impl Currency {
    /// The text before an amount, with a space where one is needed.
    pub fn symbol(self) -> &'static str {
        self.symbol
    }

    pub fn decimals(self) -> u32 {
        self.exponent
    }

    /// The currency with this code of three capital letters.
    pub fn by_code(code: &str) -> Option<Self> {
        let (code, symbol, exponent) = CURRENCIES.iter().find(|(known, ..)| *known == code)?;
        Some(Self {
            code,
            symbol,
            exponent: *exponent,
        })
    }

    /// For people: `$1,234.50`.
    pub fn format(self, money: Money) -> String {
        let unit = 10_u64.pow(self.exponent);
        let whole = group(money.0.unsigned_abs() / unit);
        let sign = if money.0 < 0 { "−" } else { "" };
        let places = self.exponent as usize;
        match places {
            0 => format!("{sign}{}{whole}", self.symbol),
            _ => format!(
                "{sign}{}{whole}.{:0places$}",
                self.symbol,
                money.0.unsigned_abs() % unit
            ),
        }
    }

    /// Reads a plain decimal (`78.00`). The errors are the end of a sentence that begins with the name of the field.
    pub fn parse(self, input: &str) -> Result<Money, PriceError> {
        let is_plain = input
            .trim()
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        if !is_plain {
            return Err(PriceError::NotANumber);
        }
        let amount: Decimal = input.trim().parse().map_err(|_| PriceError::NotANumber)?;
        if amount.is_sign_negative() && !amount.is_zero() {
            return Err(PriceError::Negative);
        }
        if amount.normalize().scale() > self.exponent {
            return Err(PriceError::TooFine(self.exponent));
        }
        let minor = amount
            .checked_mul(Decimal::from(10_u64.pow(self.exponent)))
            .ok_or(PriceError::TooMuch)?;
        i64::try_from(minor)
            .ok()
            .filter(|minor| *minor <= MAX)
            .map(Money)
            .ok_or(PriceError::TooMuch)
    }

    /// For machines (Open Graph, feeds): `1234.50`.
    pub fn plain(self, money: Money) -> String {
        Decimal::new(money.0, self.exponent).to_string()
    }
}

/// Why a text is not a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceError {
    NotANumber,
    Negative,
    /// More decimals than the currency has.
    TooFine(u32),
    TooMuch,
}

impl fmt::Display for PriceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber => f.write_str("is not a number like 12.50"),
            Self::Negative => f.write_str("is below zero"),
            Self::TooFine(places) => write!(f, "has more than {places} decimals"),
            Self::TooMuch => f.write_str("is too large"),
        }
    }
}

fn group(whole: u64) -> String {
    let digits = whole.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_formatted_for_their_currency() {
        let dollars = Currency::by_code("USD").unwrap();
        assert_eq!(dollars.format(Money(7_800)), "$78.00");
        assert_eq!(dollars.format(Money(123_456_789)), "$1,234,567.89");
        assert_eq!(dollars.format(Money(-5)), "−$0.05");
        assert_eq!(Currency::by_code("JPY").unwrap().format(Money(1_200)), "¥1,200");
        assert_eq!(Currency::by_code("TND").unwrap().format(Money(1_200)), "TND 1.200");
        assert_eq!(dollars.plain(Money(7_800)), "78.00");
    }

    #[test]
    fn an_invalid_price_is_refused_with_its_reason() {
        let dollars = Currency::by_code("USD").unwrap();
        for (input, error) in [
            ("", PriceError::NotANumber),
            ("1e3", PriceError::NotANumber),
            ("１", PriceError::NotANumber),
            ("12,50", PriceError::NotANumber),
            ("-1.00", PriceError::Negative),
            ("1.005", PriceError::TooFine(2)),
            ("10000000000.01", PriceError::TooMuch),
            ("79228162514264337593543950335", PriceError::TooMuch),
        ] {
            assert_eq!(dollars.parse(input), Err(error), "{input}");
        }
        assert_eq!(dollars.parse("-0"), Ok(Money(0)));
        assert_eq!(dollars.parse("6.990"), Ok(Money(699)));
    }

    proptest! {
        #[test]
        fn a_formatted_price_parses_to_the_same_amount(minor in 0..=MAX) {
            for (code, ..) in CURRENCIES {
                let currency = Currency::by_code(code).unwrap();
                prop_assert_eq!(currency.parse(&currency.plain(Money(minor))), Ok(Money(minor)));
            }
        }
    }
}
