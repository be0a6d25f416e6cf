//! A buyer takes an order back before it is sent: it is canceled, its stock returns, its money is to be given back.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Payment, Refund};
use crate::catalog::{Reason, StockChange, StockMovement};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{OrderLineId, PurchaseId, UserId};
use crate::money::Money;
use crate::orders::{Actor, OrderLine, OrderStatus, ShopOrder};
use crate::schema::{orders, shop_orders};

/// Cancels one order of the buyer's own checkout. What comes back is still to be given back by the provider.
///
/// # Errors
/// Refused when it was sent or canceled meanwhile, or was paid elsewhere.
pub fn cancel(
    conn: &mut Conn,
    checkout: PurchaseId,
    id: OrderLineId,
    user: Option<UserId>,
    now: NaiveDateTime,
) -> Result<Refund> {
    let order = OrderLine::find(conn, checkout, id)?;
    let payment = Payment::find(conn, order.payment_id)?;
    if payment.expires_at.is_none() {
        return Err(Error::Refused(
            "This order was paid before the market moved here, so it cannot be cancelled here. Write to the shop."
                .into(),
        ));
    }
    // Whoever cancels or sends its neighbours waits, so that the last one to go is the last one.
    ShopOrder::lock(conn, order.shop_order_id, now)?;
    let moves = (OrderStatus::Pending, OrderStatus::Cancelled);
    if !OrderLine::advance(conn, id, moves, Actor::Buyer, user, now)? {
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
        let back = StockChange {
            variant,
            by: order.quantity,
            order: Some(id),
        };
        StockMovement::make(conn, &[back], Reason::Cancel, user, now)?;
    }
    Ok(refund)
}

/// What its shop order's delivery cost, when nothing of it is sent any more.
fn delivery(conn: &mut Conn, order: &OrderLine) -> Result<Money> {
    let left: i64 = orders::table
        .filter(orders::shop_order_id.eq(order.shop_order_id))
        .filter(orders::status.ne(OrderStatus::Cancelled))
        .count()
        .get_result(conn)?;
    if left > 0 {
        return Ok(Money(0));
    }
    Ok(shop_orders::table
        .find(order.shop_order_id)
        .select(shop_orders::price)
        .first(conn)?)
}
