//! A guest signs in: their cart goes into the user's.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::availability::{CartItem, ItemToAdd, place};
use super::cart_owner::{CartOwner, count, lock_or_make};
use super::offer::Offer;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{CartId, UserId};
use crate::schema::carts;

/// Moves the guest's lines, as many pieces as fit; gives back how many pieces the user's cart holds then. The guest's cart
/// is gone afterwards, so that a second time moves nothing.
pub fn merge(conn: &mut Conn, guest: CartId, user: UserId, now: NaiveDateTime) -> Result<i64> {
    let own = lock_or_make(conn, Some(CartOwner::User(user)), now)?;
    // Whoever comes at the same moment waits for this line, and then finds nothing.
    if CartOwner::Guest(guest).lock(conn, now)?.is_some() {
        for slot in CartItem::all(conn, guest)?.into_iter().filter(CartItem::is_live) {
            let offer = Offer::of_variant(conn, slot.variant, Some(user), now)?;
            if offer.problem.is_some() {
                continue;
            }
            let piece = ItemToAdd {
                variant: slot.variant,
                personalization: slot.personalization,
                // What they saw last, so that they are told when it is something else.
                unit_price: slot.unit_price,
                stock: offer.variant.quantity,
            };
            place(conn, own, &piece, slot.quantity, now)?;
        }
        diesel::delete(carts::table.find(guest)).execute(conn)?;
    }
    count(conn, own)
}
