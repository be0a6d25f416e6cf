//! Which pictures a product has, and in which order.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::image::Image;
use super::{PendingImage, Removal};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ImageId, ProductId, UserId};
use crate::schema::product_images;

/// The largest number of pictures of a product.
pub const MAX_PICTURES: usize = 12;

impl Image {
    /// Makes these the pictures of the product, in this order, each with its alternative text. They are the product's own
    /// pictures, or pending pictures of its owner. Pictures that are left out are deleted.
    ///
    /// # Errors
    /// `Refused` for more than `MAX_PICTURES`; `NotFound` for a picture of another product or owner, or one that is listed
    /// twice.
    pub fn arrange(
        conn: &mut Conn,
        owner: UserId,
        product: ProductId,
        pictures: &[(ImageId, String)],
        now: NaiveDateTime,
    ) -> Result<()> {
        if pictures.len() > MAX_PICTURES {
            return Err(Error::Refused(format!(
                "A product can have at most {MAX_PICTURES} pictures. Remove some."
            )));
        }
        let mut removed: Vec<(ImageId, String)> = product_images::table
            .filter(product_images::product_id.eq(product))
            .select((product_images::id, product_images::url))
            .load(conn)?;
        for ((id, alt), position) in pictures.iter().zip(0_i32..) {
            if let Some(index) = removed.iter().position(|(own, _)| own == id) {
                removed.swap_remove(index);
                diesel::update(product_images::table.find(id))
                    .set((
                        product_images::position.eq(position),
                        product_images::alt.eq(alt),
                        product_images::updated_at.eq(now),
                    ))
                    .execute(conn)?;
            } else {
                let image = PendingImage::take(conn, owner, *id)?.into_image(product, position, alt, now);
                diesel::insert_into(product_images::table)
                    .values(&image)
                    .execute(conn)?;
            }
        }
        for (id, url) in removed {
            diesel::delete(product_images::table.find(id)).execute(conn)?;
            Removal::enqueue(conn, &url, now)?;
        }
        Ok(())
    }
}

impl PendingImage {
    fn into_image(self, product: ProductId, position: i32, alt: &str, now: NaiveDateTime) -> Image {
        Image {
            id: self.id,
            product_id: product,
            public_id: self.public_id,
            url: self.url,
            position,
            alt: alt.to_owned(),
            width: Some(self.width),
            height: Some(self.height),
            tint: self.tint,
            created_at: now,
            updated_at: now,
        }
    }
}
