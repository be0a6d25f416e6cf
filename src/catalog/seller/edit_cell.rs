//! One number of a product of one kind, changed in the list.

use chrono::NaiveDateTime;
use diesel::dsl::min;
use diesel::prelude::*;

use super::bulk::BulkSelection;
use crate::catalog::products::draft::{MAX_PRICE, MAX_STOCK};
use crate::catalog::products::product::Product;
use crate::catalog::products::stored::StoredProduct;
use crate::catalog::products::visibility::ProductState;
use crate::catalog::stock::movement::{Reason, StockChange, StockMovement};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ProductId, ShopId, UserId};
use crate::money::Money;
use crate::schema::{product_variants, products};

impl Product {
    /// # Errors
    /// `NotFound` for another shop's product; `Refused` for one of several kinds, or a price that cannot be.
    pub fn set_price(conn: &mut Conn, shop: ShopId, id: ProductId, price: Money, now: NaiveDateTime) -> Result<()> {
        let product = StoredProduct::of_shop(conn, shop, id)?;
        let variant = BulkSelection::variant(conn, id)?;
        if price.0 > MAX_PRICE {
            return Err(Error::Refused(
                "The price is more than anything here may cost.".to_owned(),
            ));
        }
        if price.0 == 0 && product.state == ProductState::Active {
            return Err(Error::Refused(
                "The price of a live product has to be above zero.".to_owned(),
            ));
        }
        if variant.price == price {
            return Ok(());
        }
        diesel::update(product_variants::table.find(variant.id))
            .set((product_variants::price.eq(price), product_variants::updated_at.eq(now)))
            .execute(conn)?;
        settle_price(conn, id, now)
    }

    /// Changes the stock by what was typed less what the shop had before its eyes, whatever was sold in between; tells how
    /// many there are then.
    ///
    /// # Errors
    /// `NotFound` for another shop's product; `Refused` for one of several kinds, and when too few are left by now.
    pub fn set_stock(
        conn: &mut Conn,
        shop: ShopId,
        user: UserId,
        id: ProductId,
        (seen, typed): (i32, i32),
        now: NaiveDateTime,
    ) -> Result<i32> {
        StoredProduct::of_shop(conn, shop, id)?;
        let variant = BulkSelection::variant(conn, id)?.id;
        let change = StockChange {
            variant,
            by: typed - seen,
            order: None,
        };
        let short = StockMovement::make(conn, &[change], Reason::Edit, Some(user), now)?;
        let left = product_variants::table
            .find(variant)
            .select(product_variants::quantity)
            .first(conn)?;
        if !short.is_empty() {
            return Err(Error::Refused(format!(
                "Some were sold meanwhile: there {} now, so {} cannot be taken away.",
                if left == 1 {
                    "is 1".to_owned()
                } else {
                    format!("are {left}")
                },
                seen - typed
            )));
        }
        if left > MAX_STOCK {
            return Err(Error::Refused(format!("There can be {MAX_STOCK} in stock at most.")));
        }
        Ok(left)
    }
}

/// The product's own price follows its variants'; a price from before that is no longer above it is none.
pub(crate) fn settle_price(conn: &mut Conn, id: ProductId, now: NaiveDateTime) -> Result<()> {
    let lowest: Option<Money> = product_variants::table
        .filter(product_variants::product_id.eq(id))
        .select(min(product_variants::price))
        .first(conn)?;
    let lowest = lowest.unwrap_or_default();
    diesel::update(products::table.find(id))
        .set((products::price.eq(lowest), products::updated_at.eq(now)))
        .execute(conn)?;
    diesel::update(products::table.find(id).filter(products::compare_at_price.le(lowest)))
        .set(products::compare_at_price.eq(None::<Money>))
        .execute(conn)?;
    Ok(())
}
