//! A copy of a product, as a start for another one.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::create::free_product_slug;
use super::draft::MAX_TITLE_LENGTH;
use super::personalization::PersonalizationField;
use super::product::{Product, ProductContent};
use super::saved::SavedProduct;
use super::visibility::ProductState;
use crate::catalog::seller::SellerContext;
use crate::catalog::variants::variant::Variant;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{ImageId, PersonalizationFieldId, ProductId, VariantId};
use crate::images::Image;
use crate::money::Money;
use crate::schema::{personalization_fields, product_images, products};
use crate::text::slug;

impl Product {
    /// A draft like this product, with its variants, fields and pictures. Its stock is zero, so that no item is counted
    /// twice.
    ///
    /// # Errors
    /// `NotFound` for a product of another shop.
    pub fn duplicate(conn: &mut Conn, context: SellerContext, id: ProductId) -> Result<ProductId> {
        let SellerContext { shop, user, now } = context;
        let saved = SavedProduct::of_shop(conn, shop, id)?;
        let title: String = format!("Copy of {}", saved.product.content.title)
            .chars()
            .take(MAX_TITLE_LENGTH)
            .collect();
        let copy = ProductId::new();
        let prices = saved.variants.iter().map(|variant| variant.price);
        let product = Self {
            id: copy,
            owner_id: Some(user),
            slug: free_product_slug(conn, shop, copy, &slug(&title, "product"))?,
            price: prices.min().unwrap_or(Money(0)),
            quantity: 0,
            state: ProductState::Draft,
            published_at: now,
            created_at: now,
            updated_at: now,
            archived_from: None,
            content: ProductContent {
                title,
                ..saved.product.content
            },
            ..saved.product
        };
        diesel::insert_into(products::table).values(&product).execute(conn)?;
        let pictures = copy_pictures(conn, saved.images, copy, now)?;
        for variant in saved.variants {
            let variant = Variant {
                id: VariantId::new(),
                product_id: copy,
                image_id: variant.image_id.and_then(|image| pictures.get(&image).copied()),
                quantity: 0,
                created_at: now,
                updated_at: now,
                ..variant
            };
            variant.insert(conn, user)?;
        }
        for field in saved.fields {
            let field = PersonalizationField {
                id: PersonalizationFieldId::new(),
                product_id: copy,
                created_at: now,
                updated_at: now,
                ..field
            };
            diesel::insert_into(personalization_fields::table)
                .values(&field)
                .execute(conn)?;
        }
        Ok(copy)
    }
}

/// Adds rows for the same stored pictures. Returns the new id of each picture by its old one.
fn copy_pictures(
    conn: &mut Conn,
    images: Vec<Image>,
    copy: ProductId,
    now: NaiveDateTime,
) -> Result<HashMap<ImageId, ImageId>> {
    let mut copies = HashMap::new();
    for image in images {
        let old = image.id;
        let image = Image {
            id: ImageId::new(),
            product_id: copy,
            created_at: now,
            updated_at: now,
            ..image
        };
        diesel::insert_into(product_images::table)
            .values(&image)
            .execute(conn)?;
        copies.insert(old, image.id);
    }
    Ok(copies)
}
