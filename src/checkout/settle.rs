//! Records the result of a payment: the purchase is placed, or its stock is returned.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::carts::Cart;
use crate::db::Conn;
use crate::error::Result;
use crate::id::CartItemId;
use crate::mail::Outbox;
use crate::orders::{OrderAction, OrderEvent, OrderLine, Purchase, emails};
use crate::payments::{Payment, PaymentResult};
use crate::schema::purchases;

/// Records the result of a payment exactly once, even if several processes try. Returns whether this call recorded it.
/// Without an outbox no emails are sent.
pub fn settle(
    conn: &mut Conn,
    outbox: Option<&Outbox>,
    payment: &Payment,
    result: &PaymentResult,
    now: NaiveDateTime,
) -> Result<bool> {
    if !payment.settle(conn, result, now)? {
        return Ok(false);
    }
    if *result == PaymentResult::Succeeded {
        let purchase = Purchase::find(conn, payment.purchase_id)?;
        mark_placed(conn, &purchase, now)?;
        if let Some(outbox) = outbox {
            emails::send_placed(conn, outbox, purchase.id, now)?;
        }
    }
    Ok(true)
}

/// Marks a paid purchase as placed: from now on its buyer and its shops see it. Removes its items from the cart.
fn mark_placed(conn: &mut Conn, purchase: &Purchase, now: NaiveDateTime) -> Result<()> {
    diesel::update(purchases::table.find(purchase.id))
        .set((purchases::placed_at.eq(now), purchases::updated_at.eq(now)))
        .execute(conn)?;
    let lines = OrderLine::of_purchase(conn, purchase.id)?;
    for line in &lines {
        OrderEvent::record(conn, line.id, None, line.status, OrderAction::by_buyer(None, now))?;
    }
    let items: Vec<CartItemId> = lines.iter().filter_map(|line| line.cart_item_id).collect();
    if let Some(cart_owner) = purchase.cart_owner() {
        Cart::delete_items(conn, cart_owner, &items)?;
    }
    Ok(())
}
