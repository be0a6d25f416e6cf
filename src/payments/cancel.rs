//! A buyer takes an order back before it is sent: it is cancelled, its stock returns, its money is to be given back.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Payment, Refund};
use crate::catalog::{Change, Movement, Reason};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{CheckoutId, OrderId, UserId};
use crate::money::Money;
use crate::orders::{Actor, Order, OrderStatus, Shipment};
use crate::schema::{orders, shipments};

/// Cancels one order of the buyer's own checkout. What comes back is still to be given back by the provider.
///
/// # Errors
/// Refused when it was sent or cancelled meanwhile, or was paid elsewhere.
pub fn cancel(
    conn: &mut Conn,
    checkout: CheckoutId,
    id: OrderId,
    user: Option<UserId>,
    now: NaiveDateTime,
) -> Result<Refund> {
    let order = Order::find(conn, checkout, id)?;
    let payment = Payment::find(conn, order.payment_id)?;
    if payment.expires_at.is_none() {
        return Err(Error::Refused(
            "This order was paid before the market moved here, so it cannot be cancelled here. Write to the shop."
                .into(),
        ));
    }
    // Whoever cancels or sends its neighbours waits, so that the last one to go is the last one.
    Shipment::lock(conn, order.shipment_id, now)?;
    let moves = (OrderStatus::Pending, OrderStatus::Cancelled);
    if !Order::advance(conn, id, moves, Actor::Buyer, user, now)? {
        return Err(Error::Refused(
            "This order cannot be cancelled any more: it was sent or cancelled meanwhile.".into(),
        ));
    }
    let amount = order
        .subtotal
        .plus(delivery(conn, &order)?)
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("a refund does not fit")))?;
    let refund = Refund::intend(conn, order.payment_id, id, amount, now)?;
    if let Some(variant) = order.variant_id {
        let back = Change {
            variant,
            by: order.quantity,
            order: Some(id),
        };
        Movement::make(conn, &[back], Reason::Cancel, user, now)?;
    }
    Ok(refund)
}

/// What its shipment's delivery cost, when nothing of it is sent any more.
fn delivery(conn: &mut Conn, order: &Order) -> Result<Money> {
    let left: i64 = orders::table
        .filter(orders::shipment_id.eq(order.shipment_id))
        .filter(orders::status.ne(OrderStatus::Cancelled))
        .count()
        .get_result(conn)?;
    if left > 0 {
        return Ok(Money(0));
    }
    Ok(shipments::table
        .find(order.shipment_id)
        .select(shipments::price)
        .first(conn)?)
}
