//! The demo's products: made as a shop makes its own, then shown with the demo's drawings.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::purchases::SoldQuantities;
use super::values::{address, price, word};
use super::{market, pictures};
use crate::catalog::{
    Delivery, Draft, MAX_TEXT_LENGTH, Options, PersonalizationFieldDraft, PersonalizationKind, Place, Product,
    ProductState, Readiness, Tags, Values, VariantDraft,
};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ImageId, ProductId, ShopId, UserId};
use crate::money::Currency;
use crate::ops::rows::NewImage;
use crate::schema::product_images;

/// The size that every picture of the demo has.
const WIDTH: i32 = 800;
const HEIGHT: i32 = 1_000;

pub(super) fn add(
    conn: &mut Conn,
    product: &market::Product,
    (owner, shop): (UserId, ShopId),
    sold: &SoldQuantities<'_>,
    currency: Currency,
    at: NaiveDateTime,
) -> Result<()> {
    let draft = draft(product, sold, currency)?;
    let id = Product::create(conn, shop, owner, &draft, at)?;
    show(conn, product, id, at)
}

fn draft(product: &market::Product, sold: &SoldQuantities<'_>, currency: Currency) -> Result<Draft> {
    let mut variants = Vec::new();
    for variant in product.variants() {
        let gone = sold.get(&(product.slug.as_str(), variant.values.as_slice())).copied();
        variants.push(VariantDraft {
            values: values(&variant.values),
            price: price(currency, &variant.price)?,
            quantity: variant.quantity + gone.unwrap_or(0),
            sku: variant.sku,
            ..VariantDraft::default()
        });
    }
    let combinations: Vec<Values> = variants.iter().map(|variant| variant.values.clone()).collect();
    let delivery = product.delivery.as_deref();
    Ok(Draft {
        title: product.title.clone(),
        slug: product.slug.clone(),
        description: product.description.clone(),
        category: product.category.clone(),
        section: Place::Named(product.section.clone()),
        tags: Tags::parse(&product.tags)
            .map_err(|problem| Error::Internal(anyhow::anyhow!("the demo's tags: {problem}")))?,
        compare_at_price: product
            .compare_at
            .as_deref()
            .map(|was| price(currency, was))
            .transpose()?,
        weight: product.weight,
        delivery: delivery.map_or(Ok(Delivery::Parcel), |way| word("delivery", way, Delivery::parse))?,
        readiness: Readiness::from_days(
            product.ready.map(|[from, _]| from),
            product.ready.map(|[_, within]| within),
        ),
        state: ProductState::Active,
        options: Options::stored(&values(&product.options), &combinations),
        variants,
        fields: product
            .fields
            .iter()
            .map(|asked| field(asked, currency))
            .collect::<Result<_>>()?,
        pictures: Vec::new(),
    })
}

fn field(asked: &market::Field, currency: Currency) -> Result<PersonalizationFieldDraft> {
    Ok(PersonalizationFieldDraft {
        id: None,
        kind: if asked.choices.is_empty() {
            PersonalizationKind::Text
        } else {
            PersonalizationKind::Choice
        },
        label: asked.label.clone(),
        hint: asked.hint.clone(),
        choices: asked.choices.clone(),
        max_length: asked.max_length.unwrap_or(MAX_TEXT_LENGTH),
        required: asked.required,
        price: price(currency, &asked.price)?,
    })
}

/// Hangs up its pictures.
fn show(conn: &mut Conn, product: &market::Product, id: ProductId, at: NaiveDateTime) -> Result<()> {
    for (position, picture) in (1..).zip(&product.pictures) {
        let row = NewImage {
            id: ImageId::new(),
            product_id: id,
            public_id: &format!("{}/{}", pictures::FOLDER, picture.file),
            url: &address(&picture.file),
            position,
            alt: &picture.alt,
            width: Some(WIDTH),
            height: Some(HEIGHT),
            tint: &picture.tint,
            created_at: at,
            updated_at: at,
        };
        diesel::insert_into(product_images::table).values(&row).execute(conn)?;
    }
    Ok(())
}

/// The first three, and nothing where there are fewer.
fn values(written: &[String]) -> Values {
    let value = |place: usize| written.get(place).cloned().unwrap_or_default();
    [value(0), value(1), value(2)]
}
