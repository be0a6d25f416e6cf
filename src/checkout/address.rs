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
        let mut problems = AddressProblems::new();
        let name = needed(
            "name",
            line("name", name, 100),
            "Enter the name on the doorbell.",
            &mut problems,
        );
        let street = needed(
            "street",
            line("street", street, 150),
            "Enter the street and the number of the house.",
            &mut problems,
        );
        let line2 = kept("line2", line("second line", line2, 150), &mut problems);
        let code = kept("postal_code", line("postal code", code, 16), &mut problems).to_uppercase();
        let town = needed("town", line("town", town, 100), "Enter the town.", &mut problems);
        let region = kept("region", line("region", region, 100), &mut problems);
        let Some(country) = Country::of(country) else {
            problems.push(("country", "Choose a country from the list.".to_owned()));
            return Err(problems);
        };
        if !problems.iter().any(|(field, _)| *field == "postal_code") {
            problems.extend(postal_code::problem(country.code, &code).map(|message| ("postal_code", message)));
        }
        // Where parcels do without, the page has no field for it, and what stayed from another country is not meant.
        let label = region_label(country);
        let region = if label.is_some() { region } else { String::new() };
        if let (true, Some(label)) = (region.is_empty(), label) {
            let label = label.to_lowercase();
            problems.push(("region", format!("Enter the {label}; parcels need it there.")));
        }
        if !problems.is_empty() {
            return Err(problems);
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

fn kept(field: &'static str, parsed: Result<String, String>, problems: &mut AddressProblems) -> String {
    parsed.unwrap_or_else(|message| {
        problems.push((field, message));
        String::new()
    })
}

fn needed(field: &'static str, parsed: Result<String, String>, empty: &str, problems: &mut AddressProblems) -> String {
    let before = problems.len();
    let value = kept(field, parsed, problems);
    if value.is_empty() && problems.len() == before {
        problems.push((field, empty.to_owned()));
    }
    value
}
