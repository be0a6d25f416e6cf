//! Where a piece goes in a cart, and how many of it fit.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::cart_owner::delete_items;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{CartId, CartItemId, VariantId};
use crate::money::Money;
use crate::schema::cart_items;

/// The most lines of a cart.
pub const MAX_LINES: usize = 50;
/// The most pieces of a line.
pub const MAX_QUANTITY: i32 = 99;
/// How many lines that were taken out are kept for a while.
const MAX_REMOVED_LINES: usize = 50;

/// A line of a cart, as far as its size goes.
#[derive(Debug, Clone, Queryable)]
pub struct CartItem {
    pub item: CartItemId,
    pub variant: VariantId,
    pub personalization: String,
    pub quantity: i32,
    pub unit_price: Money,
    pub removed_at: Option<NaiveDateTime>,
}

impl CartItem {
    /// All of a cart's, those that were taken out too; the cart is locked.
    pub fn all(conn: &mut Conn, cart: CartId) -> Result<Vec<Self>> {
        Ok(cart_items::table
            .filter(cart_items::cart_id.eq(cart))
            .order(cart_items::id)
            .select((
                cart_items::id,
                cart_items::variant_id,
                cart_items::personalization,
                cart_items::quantity,
                cart_items::unit_price,
                cart_items::removed_at,
            ))
            .load(conn)?)
    }

    pub fn is_live(&self) -> bool {
        self.removed_at.is_none()
    }
}

/// What holds a line back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    None,
    /// Only so many are on the shelf.
    Stock(i32),
    Each,
    Lines,
}

/// How a line came out.
#[derive(Debug, Clone, Copy)]
pub struct AddedQuantity {
    /// Pieces that were added.
    pub took: i32,
    pub limit: Limit,
}

/// What is to go into a cart.
pub struct ItemToAdd {
    pub variant: VariantId,
    pub personalization: String,
    pub unit_price: Money,
    pub stock: i32,
}

/// Adds so many pieces to a locked cart, or as many as fit.
pub fn place(conn: &mut Conn, cart: CartId, piece: &ItemToAdd, want: i32, now: NaiveDateTime) -> Result<AddedQuantity> {
    let slots = CartItem::all(conn, cart)?;
    let is_same = |slot: &&CartItem| slot.variant == piece.variant && slot.personalization == piece.personalization;
    let same = slots.iter().find(is_same);
    let here = same.filter(|slot| slot.is_live()).map_or(0, |slot| slot.quantity);
    let live: Vec<&CartItem> = slots.iter().filter(|slot| slot.is_live()).collect();
    if here == 0 && live.len() >= MAX_LINES {
        return Ok(AddedQuantity {
            took: 0,
            limit: Limit::Lines,
        });
    }
    let held: i32 = live
        .iter()
        .filter(|slot| slot.variant == piece.variant)
        .map(|slot| slot.quantity)
        .sum();
    let (shelf, each) = ((piece.stock - held).max(0), (MAX_QUANTITY - here).max(0));
    let took = want.min(shelf).min(each);
    let limit = match took {
        enough if enough == want => Limit::None,
        short if short == shelf => Limit::Stock(piece.stock),
        _ => Limit::Each,
    };
    if took == 0 {
        return Ok(AddedQuantity { took, limit });
    }
    if let Some(slot) = same {
        put(conn, slot.item, here + took, Some(piece.unit_price), now)?;
    } else {
        let removed = slots.iter().filter(|slot| !slot.is_live());
        if removed.clone().count() >= MAX_REMOVED_LINES {
            delete_items(conn, removed.map(|slot| slot.item))?;
        }
        insert(conn, cart, piece, took, now)?;
    }
    Ok(AddedQuantity { took, limit })
}

/// Sets how many a line holds; it is in the cart from now on.
pub fn put(conn: &mut Conn, item: CartItemId, quantity: i32, price: Option<Money>, now: NaiveDateTime) -> Result<()> {
    let line = cart_items::table.find(item);
    diesel::update(line)
        .set((
            cart_items::quantity.eq(quantity),
            price.map(|price| cart_items::unit_price.eq(price)),
            cart_items::removed_at.eq(None::<NaiveDateTime>),
            cart_items::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

fn insert(conn: &mut Conn, cart: CartId, piece: &ItemToAdd, quantity: i32, now: NaiveDateTime) -> Result<()> {
    diesel::insert_into(cart_items::table)
        .values((
            cart_items::id.eq(CartItemId::new()),
            cart_items::cart_id.eq(cart),
            cart_items::variant_id.eq(piece.variant),
            cart_items::quantity.eq(quantity),
            cart_items::unit_price.eq(piece.unit_price),
            cart_items::personalization.eq(&piece.personalization),
            cart_items::created_at.eq(now),
            cart_items::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
