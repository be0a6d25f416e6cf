//! A product that was never sold can go for good.

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::product::Product;
use super::stored::StoredProduct;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ProductId, ShopId};
use crate::images::{Image, Removal};
use crate::schema::{orders, products};

impl Product {
    /// Whether an order names it.
    pub fn was_sold(conn: &mut Conn, id: ProductId) -> Result<bool> {
        let named = orders::table.filter(orders::product_id.eq(id));
        Ok(diesel::select(exists(named)).get_result(conn)?)
    }

    /// Takes a product of the shop away, with its variants; its pictures go soon, unless a copy shows them.
    ///
    /// # Errors
    /// `NotFound` for another shop's; `Refused` for one that was sold.
    pub fn remove(conn: &mut Conn, shop: ShopId, id: ProductId, now: NaiveDateTime) -> Result<()> {
        StoredProduct::of_shop(conn, shop, id)?;
        // Whoever is buying it has to wait from here on, or is done and seen below.
        diesel::update(products::table.find(id))
            .set(products::updated_at.eq(now))
            .execute(conn)?;
        if Self::was_sold(conn, id)? {
            return Err(Error::Refused(
                "This product was sold, and its orders name it. Archive it instead: nobody sees it any more, and the orders \
                 stay as they are."
                    .to_owned(),
            ));
        }
        let images = Image::of_products(conn, &[id])?;
        diesel::delete(products::table.find(id)).execute(conn)?;
        images
            .iter()
            .try_for_each(|image| Removal::enqueue(conn, &image.url, now))
    }
}
