//! The demo market as it is written down in `market.json`.

use std::collections::BTreeMap;

use serde::Deserialize;

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
    pub products: Vec<Product>,
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

/// Its price is that of the cheapest variant, its quantity the sum of theirs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub title: String,
    pub slug: String,
    /// Its code, such as `ART`.
    pub category: String,
    pub description: String,
    pub price: String,
    pub quantity: i32,
    pub days_ago: i64,
    #[serde(default)]
    pub options: Vec<String>,
    #[serde(default)]
    pub variants: Vec<Variant>,
    /// The name of one of its shop's.
    pub section: String,
    /// With commas between.
    pub tags: String,
    /// Grams.
    pub weight: Option<i32>,
    pub compare_at: Option<String>,
    /// `parcel` where nothing is said.
    pub delivery: Option<String>,
    /// Made to order, in so many days.
    pub ready: Option<[i32; 2]>,
    #[serde(default)]
    pub fields: Vec<Field>,
    pub pictures: Vec<Picture>,
}

/// What the buyer is asked: to pick one of the choices, or else to write.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    pub label: String,
    pub hint: String,
    #[serde(default)]
    pub choices: Vec<String>,
    pub max_length: Option<i32>,
    pub required: bool,
    /// On top.
    pub price: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    pub values: Vec<String>,
    pub price: String,
    pub quantity: i32,
    #[serde(default)]
    pub sku: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    pub file: String,
    pub alt: String,
    pub tint: String,
}

impl Market {
    pub fn read() -> serde_json::Result<Self> {
        serde_json::from_str(WRITTEN)
    }
}

impl Product {
    /// The variants; where the file has none, a single plain one.
    pub fn variants(&self) -> Vec<Variant> {
        if self.variants.is_empty() {
            let plain = Variant {
                values: Vec::new(),
                price: self.price.clone(),
                quantity: self.quantity,
                sku: String::new(),
            };
            vec![plain]
        } else {
            self.variants.clone()
        }
    }
}
