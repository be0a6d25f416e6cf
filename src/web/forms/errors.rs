//! Error messages of a form by field.

use std::borrow::Cow;

/// Messages for the visitor by the id of the field. The empty id stands for the whole form.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct FormErrors(Vec<(Cow<'static, str>, String)>);

impl FormErrors {
    /// With one message.
    pub fn one(field: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self(vec![(field.into(), message.into())])
    }

    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, message: impl Into<String>) {
        self.0.push((field.into(), message.into()));
    }

    pub fn append(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The parsed value. An error is added under the field.
    pub fn check<T>(&mut self, field: impl Into<Cow<'static, str>>, parsed: Result<T, impl Into<String>>) -> Option<T> {
        parsed.map_err(|message| self.add(field, message)).ok()
    }

    /// The message of a field, or an empty text.
    pub fn get(&self, field: &str) -> &str {
        let error = self.0.iter().find(|(name, _)| *name == field);
        error.map_or("", |(_, message)| message)
    }

    /// The message of a field in a list, whose id is `name-row`. Rows count from 0.
    pub fn at(&self, name: &str, row: impl std::fmt::Display) -> &str {
        self.get(&format!("{name}-{row}"))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &(Cow<'static, str>, String)> {
        self.0.iter()
    }
}
