//! The demo market, as `market.json` describes it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::product::DemoProduct;

const MARKET: &str = include_str!("market.json");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Market {
    /// Users without a shop.
    pub buyers: Vec<Person>,
    pub shops: Vec<Shop>,
    /// The purchases, in the order in which they were made.
    pub orders: Vec<Purchase>,
}

/// A purchase.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purchase {
    pub days_ago: i64,
    /// A username, or the email address of a guest.
    pub buyer: String,
    pub name: String,
    /// Street, postal code, city, region.
    pub address: [String; 4],
    /// The code of the country.
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

/// The items of one shop.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parcel {
    /// The slug of the shop.
    pub shop: String,
    pub items: Vec<Item>,
    /// The name of one of the shop's shipping rates. None: its first one.
    pub rate: Option<String>,
    #[serde(default)]
    pub note: String,
    /// Shipped this many days after the purchase.
    pub shipped: Option<i64>,
    /// Delivered this many days after the purchase.
    pub delivered: Option<i64>,
    /// Carrier and tracking number.
    #[serde(default)]
    pub tracking: [String; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The slug of the product.
    pub product: String,
    #[serde(default)]
    pub values: Vec<String>,
    pub quantity: i32,
    /// The personalization, by the label of its field.
    #[serde(default)]
    pub personalization: BTreeMap<String, String>,
    /// Canceled by the buyer this many days after the purchase.
    pub canceled: Option<i64>,
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

/// Days from today. Negative numbers are in the past.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vacation {
    pub from_days: i64,
    pub until_days: i64,
    pub message: String,
    /// Whether the shop takes orders during the vacation.
    pub selling: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingRate {
    pub name: String,
    /// Country codes. Empty: all countries.
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
        serde_json::from_str(MARKET)
    }
}
