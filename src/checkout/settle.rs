//! What happens when the provider has answered: the purchase counts from now on, or its stock goes back.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Purchase;
use crate::carts::Cart;
use crate::db::Conn;
use crate::error::Result;
use crate::id::CartItemId;
use crate::mail::Outbox;
use crate::orders::{Actor, OrderEvent, OrderLine, emails};
use crate::payments::{Payment, PaymentResult};
use crate::schema::purchases;

/// Writes down what came of a payment, once, however many try; tells whether this was the time. Without an outbox nobody
/// is written to.
pub fn settle(
    conn: &mut Conn,
    outbox: Option<&Outbox>,
    payment: &Payment,
    charge: &PaymentResult,
    now: NaiveDateTime,
) -> Result<bool> {
    if !payment.settle(conn, charge, now)? {
        return Ok(false);
    }
    if *charge == PaymentResult::Succeeded {
        let checkout = Purchase::find(conn, payment.purchase_id)?;
        placed(conn, &checkout, now)?;
        if let Some(outbox) = outbox {
            emails::placed(conn, outbox, checkout.id, now)?;
        }
    }
    Ok(true)
}

/// A purchase is paid: from now on everyone whom it concerns sees it. Happens once for each.
fn placed(conn: &mut Conn, checkout: &Purchase, now: NaiveDateTime) -> Result<()> {
    diesel::update(purchases::table.find(checkout.id))
        .set((purchases::placed_at.eq(now), purchases::updated_at.eq(now)))
        .execute(conn)?;
    let orders = OrderLine::of_purchase(conn, checkout.id)?;
    for order in &orders {
        OrderEvent::open(conn, order.id, order.status, Actor::Buyer, now)?;
    }
    let items: Vec<CartItemId> = orders.iter().filter_map(|order| order.cart_item_id).collect();
    if let Some(cart_owner) = checkout.cart_owner() {
        Cart::remove_bought(conn, cart_owner, &items)?;
    }
    Ok(())
}
