//! The buyer cancels an order line before it is shipped: its stock returns, and its money is refunded.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Payment, Refund};
use crate::catalog::{Reason, StockChange, StockMovement};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{OrderLineId, PurchaseId, UserId};
use crate::money::Money;
use crate::orders::{OrderAction, OrderLine, OrderStatus, ShopOrder};
use crate::schema::{orders, shop_orders};

/// Cancels one line of the buyer's own purchase. The caller sends the refund to the provider after the transaction.
///
/// # Errors
/// `Refused` if the line was shipped or canceled meanwhile, or if its payment was imported.
pub fn cancel_line(
    conn: &mut Conn,
    purchase: PurchaseId,
    id: OrderLineId,
    user: Option<UserId>,
    now: NaiveDateTime,
) -> Result<Refund> {
    let line = OrderLine::find(conn, purchase, id)?;
    let payment = Payment::find(conn, line.payment_id)?;
    if payment.expires_at.is_none() {
        return Err(Error::Refused(
            "This order was paid in the previous system, so it can't be canceled here. Contact the shop.".into(),
        ));
    }
    // Two lines of one shop order may be canceled at once. The lock makes sure that one of them is the last one, which
    // refunds the delivery.
    ShopOrder::lock(conn, line.shop_order_id, now)?;
    let action = OrderAction::by_buyer(user, now);
    if !OrderLine::advance(conn, id, OrderStatus::Pending, OrderStatus::Canceled, action)? {
        return Err(Error::Refused(
            "This order can no longer be canceled. It was shipped or canceled in the meantime.".into(),
        ));
    }
    let amount = line
        .subtotal
        .plus(delivery_refund(conn, &line)?)
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("the amount of a refund is too large")))?;
    let refund = Refund::create(conn, line.payment_id, id, amount, now)?;
    if let Some(variant) = line.variant_id {
        let returned = StockChange {
            variant,
            by: line.quantity,
            order: Some(id),
        };
        StockMovement::make(conn, &[returned], Reason::Cancel, user, now)?;
    }
    Ok(refund)
}

/// The price of delivery if every line of the shop order is canceled now; otherwise zero.
fn delivery_refund(conn: &mut Conn, line: &OrderLine) -> Result<Money> {
    let remaining: i64 = orders::table
        .filter(orders::shop_order_id.eq(line.shop_order_id))
        .filter(orders::status.ne(OrderStatus::Canceled))
        .count()
        .get_result(conn)?;
    if remaining > 0 {
        return Ok(Money(0));
    }
    Ok(shop_orders::table
        .find(line.shop_order_id)
        .select(shop_orders::price)
        .first(conn)?)
}
