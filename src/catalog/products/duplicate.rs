//! A copy of a product, to begin another from.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::create::free_address;
use super::product::Product;
use super::stored::Stored;
use super::visibility::ProductState;
use crate::catalog::stock::movement::{Reason, StockMovement};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{ImageId, PersonalizationFieldId, ProductId, ShopId, UserId, VariantId};
use crate::schema::{personalization_fields, product_images, product_variants, products};
use crate::text::slug;

/// The longest title, in letters.
const MAX_TITLE_LENGTH: usize = 120;

impl Product {
    /// A draft like this product, with its variants, fields and the same stored pictures. Nothing of it is in stock: what
    /// lies on the shelf is counted once.
    pub fn duplicate(
        conn: &mut Conn,
        shop: ShopId,
        owner: UserId,
        id: ProductId,
        now: NaiveDateTime,
    ) -> Result<ProductId> {
        let Stored { product, variants, .. } = Stored::of_shop(conn, shop, id)?;
        let title: String = format!("Copy of {}", product.title)
            .chars()
            .take(MAX_TITLE_LENGTH)
            .collect();
        let copy = ProductId::new();
        let address = free_address(conn, shop, copy, &slug(&title, "product"))?;
        let [option1, option2, option3] = product.option_names();
        diesel::insert_into(products::table)
            .values((
                products::id.eq(copy),
                products::owner_id.eq(owner),
                products::shop_id.eq(shop),
                products::category.eq(&product.category),
                products::title.eq(&title),
                products::slug.eq(address),
                products::description.eq(&product.description),
                products::price.eq(variants.iter().map(|variant| variant.price).min().unwrap_or_default()),
                products::quantity.eq(0),
                products::option1.eq(option1),
                products::option2.eq(option2),
                products::option3.eq(option3),
                products::state.eq(ProductState::Draft),
                products::published_at.eq(now),
                products::created_at.eq(now),
                products::updated_at.eq(now),
                products::section_id.eq(product.section_id),
                products::tags.eq(&product.tags),
                products::compare_at_price.eq(product.compare_at_price),
                products::weight.eq(product.weight),
                products::delivery.eq(product.delivery),
                products::ready_from.eq(product.ready_from),
                products::ready_within.eq(product.ready_within),
            ))
            .execute(conn)?;
        let pictures = copy_pictures(conn, id, copy, now)?;
        for variant in &variants {
            let [value1, value2, value3] = variant.values();
            let new = VariantId::new();
            diesel::insert_into(product_variants::table)
                .values((
                    product_variants::id.eq(new),
                    product_variants::product_id.eq(copy),
                    product_variants::image_id.eq(variant.image_id.and_then(|image| pictures.get(&image).copied())),
                    product_variants::position.eq(variant.position),
                    product_variants::value1.eq(value1),
                    product_variants::value2.eq(value2),
                    product_variants::value3.eq(value3),
                    product_variants::sku.eq(&variant.sku),
                    product_variants::price.eq(variant.price),
                    product_variants::quantity.eq(0),
                    product_variants::created_at.eq(now),
                    product_variants::updated_at.eq(now),
                ))
                .execute(conn)?;
            StockMovement::open(conn, new, 0, Reason::Opening, Some(owner), now)?;
        }
        copy_fields(conn, id, copy, now)?;
        Ok(copy)
    }
}

/// Rows of their own for the same stored pictures; tells which row came of which.
fn copy_pictures(
    conn: &mut Conn,
    from: ProductId,
    to: ProductId,
    now: NaiveDateTime,
) -> Result<HashMap<ImageId, ImageId>> {
    type Stored = (ImageId, String, String, i32, String, Option<i32>, Option<i32>, String);
    let images: Vec<Stored> = product_images::table
        .filter(product_images::product_id.eq(from))
        .select((
            product_images::id,
            product_images::public_id,
            product_images::url,
            product_images::position,
            product_images::alt,
            product_images::width,
            product_images::height,
            product_images::tint,
        ))
        .load(conn)?;
    let mut made = HashMap::new();
    for (old, public_id, url, position, alt, width, height, tint) in images {
        let id = ImageId::new();
        diesel::insert_into(product_images::table)
            .values((
                product_images::id.eq(id),
                product_images::product_id.eq(to),
                product_images::public_id.eq(public_id),
                product_images::url.eq(url),
                product_images::position.eq(position),
                product_images::alt.eq(alt),
                product_images::width.eq(width),
                product_images::height.eq(height),
                product_images::tint.eq(tint),
                product_images::created_at.eq(now),
                product_images::updated_at.eq(now),
            ))
            .execute(conn)?;
        made.insert(old, id);
    }
    Ok(made)
}

fn copy_fields(conn: &mut Conn, from: ProductId, to: ProductId, now: NaiveDateTime) -> Result<()> {
    type Stored = (i32, String, String, String, String, i32, bool, crate::money::Money);
    let fields: Vec<Stored> = personalization_fields::table
        .filter(personalization_fields::product_id.eq(from))
        .order(personalization_fields::position)
        .select((
            personalization_fields::position,
            personalization_fields::kind,
            personalization_fields::label,
            personalization_fields::hint,
            personalization_fields::choices,
            personalization_fields::max_length,
            personalization_fields::required,
            personalization_fields::price,
        ))
        .load(conn)?;
    for (position, kind, label, hint, choices, max_length, required, price) in fields {
        diesel::insert_into(personalization_fields::table)
            .values((
                personalization_fields::id.eq(PersonalizationFieldId::new()),
                personalization_fields::product_id.eq(to),
                personalization_fields::position.eq(position),
                personalization_fields::kind.eq(kind),
                personalization_fields::label.eq(label),
                personalization_fields::hint.eq(hint),
                personalization_fields::choices.eq(choices),
                personalization_fields::max_length.eq(max_length),
                personalization_fields::required.eq(required),
                personalization_fields::price.eq(price),
                personalization_fields::created_at.eq(now),
                personalization_fields::updated_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}
