//! The products of the demo market, created with the same functions that sellers use, and their pictures.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Deserialize;

use super::pictures;
use super::values::{parse_price, parse_value, picture_url};
use crate::catalog::{
    Delivery, Draft, MAX_TEXT_LENGTH, Options, PersonalizationFieldDraft, PersonalizationKind, Product, ProductContent,
    ProductState, SectionChoice, SellerContext, Tags, Values, VariantDraft,
};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ImageId, ProductId};
use crate::images::Image;
use crate::money::Currency;
use crate::schema::product_images;

/// The quantities that buyers of the demo market buy, by the slug of the product and the values of the variant.
pub type SoldQuantities<'a> = HashMap<(&'a str, &'a [String]), i32>;

/// The size of all pictures of the demo market, in pixels.
const WIDTH: i32 = 800;
const HEIGHT: i32 = 1_000;

/// A product as `market.json` describes it. Its price is the lowest price of its variants, its quantity their sum.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoProduct {
    pub content: ProductContent,
    pub slug: String,
    pub price: String,
    pub quantity: i32,
    pub days_ago: i64,
    #[serde(default)]
    pub options: Vec<String>,
    #[serde(default)]
    pub variants: Vec<DemoVariant>,
    /// The name of a section of the shop.
    pub section: String,
    pub compare_at: Option<String>,
    /// None: `parcel`.
    pub delivery: Option<String>,
    /// The range of days that making the product takes. None if it is not made to order.
    pub ready: Option<[i32; 2]>,
    #[serde(default)]
    pub fields: Vec<DemoField>,
    pub pictures: Vec<DemoPicture>,
}

/// A personalization field. Without choices it is a text field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoField {
    pub label: String,
    pub hint: String,
    #[serde(default)]
    pub choices: Vec<String>,
    pub max_length: Option<i32>,
    pub required: bool,
    /// An amount that is added to the product's price.
    pub price: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoVariant {
    pub values: Vec<String>,
    pub price: String,
    pub quantity: i32,
    #[serde(default)]
    pub sku: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoPicture {
    pub file: String,
    pub alt: String,
    pub tint: String,
}

impl DemoProduct {
    /// The variants. A product without any has one variant.
    pub fn variants(&self) -> Vec<DemoVariant> {
        if self.variants.is_empty() {
            let plain = DemoVariant {
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

pub(super) fn add(
    conn: &mut Conn,
    seller: SellerContext,
    product: &DemoProduct,
    sold: &SoldQuantities<'_>,
    currency: Currency,
) -> Result<()> {
    let draft = draft(product, sold, currency)?;
    let id = Product::create(conn, seller, &draft)?;
    add_pictures(conn, product, id, seller.now)
}

fn draft(product: &DemoProduct, sold: &SoldQuantities<'_>, currency: Currency) -> Result<Draft> {
    let mut variants = Vec::new();
    for variant in product.variants() {
        let sold = sold.get(&(product.slug.as_str(), variant.values.as_slice())).copied();
        variants.push(VariantDraft {
            values: values(&variant.values),
            price: parse_price(currency, &variant.price)?,
            quantity: variant.quantity + sold.unwrap_or(0),
            sku: variant.sku,
            ..VariantDraft::default()
        });
    }
    let combinations: Vec<Values> = variants.iter().map(|variant| variant.values.clone()).collect();
    let delivery = product.delivery.as_deref();
    Ok(Draft {
        content: ProductContent {
            tags: Tags::parse(&product.content.tags)
                .map_err(|problem| Error::Internal(anyhow::anyhow!("the tags in market.json: {problem}")))?
                .joined(),
            compare_at_price: product
                .compare_at
                .as_deref()
                .map(|before| parse_price(currency, before))
                .transpose()?,
            delivery: delivery.map_or(Ok(Delivery::Parcel), |name| {
                parse_value("delivery", name, Delivery::parse)
            })?,
            ready_from: product.ready.map(|[from, _]| from),
            ready_within: product.ready.map(|[_, within]| within),
            ..product.content.clone()
        },
        slug: product.slug.clone(),
        section: SectionChoice::Named(product.section.clone()),
        state: ProductState::Active,
        options: Options::from_columns(&values(&product.options), &combinations),
        variants,
        fields: product
            .fields
            .iter()
            .map(|field| field_draft(field, currency))
            .collect::<Result<_>>()?,
        pictures: Vec::new(),
    })
}

fn field_draft(field: &DemoField, currency: Currency) -> Result<PersonalizationFieldDraft> {
    Ok(PersonalizationFieldDraft {
        id: None,
        kind: if field.choices.is_empty() {
            PersonalizationKind::Text
        } else {
            PersonalizationKind::Choice
        },
        label: field.label.clone(),
        hint: field.hint.clone(),
        choices: field.choices.clone(),
        max_length: field.max_length.unwrap_or(MAX_TEXT_LENGTH),
        required: field.required,
        price: parse_price(currency, &field.price)?,
    })
}

/// Adds the product's pictures.
fn add_pictures(conn: &mut Conn, product: &DemoProduct, id: ProductId, at: NaiveDateTime) -> Result<()> {
    for (position, picture) in (1..).zip(&product.pictures) {
        let row = Image {
            id: ImageId::new(),
            product_id: id,
            public_id: format!("{}/{}", pictures::FOLDER, picture.file),
            url: picture_url(&picture.file),
            position,
            alt: picture.alt.clone(),
            width: Some(WIDTH),
            height: Some(HEIGHT),
            tint: picture.tint.clone(),
            created_at: at,
            updated_at: at,
        };
        diesel::insert_into(product_images::table).values(&row).execute(conn)?;
    }
    Ok(())
}

/// The first three values. Missing ones are empty.
fn values(given: &[String]) -> Values {
    let value = |position: usize| given.get(position).cloned().unwrap_or_default();
    [value(0), value(1), value(2)]
}
