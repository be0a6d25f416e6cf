//! The personalization fields of the form, read into drafts.

use super::input::{control_id, optional, price, whole_number};
use super::lists::FieldForm;
use crate::catalog::{MAX_CHOICES, MAX_TEXT_LENGTH, PersonalizationFieldDraft, PersonalizationKind};
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
                .map_err(|_| "This field is not there.")
        });
        let known = errors.check(id("field_label"), known);
        let label = line("question", &self.label, 60).and_then(|label| match label.as_str() {
            "" => Err("Say what you ask for, or remove the field.".to_owned()),
            _ => Ok(label),
        });
        let label = errors.check(id("field_label"), label);
        let hint = errors.check(id("field_hint"), line("hint", &self.hint, 120));
        let kind = PersonalizationKind::parse(&self.kind).ok_or("Choose what the buyer does.");
        let kind = errors.check(id("field_kind"), kind);
        let max_length = match kind {
            Some(PersonalizationKind::Text) => whole_number("number of letters", &self.max_length, 1..=MAX_TEXT_LENGTH),
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
        let choice = line("choice", input, 60)?;
        if !choice.is_empty() && !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    match choices.len() {
        0 | 1 => Err("Give at least two choices, one a line.".to_owned()),
        count if count > MAX_CHOICES => Err(format!("These are {count} choices. Keep {MAX_CHOICES} at most.")),
        _ => Ok(choices),
    }
}
