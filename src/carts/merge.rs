//! Moving a guest's cart into the user's cart after they sign in.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::add::{PricedItem, add_quantity};
use super::cart_item::CartItem;
use super::cart_owner::{CartOwner, count, lock_or_create};
use super::offer::Offer;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{CartId, UserId};
use crate::schema::carts;

/// Moves the guest's lines into the user's cart, as much as fits, and deletes the guest's cart. Returns how many
/// items the user's cart holds then. A second call moves nothing.
pub fn merge(conn: &mut Conn, guest: CartId, user: UserId, now: NaiveDateTime) -> Result<i64> {
    let own = lock_or_create(conn, Some(CartOwner::User(user)), now)?;
    // A second request at the same moment waits for this lock, and then finds no guest cart.
    if CartOwner::Guest(guest).lock(conn, now)?.is_some() {
        for item in CartItem::of_cart(conn, guest)?.into_iter().filter(CartItem::is_live) {
            let offer = Offer::of_variant(conn, item.variant_id, Some(user), now)?;
            if offer.problem.is_some() {
                continue;
            }
            let priced = PricedItem {
                variant: item.variant_id,
                personalization: item.personalization,
                // The price they saw last, so that the cart tells them when it has changed.
                unit_price: item.unit_price,
                stock: offer.variant.quantity,
            };
            add_quantity(conn, own, &priced, item.quantity, now)?;
        }
        diesel::delete(carts::table.find(guest)).execute(conn)?;
    }
    count(conn, own)
}
