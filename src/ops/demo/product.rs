//! The demo's products, created as a seller creates them, with the demo's drawings as pictures.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::purchases::Sold;
use super::values::{address, price, word};
use super::{market, pictures};
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

/// The size of the demo's pictures.
const WIDTH: i32 = 800;
const HEIGHT: i32 = 1_000;

pub(super) fn add(
    conn: &mut Conn,
    seller: SellerContext,
    product: &market::Product,
    sold: &Sold<'_>,
    currency: Currency,
) -> Result<()> {
    let draft = draft(product, sold, currency)?;
    let id = Product::create(conn, seller, &draft)?;
    add_pictures(conn, product, id, seller.now)
}

fn draft(product: &market::Product, sold: &Sold<'_>, currency: Currency) -> Result<Draft> {
    let mut variants = Vec::new();
    for variant in product.variants() {
        let sold = sold.get(&(product.slug.as_str(), variant.values.as_slice())).copied();
        variants.push(VariantDraft {
            values: values(&variant.values),
            price: price(currency, &variant.price)?,
            quantity: variant.quantity + sold.unwrap_or(0),
            sku: variant.sku,
            ..VariantDraft::default()
        });
    }
    let combinations: Vec<Values> = variants.iter().map(|variant| variant.values.clone()).collect();
    let delivery = product.delivery.as_deref();
    Ok(Draft {
        content: ProductContent {
            title: product.title.clone(),
            description: product.description.clone(),
            category: product.category.clone(),
            tags: Tags::parse(&product.tags)
                .map_err(|problem| Error::Internal(anyhow::anyhow!("the demo's tags: {problem}")))?
                .joined(),
            compare_at_price: product
                .compare_at
                .as_deref()
                .map(|before| price(currency, before))
                .transpose()?,
            weight: product.weight,
            delivery: delivery.map_or(Ok(Delivery::Parcel), |name| word("delivery", name, Delivery::parse))?,
            ready_from: product.ready.map(|[from, _]| from),
            ready_within: product.ready.map(|[_, within]| within),
        },
        slug: product.slug.clone(),
        section: SectionChoice::Named(product.section.clone()),
        state: ProductState::Active,
        options: Options::from_columns(&values(&product.options), &combinations),
        variants,
        fields: product
            .fields
            .iter()
            .map(|described| field(described, currency))
            .collect::<Result<_>>()?,
        pictures: Vec::new(),
    })
}

fn field(field: &market::Field, currency: Currency) -> Result<PersonalizationFieldDraft> {
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
        price: price(currency, &field.price)?,
    })
}

/// Adds the product's pictures.
fn add_pictures(conn: &mut Conn, product: &market::Product, id: ProductId, at: NaiveDateTime) -> Result<()> {
    for (position, picture) in (1..).zip(&product.pictures) {
        let row = Image {
            id: ImageId::new(),
            product_id: id,
            public_id: format!("{}/{}", pictures::FOLDER, picture.file),
            url: address(&picture.file),
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

/// The first three values. Missing values are empty.
fn values(given: &[String]) -> Values {
    let value = |position: usize| given.get(position).cloned().unwrap_or_default();
    [value(0), value(1), value(2)]
}
