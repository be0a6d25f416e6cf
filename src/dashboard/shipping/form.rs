//! The form of a shipping rate.

use serde::Deserialize;

use crate::catalog::MAX_PRICE;
use crate::money::Money;
use crate::shipping::{Countries, MAX_RATE_NAME_LENGTH, MAX_TRANSIT_DAYS, ShippingRate, ShippingRateDraft};
use crate::string_enum::string_enum;
use crate::text::{Country, line};
use crate::web::{FormErrors, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RateForm {
    pub name: String,
    /// `everywhere`; `these` for the ticked countries only; `but` for all except those.
    pub reach: String,
    pub countries: Vec<String>,
    pub first_price: String,
    pub further_price: String,
    pub free_over: String,
    pub days_from: String,
    pub days_to: String,
    pub pickup: String,
}

string_enum! {
    /// A usual rate to start from.
    RatePreset { Everywhere = "everywhere", Home = "home", Abroad = "abroad", Pickup = "pickup" }
}

impl RatePreset {
    pub fn form(self, page: &Page) -> RateForm {
        let home = page.site.country;
        let zero = page.plain(Money(0));
        let (name, reach, prices, days) = match self {
            Self::Everywhere => ("Standard shipping".to_owned(), "everywhere", ("", ""), ("5", "10")),
            Self::Home => (
                "Domestic shipping".to_owned(),
                "these",
                (zero.as_str(), zero.as_str()),
                ("2", "4"),
            ),
            Self::Abroad => ("International shipping".to_owned(), "but", ("", ""), ("7", "21")),
            Self::Pickup => (
                "Local pickup".to_owned(),
                "these",
                (zero.as_str(), zero.as_str()),
                ("1", "2"),
            ),
        };
        RateForm {
            name,
            reach: reach.to_owned(),
            countries: if reach == "everywhere" {
                Vec::new()
            } else {
                vec![home.code.to_owned()]
            },
            first_price: prices.0.to_owned(),
            further_price: prices.1.to_owned(),
            free_over: String::new(),
            days_from: days.0.to_owned(),
            days_to: days.1.to_owned(),
            pickup: if self == Self::Pickup {
                "on".to_owned()
            } else {
                String::new()
            },
        }
    }
}

impl RateForm {
    pub fn from_rate(rate: &ShippingRate, page: &Page) -> Self {
        let reach = if rate.countries.is_everywhere() {
            "everywhere"
        } else if rate.countries.is_exclusion() {
            "but"
        } else {
            "these"
        };
        Self {
            name: rate.name.clone(),
            reach: reach.to_owned(),
            countries: rate
                .countries
                .named()
                .iter()
                .map(|country| country.code.to_owned())
                .collect(),
            first_price: page.plain(rate.first_price),
            further_price: page.plain(rate.further_price),
            free_over: rate.free_over.map(|from| page.plain(from)).unwrap_or_default(),
            days_from: rate.days_from.to_string(),
            days_to: rate.days_to.to_string(),
            pickup: if rate.pickup { "on".to_owned() } else { String::new() },
        }
    }

    /// # Errors
    /// A message for each field that is wrong.
    pub fn parse(&self, page: &Page) -> Result<ShippingRateDraft, FormErrors> {
        let mut errors = FormErrors::default();
        let name = errors.check("name", line("name", &self.name, MAX_RATE_NAME_LENGTH));
        if name.as_ref().is_some_and(String::is_empty) {
            errors.add("name", "Enter a name that buyers understand, like “Standard shipping”.");
        }
        let countries = errors.check("reach", self.parse_countries());
        let first = errors.check(
            "first_price",
            parse_price(page, "price for the first item", &self.first_price),
        );
        let further = errors.check(
            "further_price",
            parse_price(page, "price for each additional item", &self.further_price),
        );
        let free_over = if self.free_over.trim().is_empty() {
            Some(None)
        } else {
            errors.check(
                "free_over",
                parse_price(page, "subtotal for free delivery", &self.free_over).map(Some),
            )
        };
        let from = errors.check("days_from", parse_days(&self.days_from));
        let to = errors.check("days_to", parse_days(&self.days_to));
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            errors.add("days_to", "The maximum can’t be less than the minimum.");
        }
        match (name, countries, first, further, free_over, from, to) {
            (Some(name), Some(countries), Some(first), Some(further), Some(free_over), Some(from), Some(to))
                if errors.is_empty() =>
            {
                Ok(ShippingRateDraft {
                    name,
                    countries,
                    first_price: first,
                    further_price: further,
                    free_over,
                    days_from: from,
                    days_to: to,
                    pickup: self.pickup == "on",
                })
            }
            _ => Err(errors),
        }
    }

    fn parse_countries(&self) -> Result<Countries, &'static str> {
        let chosen: Option<Vec<Country>> = self.countries.iter().map(|code| Country::by_code(code)).collect();
        let chosen = chosen.ok_or("One of the countries is not in the list. Select them again.")?;
        match self.reach.as_str() {
            "everywhere" => Ok(Countries::everywhere()),
            "these" | "but" if chosen.is_empty() => Err("Select at least one country."),
            "these" => Ok(Countries::only(&chosen)),
            "but" if chosen.len() == Country::all().len() => Err("Leave at least one country that you ship to."),
            "but" => Ok(Countries::except(&chosen)),
            _ => Err("Choose where you ship."),
        }
    }
}

fn parse_price(page: &Page, name: &str, input: &str) -> Result<Money, String> {
    if input.trim().is_empty() {
        return Err(format!("Enter the {name}, or {} if it is free.", page.plain(Money(0))));
    }
    match page.site.currency.parse(input) {
        Ok(price) if price.0 > MAX_PRICE => Err(format!("The {name} is too large.")),
        Ok(price) => Ok(price),
        Err(problem) => Err(format!("The {name} {problem}.")),
    }
}

fn parse_days(input: &str) -> Result<i32, String> {
    let input = input.trim();
    let is_number = !input.is_empty() && input.bytes().all(|byte| byte.is_ascii_digit());
    let days = if is_number { input.parse().ok() } else { None };
    days.filter(|days| (0..=MAX_TRANSIT_DAYS).contains(days))
        .ok_or_else(|| format!("Enter a whole number of days, up to {MAX_TRANSIT_DAYS}."))
}
