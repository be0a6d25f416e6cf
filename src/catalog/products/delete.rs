//! Deleting a product that was never sold.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::product::Product;
use crate::catalog::seller::SellerContext;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::ProductId;
use crate::images::{Image, Removal};
use crate::schema::{orders, products};

impl Product {
    /// Whether an order line refers to it.
    pub fn was_sold(conn: &mut Conn, id: ProductId) -> Result<bool> {
        let order_lines = orders::table.filter(orders::product_id.eq(id));
        Ok(diesel::select(exists(order_lines)).get_result(conn)?)
    }

    /// Deletes a product with its variants. Its pictures are deleted soon, unless a copy of the product shows them.
    ///
    /// # Errors
    /// `NotFound` for a product of another shop. `Refused` for a product that was sold.
    pub fn delete(conn: &mut Conn, context: SellerContext, id: ProductId) -> Result<()> {
        Self::of_shop(conn, context.shop, id)?;
        // Locks the row: a purchase at the same moment either waits, or is committed and found below.
        diesel::update(products::table.find(id))
            .set(products::updated_at.eq(context.now))
            .execute(conn)?;
        if Self::was_sold(conn, id)? {
            return Err(Error::Refused(
                "This product has orders, so it can't be deleted. Archive it instead. Buyers won't see it, and its orders stay unchanged."
                    .to_owned(),
            ));
        }
        let images = Image::of_products(conn, &[id])?;
        diesel::delete(products::table.find(id)).execute(conn)?;
        images
            .iter()
            .try_for_each(|image| Removal::enqueue(conn, &image.url, context.now))
    }
}
