//! The row of a product's picture.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Picture;
use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::{ImageId, ProductId};
use crate::schema::product_images;

/// The longest description of a picture, in characters.
pub const MAX_ALT_LENGTH: usize = 250;

/// A row of `product_images`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = product_images, treat_none_as_default_value = false)]
pub struct Image {
    pub id: ImageId,
    pub product_id: ProductId,
    pub public_id: String,
    pub url: String,
    /// From 0.
    pub position: i32,
    pub alt: String,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub tint: String,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Image {
    /// The pictures of these products, in each product's order.
    pub fn of_products(conn: &mut Conn, products: &[ProductId]) -> Result<Vec<Self>> {
        if products.is_empty() {
            return Ok(Vec::new());
        }
        Ok(product_images::table
            .filter(one_of(
                product_images::product_id,
                products.iter().map(|product| product.0),
            ))
            .order((product_images::product_id, product_images::position, product_images::id))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// The picture as a page shows it.
    pub fn picture(&self) -> Picture {
        let mut picture = Picture::from_url(&self.url);
        if picture.srcset.is_empty()
            && let (Some(width), Some(height)) = (self.width, self.height)
        {
            (picture.width, picture.height) = (width, height);
        }
        picture.alt.clone_from(&self.alt);
        picture.tint.clone_from(&self.tint);
        picture
    }
}
