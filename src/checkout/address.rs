//! Where a purchase goes: who, and at which address.

use super::postal_code;
use crate::text::{Country, line};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub name: String,
    pub street: String,
    pub line2: String,
    pub postal_code: String,
    pub town: String,
    pub region: String,
    pub country: Country,
}

/// Messages by the name of the field.
pub type AddressProblems = Vec<(&'static str, String)>;

impl Address {
    /// The address as it was typed: name, street, line2, postal code, town, region, and the code of the country.
    ///
    /// # Errors
    /// A message for each field that needs another look.
    pub fn parse(typed: [&str; 7]) -> Result<Self, AddressProblems> {
        let [name, street, line2, code, town, region, country] = typed;
        let mut errors = AddressProblems::new();
        let name = needed(
            "name",
            line("name", name, 100),
            "Enter the name on the doorbell.",
            &mut errors,
        );
        let street = needed(
            "street",
            line("street", street, 150),
            "Enter the street and the number of the house.",
            &mut errors,
        );
        let line2 = kept("line2", line("second line", line2, 150), &mut errors);
        let code = kept("postal_code", line("postal code", code, 16), &mut errors).to_uppercase();
        let town = needed("town", line("town", town, 100), "Enter the town.", &mut errors);
        let region = kept("region", line("region", region, 100), &mut errors);
        let Some(country) = Country::by_code(country) else {
            errors.push(("country", "Choose a country from the list.".to_owned()));
            return Err(errors);
        };
        if !errors.iter().any(|(field, _)| *field == "postal_code") {
            errors.extend(postal_code::problem(country.code, &code).map(|message| ("postal_code", message)));
        }
        // Where parcels do without, the page has no field for it, and what stayed from another country is not meant.
        let label = region_label(country);
        let region = if label.is_some() { region } else { String::new() };
        if let (true, Some(label)) = (region.is_empty(), label) {
            let label = label.to_lowercase();
            errors.push(("region", format!("Enter the {label}; parcels need it there.")));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self {
            name,
            street,
            line2,
            postal_code: code,
            town,
            region,
            country,
        })
    }
}

/// What the part of a country is called that parcels need; none where they do without.
pub fn region_label(country: Country) -> Option<&'static str> {
    match country.code {
        "AU" => Some("State or territory"),
        "JP" => Some("Prefecture"),
        "AR" | "CA" | "CN" => Some("Province"),
        "BR" | "IN" | "MX" | "MY" | "NG" | "US" => Some("State"),
        _ => None,
    }
}

fn kept(field: &'static str, parsed: Result<String, String>, errors: &mut AddressProblems) -> String {
    parsed.unwrap_or_else(|message| {
        errors.push((field, message));
        String::new()
    })
}

fn needed(field: &'static str, parsed: Result<String, String>, empty: &str, errors: &mut AddressProblems) -> String {
    let before = errors.len();
    let value = kept(field, parsed, errors);
    if value.is_empty() && errors.len() == before {
        errors.push((field, empty.to_owned()));
    }
    value
}
