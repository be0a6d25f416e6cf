//! The personalization fields of the form, read into drafts.

use super::input::{control_id, optional, price, whole_number};
use super::lists::FieldForm;
use crate::catalog::{
    MAX_CHOICE_LENGTH, MAX_CHOICES, MAX_HINT_LENGTH, MAX_LABEL_LENGTH, MAX_TEXT_LENGTH, PersonalizationFieldDraft,
    PersonalizationKind,
};
use crate::id::PersonalizationFieldId;
use crate::money::Currency;
use crate::text::line;
use crate::web::FormErrors;

impl FieldForm {
    pub fn parse(
        &self,
        index: usize,
        currency: Currency,
        errors: &mut FormErrors,
    ) -> Option<PersonalizationFieldDraft> {
        let id = |name| control_id(name, Some(index));
        let known = optional(&self.id, |input| {
            input
                .parse()
                .map(PersonalizationFieldId)
                .map_err(|_| "This field no longer exists.")
        });
        let known = errors.check(id("field_label"), known);
        let label = line("question", &self.label, MAX_LABEL_LENGTH).and_then(|label| match label.as_str() {
            "" => Err("Enter a question, or remove the field.".to_owned()),
            _ => Ok(label),
        });
        let label = errors.check(id("field_label"), label);
        let hint = errors.check(id("field_hint"), line("hint", &self.hint, MAX_HINT_LENGTH));
        let kind = PersonalizationKind::parse(&self.kind).ok_or("Choose how the buyer answers.");
        let kind = errors.check(id("field_kind"), kind);
        let max_length = match kind {
            Some(PersonalizationKind::Text) => whole_number("maximum length", &self.max_length, 1..=MAX_TEXT_LENGTH),
            _ => Ok(MAX_TEXT_LENGTH),
        };
        let max_length = errors.check(id("field_longest"), max_length);
        let choices = match kind {
            Some(PersonalizationKind::Choice) => choices(&self.choices),
            _ => Ok(Vec::new()),
        };
        let choices = errors.check(id("field_choices"), choices);
        let extra = optional(&self.price, |input| price(currency, input));
        let extra = errors.check(id("field_price"), extra);
        Some(PersonalizationFieldDraft {
            id: known?,
            kind: kind?,
            label: label?,
            hint: hint?,
            choices: choices?,
            max_length: max_length?,
            required: self.required == "yes",
            price: extra?.unwrap_or_default(),
        })
    }
}

fn choices(input: &str) -> Result<Vec<String>, String> {
    let mut choices: Vec<String> = Vec::new();
    for input in input.lines() {
        let choice = line("choice", input, MAX_CHOICE_LENGTH)?;
        if !choice.is_empty() && !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    match choices.len() {
        0 | 1 => Err("Enter at least two choices, one per line.".to_owned()),
        count if count > MAX_CHOICES => Err(format!("There are {count} choices. The maximum is {MAX_CHOICES}.")),
        _ => Ok(choices),
    }
}
