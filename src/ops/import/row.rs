//! A row of a fixture: reads its fields by type, with errors that name the file, model and pk.

use std::fmt::Display;

use chrono::{DateTime, NaiveDateTime, SubsecRound};
use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde_json::{Map, Value};
use url::Url;

use super::model::Model;
use crate::error::{Error, Result};
use crate::money::{Currency, Money};

/// The host of the original's pictures.
const PICTURE_HOST: &str = "res.cloudinary.com";

#[derive(Debug)]
pub struct Row {
    pub file: &'static str,
    pub model: Model,
    pub pk: i64,
    pub fields: Map<String, Value>,
}

impl Row {
    /// The name in messages: `orders.json: orders.order 3`.
    pub fn name(&self) -> String {
        format!("{}: {} {}", self.file, self.model.label(), self.pk)
    }

    /// An error that names the row. `why` says what is wrong.
    pub fn refuse(&self, why: impl Display) -> Error {
        Error::Refused(format!("{}: {why}", self.name()))
    }

    /// A required text, which may be empty.
    pub fn text(&self, field: &str) -> Result<&str> {
        match self.value(field)? {
            // PostgreSQL cannot store a NUL.
            Value::String(text) if text.contains('\0') => {
                Err(self.refuse(format!("the {field} contains a NUL character")))
            }
            Value::String(text) => Ok(text),
            _ => Err(self.refuse(format!("the {field} is not a string"))),
        }
    }

    /// An optional text. Empty if it is missing.
    pub fn optional_text(&self, field: &str) -> Result<&str> {
        if self.has(field) { self.text(field) } else { Ok("") }
    }

    /// A text that is not blank.
    pub fn required_text(&self, field: &str) -> Result<&str> {
        let text = self.text(field)?;
        if text.trim().is_empty() {
            Err(self.refuse(format!("the {field} is empty")))
        } else {
            Ok(text)
        }
    }

    /// The pk of another row.
    pub fn reference(&self, field: &str) -> Result<i64> {
        self.value(field)?
            .as_i64()
            .ok_or_else(|| self.refuse(format!("the {field} is not a whole number")))
    }

    /// A whole number, zero or more.
    pub fn quantity(&self) -> Result<i32> {
        let value = self.value("quantity")?;
        let number = value
            .as_i64()
            .ok_or_else(|| self.refuse("the quantity is not a whole number"))?;
        if number < 0 {
            return Err(self.refuse(format!("the quantity {number} is below zero")));
        }
        i32::try_from(number).map_err(|_| self.refuse(format!("the quantity {number} is too large")))
    }

    /// A price. Django writes decimals as strings, because floats would not be exact.
    pub fn price(&self, field: &str, currency: Currency) -> Result<Money> {
        let Value::String(text) = self.value(field)? else {
            return Err(self.refuse(format!("the {field} is not a string like \"12.50\"")));
        };
        currency
            .parse(text)
            .map_err(|problem| self.refuse(format!("the {field} {text:?} {problem}")))
    }

    pub fn flag(&self, field: &str, default: bool) -> Result<bool> {
        match self.fields.get(field) {
            None | Some(Value::Null) => Ok(default),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.refuse(format!("the {field} is neither true nor false"))),
        }
    }

    /// A required time, converted to UTC and truncated to microseconds. A time without an offset is in UTC already.
    pub fn time(&self, field: &str) -> Result<NaiveDateTime> {
        let text = self.text(field)?;
        DateTime::parse_from_rfc3339(text)
            .map(|time| time.naive_utc())
            .or_else(|_| text.parse::<NaiveDateTime>())
            .map(|time| time.trunc_subsecs(6))
            .map_err(|_| self.refuse(format!("the {field} {text:?} is not a date and time")))
    }

    /// An optional time.
    pub fn optional_time(&self, field: &str) -> Result<Option<NaiveDateTime>> {
        if self.has(field) {
            self.time(field).map(Some)
        } else {
            Ok(None)
        }
    }

    /// The URL of a picture, if there is one. The inner `Err` says that it is not at the original's picture host.
    pub fn picture(&self, field: &str) -> Result<Result<Option<String>, NotOurPicture>> {
        let address = self.optional_text(field)?;
        if address.is_empty() {
            return Ok(Ok(None));
        }
        let ours = Url::parse(address).ok().filter(|url| {
            url.scheme() == "https"
                && url.host_str() == Some(PICTURE_HOST)
                && url.port().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        });
        Ok(ours.map(|url| Some(url.into())).ok_or(NotOurPicture))
    }

    /// Converts an error of the database to one that names this row.
    pub fn map_error<T>(&self, result: QueryResult<T>) -> Result<T> {
        result.map_err(|error| match error {
            DieselError::DatabaseError(
                DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::CheckViolation
                | DatabaseErrorKind::ForeignKeyViolation,
                info,
            ) => self.refuse(format!("the database rejected it: {}", info.message())),
            other => Error::Internal(anyhow::Error::new(other).context(self.name())),
        })
    }

    fn has(&self, field: &str) -> bool {
        self.fields.get(field).is_some_and(|value| !value.is_null())
    }

    fn value(&self, field: &str) -> Result<&Value> {
        match self.fields.get(field) {
            None | Some(Value::Null) => Err(self.refuse(format!("the {field} is missing"))),
            Some(value) => Ok(value),
        }
    }
}

/// A picture that is not at the original's picture host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOurPicture;

impl NotOurPicture {
    pub const REASON: &str = "the picture is not at https://res.cloudinary.com";
}
