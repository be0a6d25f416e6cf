//! The address that a purchase is delivered to.

use diesel::prelude::*;

use crate::schema::purchases;
use crate::text::Country;

/// The address columns of a purchase. The address book stores the same columns in a table of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = purchases)]
pub struct Address {
    /// The full name of the recipient.
    pub name: String,
    pub street: String,
    /// Apartment, suite or company; may be empty.
    pub line2: String,
    pub postal_code: String,
    pub town: String,
    /// State, province or prefecture; empty in countries that do without.
    pub region: String,
    /// The two capital letters of ISO 3166-1; empty for a purchase that was imported.
    pub country: String,
}

impl Address {
    /// The name of the country, or its code if we do not know it.
    pub fn country_name(&self) -> &str {
        Country::by_code(&self.country).map_or(&self.country, |country| country.name)
    }

    /// The address as it is written on a parcel, without empty lines.
    pub fn lines(&self) -> Vec<String> {
        let region_beside_town = matches!(self.country.as_str(), "US" | "CA" | "AU");
        let town = match self.country.as_str() {
            _ if region_beside_town => format!("{} {} {}", self.town, self.region, self.postal_code),
            "GB" | "IE" | "NZ" => format!("{} {}", self.town, self.postal_code),
            _ => format!("{} {}", self.postal_code, self.town),
        };
        let region = if region_beside_town { "" } else { self.region.as_str() };
        [
            &self.name,
            &self.street,
            &self.line2,
            &town,
            region,
            self.country_name(),
        ]
        .into_iter()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect()
    }

    /// Street and city in one line: `Rua das Flores 1, 1100-148 Lisbon`.
    pub fn summary(&self) -> String {
        format!("{}, {} {}", self.street, self.postal_code, self.town)
    }
}
