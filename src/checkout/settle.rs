//! What happens when the provider has answered: the purchase counts from now on, or its stock goes back.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Checkout;
use crate::carts::Cart;
use crate::db::Conn;
use crate::error::Result;
use crate::id::CartItemId;
use crate::mail::Outbox;
use crate::orders::{Actor, Order, OrderEvent, emails};
use crate::payments::{Charge, Payment};
use crate::schema::checkouts;

/// Writes down what came of a payment, once, however many try; tells whether this was the time. Without an outbox nobody
/// is written to.
pub fn settle(
    conn: &mut Conn,
    outbox: Option<&Outbox>,
    payment: &Payment,
    charge: &Charge,
    now: NaiveDateTime,
) -> Result<bool> {
    if !payment.settle(conn, charge, now)? {
        return Ok(false);
    }
    if *charge == Charge::Succeeded {
        let checkout = Checkout::find(conn, payment.checkout_id)?;
        placed(conn, &checkout, now)?;
        if let Some(outbox) = outbox {
            emails::placed(conn, outbox, checkout.id, now)?;
        }
    }
    Ok(true)
}

/// A purchase is paid: from now on everyone whom it concerns sees it. Happens once for each.
fn placed(conn: &mut Conn, checkout: &Checkout, now: NaiveDateTime) -> Result<()> {
    diesel::update(checkouts::table.find(checkout.id))
        .set((checkouts::placed_at.eq(now), checkouts::updated_at.eq(now)))
        .execute(conn)?;
    let orders = Order::of_checkout(conn, checkout.id)?;
    for order in &orders {
        OrderEvent::open(conn, order.id, order.status, Actor::Buyer, now)?;
    }
    let items: Vec<CartItemId> = orders.iter().filter_map(|order| order.cart_item_id).collect();
    if let Some(holder) = checkout.holder() {
        Cart::remove_bought(conn, holder, &items)?;
    }
    Ok(())
}
