//! What a buyer answered to a product's fields.

use std::collections::BTreeMap;

use crate::catalog::{PersonalizationField, PersonalizationKind};
use crate::error::{Error, Result};
use crate::id::PersonalizationFieldId;
use crate::money::Money;
use crate::text::line;

/// Answers by field, none of them empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Personalization(BTreeMap<i64, String>);

/// One answer as a cart shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalizationAnswer {
    pub label: String,
    pub value: String,
    /// On top of the variant's.
    pub price: Money,
}

impl Personalization {
    /// What was typed, held to what the product asks.
    ///
    /// # Errors
    /// A message for each field that needs another look.
    pub fn parse(
        fields: &[PersonalizationField],
        typed: &[(PersonalizationFieldId, String)],
    ) -> Result<Self, Vec<(PersonalizationFieldId, String)>> {
        let mut wrong = Vec::new();
        let mut answers = BTreeMap::new();
        for field in fields {
            let given = typed.iter().find(|(id, _)| *id == field.id);
            match check(field, given.map_or("", |(_, value)| value)) {
                Ok(value) if value.is_empty() => {}
                Ok(value) => drop(answers.insert(field.id.0, value)),
                Err(message) => wrong.push((field.id, message)),
            }
        }
        for (id, _) in typed {
            if !fields.iter().any(|field| field.id == *id) {
                let message = "The shop no longer asks for this. Load the page again and check what it asks.";
                wrong.push((*id, message.to_owned()));
            }
        }
        if wrong.is_empty() {
            Ok(Self(answers))
        } else {
            Err(wrong)
        }
    }

    /// As it is kept: the same answers are always the same text, none are none.
    pub fn stored(&self) -> Result<String> {
        if self.0.is_empty() {
            return Ok(String::new());
        }
        serde_json::to_string(&self.0).map_err(|error| Error::internal(error, "writing answers"))
    }

    /// None: it was not us who wrote it.
    pub fn read(stored: &str) -> Option<Self> {
        if stored.is_empty() {
            return Some(Self::default());
        }
        serde_json::from_str(stored).ok().map(Self)
    }

    /// Whether the product still asks just this.
    pub fn fit(&self, fields: &[PersonalizationField]) -> bool {
        Self::parse(fields, &self.typed()).is_ok_and(|same| same == *self)
    }

    pub fn typed(&self) -> Vec<(PersonalizationFieldId, String)> {
        self.0
            .iter()
            .map(|(id, value)| (PersonalizationFieldId(*id), value.clone()))
            .collect()
    }

    /// In the order of the fields.
    pub fn shown(&self, fields: &[PersonalizationField]) -> Vec<PersonalizationAnswer> {
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

/// The tidy answer to one field; empty where nothing was answered and nothing has to be.
fn check(field: &PersonalizationField, typed: &str) -> Result<String, String> {
    let max_length = usize::try_from(field.max_length).unwrap_or(0);
    let value = match field.kind {
        PersonalizationKind::Text => line("text", typed, max_length)?,
        PersonalizationKind::Choice => typed.trim().to_owned(),
    };
    if value.is_empty() {
        return match (field.required, field.kind) {
            (false, _) => Ok(value),
            (true, PersonalizationKind::Text) => {
                Err(format!("Fill in “{}”. The shop needs it to make yours.", field.label))
            }
            (true, PersonalizationKind::Choice) => Err(format!("Choose one for “{}”.", field.label)),
        };
    }
    if field.kind == PersonalizationKind::Choice && !field.choices().any(|choice| choice == value) {
        return Err(format!("Choose one of the list for “{}”.", field.label));
    }
    Ok(value)
}
