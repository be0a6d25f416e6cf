//! A buyer's answers to a product's personalization fields.

use std::collections::BTreeMap;

use crate::catalog::{PersonalizationField, PersonalizationKind};
use crate::error::{Error, Result};
use crate::id::PersonalizationFieldId;
use crate::money::Money;
use crate::text::line;

/// Answers by field. An empty answer is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Personalization(BTreeMap<i64, String>);

/// An answer as the cart shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalizationAnswer {
    pub label: String,
    pub value: String,
    /// Added to the variant's price.
    pub price: Money,
}

impl Personalization {
    /// Checks the entered answers against the product's fields.
    ///
    /// # Errors
    /// A message for each field with an invalid answer.
    pub fn parse(
        fields: &[PersonalizationField],
        input: &[(PersonalizationFieldId, String)],
    ) -> Result<Self, Vec<(PersonalizationFieldId, String)>> {
        let mut errors = Vec::new();
        let mut answers = BTreeMap::new();
        for field in fields {
            let given = input.iter().find(|(id, _)| *id == field.id);
            match check(field, given.map_or("", |(_, value)| value)) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => drop(answers.insert(field.id.0, value)),
                Err(message) => errors.push((field.id, message)),
            }
        }
        for (id, _) in input {
            if !fields.iter().any(|field| field.id == *id) {
                let message = "The shop changed its personalization. Reload the page and check it.";
                errors.push((*id, message.to_owned()));
            }
        }
        if errors.is_empty() {
            Ok(Self(answers))
        } else {
            Err(errors)
        }
    }

    /// The text in the database. The same answers always give the same text; no answers give an empty text.
    pub fn stored(&self) -> Result<String> {
        if self.0.is_empty() {
            return Ok(String::new());
        }
        serde_json::to_string(&self.0)
            .map_err(|error| Error::internal(error, "personalization answers could not be written"))
    }

    /// Reads the text from the database. None if it is not valid.
    pub fn read(stored: &str) -> Option<Self> {
        if stored.is_empty() {
            return Some(Self::default());
        }
        serde_json::from_str(stored).ok().map(Self)
    }

    /// Whether the answers are still valid for the product's fields.
    pub fn fits(&self, fields: &[PersonalizationField]) -> bool {
        Self::parse(fields, &self.to_input()).is_ok_and(|same| same == *self)
    }

    fn to_input(&self) -> Vec<(PersonalizationFieldId, String)> {
        self.0
            .iter()
            .map(|(id, value)| (PersonalizationFieldId(*id), value.clone()))
            .collect()
    }

    /// The answers as the cart shows them, in the order of the fields.
    pub fn answers(&self, fields: &[PersonalizationField]) -> Vec<PersonalizationAnswer> {
        let answer = |field: &PersonalizationField| {
            Some(PersonalizationAnswer {
                label: field.label.clone(),
                value: self.0.get(&field.id.0)?.clone(),
                price: field.price,
            })
        };
        fields.iter().filter_map(answer).collect()
    }
}

/// The cleaned answer to a field. Empty if there is none and the field is optional.
fn check(field: &PersonalizationField, input: &str) -> Result<String, String> {
    let max_length = usize::try_from(field.max_length).unwrap_or(0);
    let value = match field.kind {
        PersonalizationKind::Text => line("text", input, max_length)?,
        PersonalizationKind::Choice => input.trim().to_owned(),
    };
    if value.is_empty() {
        return match (field.required, field.kind) {
            (false, _) => Ok(value),
            (true, PersonalizationKind::Text) => Err(format!(
                "Fill in “{}”. The shop needs it to make your item.",
                field.label
            )),
            (true, PersonalizationKind::Choice) => Err(format!("Choose an option for “{}”.", field.label)),
        };
    }
    if field.kind == PersonalizationKind::Choice && !field.choices().any(|choice| choice == value) {
        return Err(format!("Choose an option from the list for “{}”.", field.label));
    }
    Ok(value)
}
