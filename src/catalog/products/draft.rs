//! A product as its seller wants it: what a form or the demo market describes, checked.

use super::delivery::Delivery;
use super::personalization::PersonalizationFieldDraft;
use super::product::ProductContent;
use super::visibility::ProductState;
use crate::catalog::variants::options::{Options, Values};
use crate::id::{ImageId, SectionId};
use crate::money::Money;

/// The longest title, in characters.
pub const MAX_TITLE_LENGTH: usize = 120;
/// The longest description, in characters.
pub const MAX_DESCRIPTION_LENGTH: usize = 10_000;
/// The longest SKU of a variant, in characters.
pub const MAX_SKU_LENGTH: usize = 64;
/// The highest price, in minor units.
pub const MAX_PRICE: i64 = 1_000_000_000;
/// The highest stock of a variant.
pub const MAX_STOCK: i32 = 999_999;

#[derive(Debug, Clone)]
pub struct Draft {
    pub content: ProductContent,
    /// The product's part of its address. Empty: made from the title.
    pub slug: String,
    pub section: SectionChoice,
    pub state: ProductState,
    pub options: Options,
    /// One for each combination of the options, in the order of `Options::combinations`.
    pub variants: Vec<VariantDraft>,
    pub fields: Vec<PersonalizationFieldDraft>,
    /// Pictures with their descriptions. The first picture is the cover.
    pub pictures: Vec<(ImageId, String)>,
}

/// The section of the shop that a product belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SectionChoice {
    NoSection,
    Section(SectionId),
    /// The section with this name, which is created if it does not exist.
    Named(String),
}

#[derive(Debug, Clone, Default)]
pub struct VariantDraft {
    pub values: Values,
    pub price: Money,
    /// The stock that the seller typed.
    pub quantity: i32,
    /// The stock that the seller saw. The stock changes by the difference only, because items may be sold meanwhile.
    pub seen: i32,
    pub sku: String,
    /// One of the product's own pictures.
    pub image: Option<ImageId>,
}

impl Draft {
    /// A draft without options that is sent in a parcel.
    pub fn simple(title: String, category: String, price: Money, quantity: i32) -> Self {
        Self {
            content: ProductContent {
                title,
                category,
                delivery: Delivery::Parcel,
                ..ProductContent::default()
            },
            slug: String::new(),
            section: SectionChoice::NoSection,
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

    /// The lowest price of the variants.
    pub fn price(&self) -> Money {
        self.variants
            .iter()
            .map(|variant| variant.price)
            .min()
            .unwrap_or_default()
    }
}
