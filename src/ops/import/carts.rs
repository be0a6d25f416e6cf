//! Imports carts and their lines.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::Import;
use super::model::Model;
use super::report::RowResult;
use super::row::Row;
use crate::carts::{CartItem, NewCart};
use crate::error::Result;
use crate::id::{CartId, CartItemId, ProductId, UserId, VariantId};
use crate::money::Money;
use crate::schema::{cart_items, carts, product_variants};

impl Import<'_> {
    pub(super) fn import_cart(&mut self, row: &Row) -> Result<RowResult> {
        let owner = UserId(self.reference(row, "owner", Model::User)?);
        if diesel::select(exists(carts::table.filter(carts::owner_id.eq(owner)))).get_result(self.conn)? {
            return Ok(RowResult::Skipped("the owner already has another cart"));
        }
        let created_at = row.optional_time("created_at")?.unwrap_or(self.now);
        let cart = NewCart {
            id: CartId(row.pk),
            owner_id: Some(owner),
            created_at,
            updated_at: row.optional_time("updated_at")?.unwrap_or(created_at),
        };
        row.map_error(diesel::insert_into(carts::table).values(&cart).execute(self.conn))?;
        Ok(RowResult::Imported)
    }

    pub(super) fn import_cart_line(&mut self, row: &Row) -> Result<RowResult> {
        let product = ProductId(self.reference(row, "product", Model::Product)?);
        if !self.is_part_of_imported(row, "cart", Model::Cart)? {
            return Ok(RowResult::Skipped(
                "the owner already had a cart, which was not changed",
            ));
        }
        let quantity = row.quantity()?;
        if quantity == 0 {
            return Ok(RowResult::Skipped("the quantity is 0"));
        }
        let cart = CartId(row.reference("cart")?);
        let (variant, price) = self.first_variant(product)?;
        let same_variant =
            cart_items::table.filter(cart_items::cart_id.eq(cart).and(cart_items::variant_id.eq(variant)));
        if diesel::select(exists(same_variant)).get_result(self.conn)? {
            return Ok(RowResult::Skipped("an earlier line of the cart has the same product"));
        }
        let created_at = row.optional_time("created_at")?.unwrap_or(self.now);
        let line = CartItem {
            id: CartItemId(row.pk),
            cart_id: cart,
            variant_id: variant,
            quantity,
            unit_price: price,
            personalization: String::new(),
            created_at,
            updated_at: row.optional_time("updated_at")?.unwrap_or(created_at),
            removed_at: None,
        };
        row.map_error(diesel::insert_into(cart_items::table).values(&line).execute(self.conn))?;
        Ok(RowResult::Imported)
    }

    /// The first variant of a product, and its price. An import creates one; the owner may have added more since.
    pub(super) fn first_variant(&mut self, product: ProductId) -> Result<(VariantId, Money)> {
        Ok(product_variants::table
            .filter(product_variants::product_id.eq(product))
            .order((product_variants::position, product_variants::id))
            .select((product_variants::id, product_variants::price))
            .first(self.conn)?)
    }
}
