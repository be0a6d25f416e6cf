//! What a shop wants a product to be: its form, read and typed.

use super::delivery::{Delivery, Readiness};
use super::personalization::PersonalizationFieldDraft;
use super::tags::Tags;
use super::visibility::ProductState;
use crate::catalog::variants::options::{Options, Values};
use crate::id::{ImageId, SectionId};
use crate::money::Money;

/// The most that a price may be, in minor units.
pub const MAX_PRICE: i64 = 1_000_000_000;
/// The most that can be in stock of one variant.
pub const MAX_STOCK: i32 = 999_999;

#[derive(Debug, Clone)]
pub struct Draft {
    pub title: String,
    /// The words of the address; empty for those that the title makes.
    pub slug: String,
    /// Markdown.
    pub description: String,
    /// The code of one that there is.
    pub category: String,
    pub section: Place,
    pub tags: Tags,
    pub compare_at_price: Option<Money>,
    /// Grams.
    pub weight: Option<i32>,
    pub delivery: Delivery,
    pub readiness: Readiness,
    pub state: ProductState,
    pub options: Options,
    /// One for each combination of the options, in their order.
    pub variants: Vec<VariantDraft>,
    pub fields: Vec<PersonalizationFieldDraft>,
    /// The first is the cover; each with the words for those who cannot see it.
    pub pictures: Vec<(ImageId, String)>,
}

/// Where in its shop a product stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    NoSection,
    Section(SectionId),
    /// In the section of this name, which is made if there is none.
    Named(String),
}

#[derive(Debug, Clone, Default)]
pub struct VariantDraft {
    pub values: Values,
    pub price: Money,
    /// How many there shall be, …
    pub quantity: i32,
    /// … where there were so many when the shop looked. Only the difference counts.
    pub seen: i32,
    pub sku: String,
    /// One of the product's own.
    pub image: Option<ImageId>,
}

impl Draft {
    /// A product of one kind, not live yet.
    pub fn simple(title: String, category: String, price: Money, quantity: i32) -> Self {
        Self {
            title,
            slug: String::new(),
            description: String::new(),
            category,
            section: Place::NoSection,
            tags: Tags::default(),
            compare_at_price: None,
            weight: None,
            delivery: Delivery::Parcel,
            readiness: Readiness::Ready,
            state: ProductState::Draft,
            options: Options::default(),
            variants: vec![VariantDraft {
                price,
                quantity,
                ..VariantDraft::default()
            }],
            fields: Vec::new(),
            pictures: Vec::new(),
        }
    }

    /// The lowest of the variants'.
    pub fn price(&self) -> Money {
        self.variants
            .iter()
            .map(|variant| variant.price)
            .min()
            .unwrap_or_default()
    }
}
