//! The demo market as it is written down in `market.json`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::product::DemoProduct;

const WRITTEN: &str = include_str!("market.json");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Market {
    /// People without a shop.
    pub buyers: Vec<Person>,
    pub shops: Vec<Shop>,
    /// What was bought, the first first.
    pub orders: Vec<Bought>,
}

/// One purchase.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bought {
    pub days_ago: i64,
    /// A username, or the address of someone without an account.
    pub buyer: String,
    pub name: String,
    /// Street, postal code, town, region.
    pub address: [String; 4],
    /// Its code.
    pub country: String,
    #[serde(default)]
    pub payment: Payment,
    pub parcels: Vec<Parcel>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Payment {
    #[default]
    Paid,
    Declined,
    Waiting,
}

/// What one shop sends of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parcel {
    /// The shop's address.
    pub shop: String,
    pub items: Vec<Item>,
    /// The name of one of the shop's rates; its first where nothing is said.
    pub rate: Option<String>,
    #[serde(default)]
    pub note: String,
    /// So many days after it was bought.
    pub sent: Option<i64>,
    pub arrived: Option<i64>,
    /// Who carries it, and its number there.
    #[serde(default)]
    pub tracking: [String; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its address in the shop.
    pub product: String,
    #[serde(default)]
    pub values: Vec<String>,
    pub pieces: i32,
    /// By the label of the field.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// The buyer took it back so many days after.
    pub cancelled: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    pub name: String,
    pub slug: String,
    pub tagline: String,
    pub bio: String,
    pub location: String,
    pub hue: i32,
    pub vividness: String,
    pub corner: String,
    pub announcement: String,
    pub vacation: Option<Vacation>,
    pub opened_days_ago: i64,
    #[serde(rename = "shop_image")]
    pub image: Option<String>,
    pub contact: String,
    pub returns: String,
    pub care: String,
    pub sections: Vec<String>,
    pub rates: Vec<ShippingRate>,
    pub owner: Person,
    pub products: Vec<DemoProduct>,
}

/// Days from today; those below zero are past.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vacation {
    pub from_days: i64,
    pub until_days: i64,
    pub message: String,
    /// Orders are taken meanwhile.
    pub selling: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingRate {
    pub name: String,
    /// Codes; empty for everywhere.
    pub countries: Vec<String>,
    pub first: String,
    pub further: String,
    pub free_over: Option<String>,
    pub days: [i32; 2],
    pub pickup: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
}

impl Market {
    pub fn read() -> serde_json::Result<Self> {
        serde_json::from_str(WRITTEN)
    }
}
