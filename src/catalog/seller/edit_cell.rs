//! The price and the stock of a product with one variant, changed in the list.

use chrono::NaiveDateTime;
use diesel::dsl::min;
use diesel::prelude::*;

use super::SellerContext;
use super::bulk::BulkSelection;
use crate::catalog::products::draft::{MAX_PRICE, MAX_STOCK};
use crate::catalog::products::product::Product;
use crate::catalog::products::visibility::ProductState;
use crate::catalog::stock::movement::{Reason, StockChange, StockMovement};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::ProductId;
use crate::money::Money;
use crate::schema::{product_variants, products};

/// A new stock, typed by a seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StockEdit {
    /// The stock that the seller saw.
    pub seen: i32,
    pub quantity: i32,
}

impl Product {
    /// # Errors
    /// `NotFound` for a product of another shop. `Refused` for a product with several variants, and for a price that is
    /// too high, or zero on a live product.
    pub fn set_price(conn: &mut Conn, context: SellerContext, id: ProductId, price: Money) -> Result<()> {
        let product = Self::of_shop(conn, context.shop, id)?;
        let variant = BulkSelection::only_variant(conn, id)?;
        if price.0 > MAX_PRICE {
            return Err(Error::Refused("The price is too large.".to_owned()));
        }
        if price.0 == 0 && product.state == ProductState::Active {
            return Err(Error::Refused(
                "The price of a live product must be above zero.".to_owned(),
            ));
        }
        if variant.price == price {
            return Ok(());
        }
        diesel::update(product_variants::table.find(variant.id))
            .set((
                product_variants::price.eq(price),
                product_variants::updated_at.eq(context.now),
            ))
            .execute(conn)?;
        update_lowest_price(conn, id, context.now)
    }

    /// Changes the stock by the difference between what the seller typed and saw, because items may be sold meanwhile.
    /// Returns the new stock.
    ///
    /// # Errors
    /// `NotFound` for a product of another shop. `Refused` for a product with several variants, and when the stock would
    /// be negative or too high.
    pub fn set_stock(conn: &mut Conn, context: SellerContext, id: ProductId, edit: StockEdit) -> Result<i32> {
        Self::of_shop(conn, context.shop, id)?;
        let variant = BulkSelection::only_variant(conn, id)?.id;
        let change = StockChange {
            variant,
            by: edit.quantity - edit.seen,
            order: None,
        };
        let short = StockMovement::make(conn, &[change], Reason::Edit, Some(context.user), context.now)?;
        let left = product_variants::table
            .find(variant)
            .select(product_variants::quantity)
            .first(conn)?;
        if !short.is_empty() {
            return Err(Error::Refused(format!(
                "Some were sold in the meantime. There {} now, so stock can't be reduced by {}.",
                if left == 1 {
                    "is 1".to_owned()
                } else {
                    format!("are {left}")
                },
                edit.seen - edit.quantity
            )));
        }
        if left > MAX_STOCK {
            return Err(Error::Refused("Stock can't exceed 999,999.".to_owned()));
        }
        Ok(left)
    }
}

/// Sets the price of a product to the lowest price of its variants. Removes a price before the reduction that is no longer
/// above it.
pub(crate) fn update_lowest_price(conn: &mut Conn, id: ProductId, now: NaiveDateTime) -> Result<()> {
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
