//! A row of a cart: a variant with its personalization and quantity.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::cart_owner::CartOwner;
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{CartId, CartItemId, VariantId};
use crate::money::Money;
use crate::schema::cart_items;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = cart_items, treat_none_as_default_value = false)]
pub struct CartItem {
    pub id: CartItemId,
    pub cart_id: CartId,
    pub variant_id: VariantId,
    pub quantity: i32,
    /// The price of one item that the buyer saw last, with its personalization.
    pub unit_price: Money,
    /// The answers, as `Personalization::stored` writes them.
    pub personalization: String,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
    /// When the buyer removed it. It can be put back for a while.
    pub removed_at: Option<NaiveDateTime>,
}

impl CartItem {
    /// All items of a cart, removed ones too, in the order in which they were added.
    pub fn of_cart(conn: &mut Conn, cart: CartId) -> Result<Vec<Self>> {
        Ok(cart_items::table
            .filter(cart_items::cart_id.eq(cart))
            .order(cart_items::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// An item that is in this owner's cart and not removed.
    ///
    /// # Errors
    /// `NotFound` for any other item.
    pub fn find(conn: &mut Conn, cart_owner: CartOwner, id: CartItemId) -> Result<Self> {
        let cart = cart_owner.cart(conn)?.ok_or(Error::NotFound)?;
        Ok(cart_items::table
            .find(id)
            .filter(cart_items::cart_id.eq(cart))
            .filter(cart_items::removed_at.is_null())
            .select(Self::as_select())
            .first(conn)?)
    }

    pub fn is_live(&self) -> bool {
        self.removed_at.is_none()
    }

    /// Sets the quantity, and the price if one is given. A removed item is in the cart again.
    pub fn set_quantity(
        conn: &mut Conn,
        id: CartItemId,
        quantity: i32,
        unit_price: Option<Money>,
        now: NaiveDateTime,
    ) -> Result<()> {
        diesel::update(cart_items::table.find(id))
            .set((
                cart_items::quantity.eq(quantity),
                unit_price.map(|price| cart_items::unit_price.eq(price)),
                cart_items::removed_at.eq(None::<NaiveDateTime>),
                cart_items::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    pub fn insert(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(cart_items::table).values(self).execute(conn)?;
        Ok(())
    }

    /// Deletes the rows; these items cannot be put back.
    pub fn delete(conn: &mut Conn, ids: impl IntoIterator<Item = CartItemId>) -> Result<()> {
        let ids = ids.into_iter().map(|id| id.0);
        diesel::delete(cart_items::table.filter(one_of(cart_items::id, ids))).execute(conn)?;
        Ok(())
    }
}
