//! Changing what a cart holds: quantities, removal, and putting back.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::cart_item::CartItem;
use super::cart_owner::{CartOwner, UNDO_TTL};
use super::limits::{MAX_LINES, MAX_QUANTITY, QuantityLimit, max_quantity, max_quantity_message};
use super::offer::Offer;
use super::personalization::Personalization;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{CartId, CartItemId};
use crate::schema::cart_items;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuantityChange {
    /// The line holds the quantity that the buyer wanted.
    Set,
    /// The line holds less than the buyer wanted. The message says why.
    Limited(String),
    Removed,
}

/// Sets the quantity of a line of the owner's cart. 0 removes the line; it can be put back for a while.
///
/// # Errors
/// `NotFound` for a line of another cart; `Refused` when it cannot be bought.
pub fn set_quantity(
    conn: &mut Conn,
    cart_owner: CartOwner,
    id: CartItemId,
    quantity: i32,
    now: NaiveDateTime,
) -> Result<QuantityChange> {
    let cart = cart_owner.lock(conn, now)?.ok_or(Error::NotFound)?;
    let items = CartItem::of_cart(conn, cart)?;
    let item = items.iter().find(|item| item.id == id).ok_or(Error::NotFound)?;
    let offer = Offer::of_variant(conn, item.variant_id, cart_owner.user(), now)?;
    if quantity == 0 {
        remove(conn, cart, Some(id), now)?;
        return Ok(QuantityChange::Removed);
    }
    let others = items.iter().filter(|other| other.is_live() && other.id != id);
    if !item.is_live() && others.clone().count() >= MAX_LINES {
        return Err(Error::Refused(QuantityLimit::Lines.refusal(&offer.title)));
    }
    if let Some(problem) = &offer.problem {
        return Err(Error::Refused(problem.message()));
    }
    let same_variant = others.filter(|other| other.variant_id == item.variant_id);
    let mut same_variant = same_variant.map(|other| (other.id, other.quantity));
    let stock = offer.variant.quantity;
    let old_quantity = if item.is_live() { item.quantity } else { 0 };
    let available = max_quantity(id, old_quantity, stock, same_variant.clone());
    let new_quantity = quantity.min(available);
    if new_quantity < 1 {
        return Err(Error::Refused(QuantityLimit::Stock(stock).refusal(&offer.title)));
    }
    // The buyer sees today's price while changing the quantity.
    let price = Personalization::read(&item.personalization).and_then(|answers| offer.price(&answers));
    CartItem::set_quantity(conn, id, new_quantity, price, now)?;
    if new_quantity == quantity {
        return Ok(QuantityChange::Set);
    }
    Ok(QuantityChange::Limited(match available {
        MAX_QUANTITY => max_quantity_message(),
        left if same_variant.next().is_some() => format!(
            "This line can hold only {left} × {}, because the rest of the stock is already in your cart.",
            offer.title
        ),
        1 => format!("Only one {} is left.", offer.title),
        left => format!("Only {left} × {} are left.", offer.title),
    }))
}

/// Removes every line. They can be put back for a while.
pub fn clear(conn: &mut Conn, cart_owner: CartOwner, now: NaiveDateTime) -> Result<()> {
    match cart_owner.lock(conn, now)? {
        Some(cart) => remove(conn, cart, None, now),
        None => Ok(()),
    }
}

/// Puts back the lines that were removed a short time ago, as far as they can still be bought.
pub fn restore(conn: &mut Conn, cart_owner: CartOwner, now: NaiveDateTime) -> Result<()> {
    let Some(cart) = cart_owner.lock(conn, now)? else {
        return Ok(());
    };
    for item in CartItem::of_cart(conn, cart)? {
        if item.removed_at.is_some_and(|at| at > now - UNDO_TTL) {
            match set_quantity(conn, cart_owner, item.id, item.quantity, now) {
                Ok(_) | Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Removes one item, or all.
fn remove(conn: &mut Conn, cart: CartId, item: Option<CartItemId>, now: NaiveDateTime) -> Result<()> {
    let live = cart_items::table
        .filter(cart_items::cart_id.eq(cart))
        .filter(cart_items::removed_at.is_null());
    let removed = (cart_items::removed_at.eq(now), cart_items::updated_at.eq(now));
    match item {
        Some(item) => diesel::update(live.filter(cart_items::id.eq(item)))
            .set(removed)
            .execute(conn)?,
        None => diesel::update(live).set(removed).execute(conn)?,
    };
    Ok(())
}
