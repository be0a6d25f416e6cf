//! The form of an address, and what makes an address valid.

use serde::Deserialize;

use super::postal_code;
use crate::orders::Address;
use crate::text::{Country, line};

/// An address as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    pub name: String,
    pub street: String,
    pub line2: String,
    pub postal_code: String,
    pub town: String,
    pub region: String,
    /// The code of the country.
    pub country: String,
}

/// Messages with the name of their field.
pub type AddressErrors = Vec<(&'static str, String)>;

impl From<Address> for AddressForm {
    fn from(address: Address) -> Self {
        Self {
            name: address.name,
            street: address.street,
            line2: address.line2,
            postal_code: address.postal_code,
            town: address.town,
            region: address.region,
            country: address.country,
        }
    }
}

impl AddressForm {
    /// # Errors
    /// A message for each field that is wrong.
    pub fn parse(&self) -> Result<Address, AddressErrors> {
        let mut errors = AddressErrors::new();
        let name = line("full name", &self.name, 100);
        let name = required("name", name, "Enter your full name.", &mut errors);
        let street = line("street address", &self.street, 150);
        let street = required("street", street, "Enter the street address.", &mut errors);
        let line2 = optional(
            "line2",
            line("apartment, suite or company", &self.line2, 150),
            &mut errors,
        );
        let code = line("postal code", &self.postal_code, 16);
        let code = optional("postal_code", code, &mut errors).to_uppercase();
        let town = required("town", line("city", &self.town, 100), "Enter the city.", &mut errors);
        let region = optional("region", line("state or region", &self.region, 100), &mut errors);
        let Some(country) = Country::by_code(&self.country) else {
            errors.push(("country", "Choose a country from the list.".to_owned()));
            return Err(errors);
        };
        if !errors.iter().any(|(field, _)| *field == "postal_code") {
            errors.extend(postal_code::error(country.code, &code).map(|message| ("postal_code", message)));
        }
        // Where no region is needed the page has no field for it. A value left over from another country is ignored.
        let label = region_label(country);
        let region = if label.is_some() { region } else { String::new() };
        if let (true, Some(label)) = (region.is_empty(), label) {
            let label = label.to_lowercase();
            errors.push(("region", format!("Enter the {label}.")));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Address {
            name,
            street,
            line2,
            postal_code: code,
            town,
            region,
            country: country.code.to_owned(),
        })
    }
}

/// What the region that an address needs is called in this country. None if addresses do without.
pub fn region_label(country: Country) -> Option<&'static str> {
    match country.code {
        "AU" => Some("State or territory"),
        "JP" => Some("Prefecture"),
        "AR" | "CA" | "CN" => Some("Province"),
        "BR" | "IN" | "MX" | "MY" | "NG" | "US" => Some("State"),
        _ => None,
    }
}

fn optional(field: &'static str, parsed: Result<String, String>, errors: &mut AddressErrors) -> String {
    parsed.unwrap_or_else(|message| {
        errors.push((field, message));
        String::new()
    })
}

fn required(
    field: &'static str,
    parsed: Result<String, String>,
    empty_message: &str,
    errors: &mut AddressErrors,
) -> String {
    let errors_before = errors.len();
    let value = optional(field, parsed, errors);
    if value.is_empty() && errors.len() == errors_before {
        errors.push((field, empty_message.to_owned()));
    }
    value
}
