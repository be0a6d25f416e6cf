//! Ships, delivers and cancels the orders of the demo.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::market::Parcel;
use super::placed::{BookEntry, PlacedPurchase, unknown};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{OrderLineId, ShopId, ShopOrderId, UserId};
use crate::orders::{OrderAction, ShopOrder, Tracking};
use crate::payments::{Refund, cancel_line};
use crate::schema::shops;

/// The number of days after which the market marks an order as delivered by itself.
const AUTO_DELIVERY_DAYS: i64 = 14;

/// The shop of a parcel, its owner, and the shop order.
fn shop_order(conn: &mut Conn, parcel: &Parcel, placed: &PlacedPurchase) -> Result<(ShopId, UserId, ShopOrderId)> {
    let (shop, owner): (ShopId, Option<UserId>) = shops::table
        .filter(shops::slug.eq(&parcel.shop))
        .select((shops::id, shops::owner_id))
        .first(conn)?;
    let shop_orders = ShopOrder::of_purchase(conn, placed.purchase)?;
    let found = shop_orders.iter().find(|shop_order| shop_order.shop_id == Some(shop));
    match (found, owner) {
        (Some(shop_order), Some(owner)) => Ok((shop, owner, shop_order.id)),
        _ => Err(unknown("a parcel")),
    }
}

pub(super) fn ship(conn: &mut Conn, parcel: &Parcel, placed: &PlacedPurchase, at: NaiveDateTime) -> Result<()> {
    let (shop, owner, id) = shop_order(conn, parcel, placed)?;
    let [carrier, tracking] = &parcel.tracking;
    let tracking = Tracking {
        carrier: carrier.clone(),
        number: tracking.clone(),
    };
    ShopOrder::of_shop(conn, shop, id)?.ship(conn, &tracking, owner, at)
}

pub(super) fn deliver(conn: &mut Conn, parcel: &Parcel, placed: &PlacedPurchase, at: NaiveDateTime) -> Result<()> {
    let (_, _, id) = shop_order(conn, parcel, placed)?;
    let days = parcel.delivered.unwrap_or(0) - parcel.shipped.unwrap_or(0);
    let action = if days >= AUTO_DELIVERY_DAYS {
        OrderAction::by_market(at)
    } else {
        OrderAction::by_buyer(placed.user, at)
    };
    ShopOrder::deliver(conn, id, action).map(drop)
}

/// Cancels one order line for the buyer. Returns the refund for the provider's books.
pub(super) fn cancel_item(
    conn: &mut Conn,
    parcel: &Parcel,
    item: usize,
    placed: &PlacedPurchase,
    at: NaiveDateTime,
) -> Result<BookEntry> {
    let (_, _, id) = shop_order(conn, parcel, placed)?;
    let orders: Vec<OrderLineId> = placed
        .orders
        .iter()
        .filter(|order| order.shop_order_id == id)
        .map(|order| order.id)
        .collect();
    let order = orders.get(item).ok_or_else(|| unknown("an order to cancel"))?;
    let refund = cancel_line(conn, placed.purchase, *order, placed.user, at)?;
    Refund::settle(conn, refund.id, at)?;
    Ok(BookEntry::Refund {
        payment: placed.payment.clone(),
        reference: refund.reference,
        amount: refund.amount,
    })
}
