//! Changing what a cart holds: how many, none, nothing at all, and back again.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Personalization;
use super::add::no_more;
use super::availability::{CartItem, Limit, MAX_LINES, MAX_QUANTITY, put};
use super::cart_owner::{CartOwner, UNDO_TTL};
use super::offer::Offer;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{CartId, CartItemId};
use crate::schema::cart_items;

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuantityChange {
    /// As asked.
    Set,
    /// The line holds fewer than asked, and this is why.
    HeldBack(String),
    /// The line left the cart; this was it.
    Removed(String),
}

/// Sets how many pieces a line of the holder's cart holds; 0 takes it out, and it can be put back for a while.
///
/// # Errors
/// `NotFound` for a line of anybody else's cart; `Refused` when not one piece can be had.
pub fn set(
    conn: &mut Conn,
    cart_owner: CartOwner,
    item: CartItemId,
    quantity: i32,
    now: NaiveDateTime,
) -> Result<QuantityChange> {
    let cart = cart_owner.lock(conn, now)?.ok_or(Error::NotFound)?;
    let slots = CartItem::all(conn, cart)?;
    let slot = slots.iter().find(|slot| slot.item == item).ok_or(Error::NotFound)?;
    let offer = Offer::of_variant(conn, slot.variant, cart_owner.user(), now)?;
    if quantity == 0 {
        remove(conn, cart, Some(item), now)?;
        return Ok(QuantityChange::Removed(offer.title));
    }
    let others = slots.iter().filter(|other| other.is_live() && other.item != item);
    if !slot.is_live() && others.clone().count() >= MAX_LINES {
        return Err(Error::Refused(no_more(Limit::Lines, &offer.title)));
    }
    if let Some(problem) = &offer.problem {
        return Err(Error::Refused(problem.words()));
    }
    let held: i32 = others
        .filter(|other| other.variant == slot.variant)
        .map(|other| other.quantity)
        .sum();
    let stock = offer.variant.quantity;
    let fits = quantity.min(stock - held).min(MAX_QUANTITY);
    if fits < 1 {
        return Err(Error::Refused(no_more(Limit::Stock(stock), &offer.title)));
    }
    // What the buyer sees while changing it is the price of today.
    let price = Personalization::read(&slot.personalization).and_then(|answers| offer.price(&answers));
    put(conn, item, fits, price, now)?;
    Ok(match stock - held {
        _ if fits == quantity => QuantityChange::Set,
        left if left > fits => QuantityChange::HeldBack(format!("A cart takes {MAX_QUANTITY} of a kind.")),
        1 => QuantityChange::HeldBack(format!("Only one of {} is left for this line.", offer.title)),
        left if held > 0 => QuantityChange::HeldBack(format!("Only {left} of {} are left for this line.", offer.title)),
        left => QuantityChange::HeldBack(format!("There are only {left} of {}.", offer.title)),
    })
}

/// Takes out everything; it can be put back for a while.
pub fn clear(conn: &mut Conn, cart_owner: CartOwner, now: NaiveDateTime) -> Result<()> {
    match cart_owner.lock(conn, now)? {
        Some(cart) => remove(conn, cart, None, now),
        None => Ok(()),
    }
}

/// Puts back what was taken out just now, as far as it can still be had.
pub fn restore(conn: &mut Conn, cart_owner: CartOwner, now: NaiveDateTime) -> Result<()> {
    let Some(cart) = cart_owner.lock(conn, now)? else {
        return Ok(());
    };
    for slot in CartItem::all(conn, cart)? {
        if slot.removed_at.is_some_and(|at| at > now - UNDO_TTL) {
            match set(conn, cart_owner, slot.item, slot.quantity, now) {
                Ok(_) | Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

fn remove(conn: &mut Conn, cart: CartId, item: Option<CartItemId>, now: NaiveDateTime) -> Result<()> {
    let lines = cart_items::table
        .filter(cart_items::cart_id.eq(cart))
        .filter(cart_items::removed_at.is_null());
    let gone = (cart_items::removed_at.eq(now), cart_items::updated_at.eq(now));
    match item {
        Some(item) => diesel::update(lines.filter(cart_items::id.eq(item)))
            .set(gone)
            .execute(conn)?,
        None => diesel::update(lines).set(gone).execute(conn)?,
    };
    Ok(())
}
