//! Who owns a cart, and the row of the cart itself.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::id::{CartId, ShopId, UserId};
use crate::schema::{cart_items, carts, product_variants, products, shops};

/// How long a guest's cart is kept after it was last changed.
const GUEST_CART_TTL: TimeDelta = TimeDelta::days(90);
/// How long a removed line can be put back.
pub const UNDO_TTL: TimeDelta = TimeDelta::minutes(10);

/// Who owns a cart: a guest, whose cookie holds its id, or a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CartOwner {
    Guest(CartId),
    User(UserId),
}

/// A new row of `carts`.
#[derive(Insertable)]
#[diesel(table_name = carts, treat_none_as_default_value = false)]
pub struct NewCart {
    pub id: CartId,
    /// None for a guest's cart.
    pub owner_id: Option<UserId>,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
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

    /// The cart, if there is one. No other transaction changes it before this one ends.
    pub fn lock(self, conn: &mut Conn, now: NaiveDateTime) -> Result<Option<CartId>> {
        let Some(cart) = self.cart(conn)? else { return Ok(None) };
        let touched = diesel::update(carts::table.find(cart))
            .set(carts::updated_at.eq(now))
            .execute(conn)?;
        Ok((touched > 0).then_some(cart))
    }
}

/// Keeps the shops of the cart's lines from closing or starting a vacation until this transaction ends.
pub fn lock_shops(conn: &mut Conn, cart: CartId) -> Result<()> {
    // SQLite runs one writing transaction at a time.
    let Conn::Postgres(conn) = conn else { return Ok(()) };
    let shop_ids = cart_items::table
        .inner_join(product_variants::table.inner_join(products::table))
        .filter(cart_items::cart_id.eq(cart))
        .select(products::shop_id);
    shops::table
        .filter(shops::id.eq_any(shop_ids))
        .order(shops::id)
        .select(shops::id)
        .for_share()
        .load::<ShopId>(conn)?;
    Ok(())
}

/// As `CartOwner::lock`, but creates a cart if there is none. A guest gets one with a new id.
pub fn lock_or_create(conn: &mut Conn, cart_owner: Option<CartOwner>, now: NaiveDateTime) -> Result<CartId> {
    let existing = match cart_owner {
        Some(cart_owner) => cart_owner.lock(conn, now)?,
        None => None,
    };
    if let Some(cart) = existing {
        return Ok(cart);
    }
    let cart = NewCart {
        id: CartId::new(),
        owner_id: cart_owner.and_then(CartOwner::user),
        created_at: now,
        updated_at: now,
    };
    diesel::insert_into(carts::table).values(&cart).execute(conn)?;
    Ok(cart.id)
}

/// How many items a cart holds, without removed lines.
pub fn count(conn: &mut Conn, cart: CartId) -> Result<i64> {
    let quantities: Vec<i32> = cart_items::table
        .filter(cart_items::cart_id.eq(cart))
        .filter(cart_items::removed_at.is_null())
        .select(cart_items::quantity)
        .load(conn)?;
    Ok(quantities.into_iter().map(i64::from).sum())
}

/// Deletes carts that guests left behind, and removed lines that can no longer be put back.
pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    let abandoned = carts::table
        .filter(carts::owner_id.is_null())
        .filter(carts::updated_at.lt(now - GUEST_CART_TTL));
    diesel::delete(abandoned).execute(conn)?;
    diesel::delete(cart_items::table.filter(cart_items::removed_at.lt(now - UNDO_TTL))).execute(conn)?;
    Ok(())
}
