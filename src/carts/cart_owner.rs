//! Whose cart it is, and the row that stands for it.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::id::{CartId, CartItemId, ShopId, UserId};
use crate::schema::{cart_items, carts, product_variants, products, shops};

/// How long a guest's cart is kept after it was last changed.
const GUEST_CART_TTL: TimeDelta = TimeDelta::days(90);
/// How long what was taken out can be put back.
pub const UNDO_TTL: TimeDelta = TimeDelta::minutes(10);

/// Who holds a cart: a guest, whose browser knows its number, or a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CartOwner {
    Guest(CartId),
    User(UserId),
}

impl CartOwner {
    pub fn user(self) -> Option<UserId> {
        match self {
            Self::Guest(_) => None,
            Self::User(user) => Some(user),
        }
    }

    /// The cart, if there is one.
    pub(super) fn cart(self, conn: &mut Conn) -> Result<Option<CartId>> {
        let all = carts::table.select(carts::id);
        Ok(match self {
            Self::Guest(cart) => all
                .filter(carts::id.eq(cart))
                .filter(carts::owner_id.is_null())
                .first(conn)
                .optional()?,
            Self::User(user) => all.filter(carts::owner_id.eq(user)).first(conn).optional()?,
        })
    }

    /// The cart, if there is one; nobody else changes it before this transaction ends.
    pub fn lock(self, conn: &mut Conn, now: NaiveDateTime) -> Result<Option<CartId>> {
        let Some(cart) = self.cart(conn)? else { return Ok(None) };
        let touched = diesel::update(carts::table.find(cart))
            .set(carts::updated_at.eq(now))
            .execute(conn)?;
        Ok((touched > 0).then_some(cart))
    }
}

/// Until this transaction ends, none of the shops that sell what is in the cart closes or goes away.
pub fn lock_shops(conn: &mut Conn, cart: CartId) -> Result<()> {
    // SQLite lets one write at a time.
    let Conn::Postgres(conn) = conn else { return Ok(()) };
    let held = cart_items::table
        .inner_join(product_variants::table.inner_join(products::table))
        .filter(cart_items::cart_id.eq(cart))
        .select(products::shop_id);
    shops::table
        .filter(shops::id.eq_any(held))
        .order(shops::id)
        .select(shops::id)
        .for_share()
        .load::<ShopId>(conn)?;
    Ok(())
}

/// As `CartOwner::lock`; who has none gets one. A guest's comes under a new number.
pub fn lock_or_make(conn: &mut Conn, cart_owner: Option<CartOwner>, now: NaiveDateTime) -> Result<CartId> {
    let there = match cart_owner {
        Some(cart_owner) => cart_owner.lock(conn, now)?,
        None => None,
    };
    if let Some(cart) = there {
        return Ok(cart);
    }
    let cart = CartId::new();
    diesel::insert_into(carts::table)
        .values((
            carts::id.eq(cart),
            carts::owner_id.eq(cart_owner.and_then(CartOwner::user)),
            carts::created_at.eq(now),
            carts::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(cart)
}

/// How many pieces a cart holds.
pub fn count(conn: &mut Conn, cart: CartId) -> Result<i64> {
    let quantities: Vec<i32> = cart_items::table
        .filter(cart_items::cart_id.eq(cart))
        .filter(cart_items::removed_at.is_null())
        .select(cart_items::quantity)
        .load(conn)?;
    Ok(quantities.into_iter().map(i64::from).sum())
}

/// These lines, gone for good.
pub fn delete_items(conn: &mut Conn, items: impl IntoIterator<Item = CartItemId>) -> Result<()> {
    let items = items.into_iter().map(|item| item.0);
    diesel::delete(cart_items::table.filter(crate::db::one_of(cart_items::id, items))).execute(conn)?;
    Ok(())
}

/// Takes away what guests left behind, and what was taken out and not put back.
pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    let left = carts::table
        .filter(carts::owner_id.is_null())
        .filter(carts::updated_at.lt(now - GUEST_CART_TTL));
    diesel::delete(left).execute(conn)?;
    diesel::delete(cart_items::table.filter(cart_items::removed_at.lt(now - UNDO_TTL))).execute(conn)?;
    Ok(())
}
