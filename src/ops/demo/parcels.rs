//! What became of the demo's purchases: sent, arrived, taken back.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::market::Parcel;
use super::placed::{Booking, Done, unknown};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{OrderLineId, ShopId, ShopOrderId, UserId};
use crate::orders::{OrderAction, ShopOrder, Tracking};
use crate::payments::{Refund, cancel_line};
use crate::schema::shops;

/// After so long it is the market that says that something arrived.
const BY_ITSELF: i64 = 14;

/// The shop that sends a parcel, and its shop order.
fn shop_order(conn: &mut Conn, parcel: &Parcel, done: &Done) -> Result<(ShopId, UserId, ShopOrderId)> {
    let (shop, owner): (ShopId, Option<UserId>) = shops::table
        .filter(shops::slug.eq(&parcel.shop))
        .select((shops::id, shops::owner_id))
        .first(conn)?;
    let shop_orders = ShopOrder::of_purchase(conn, done.checkout)?;
    let found = shop_orders.iter().find(|shop_order| shop_order.shop_id == Some(shop));
    match (found, owner) {
        (Some(shop_order), Some(owner)) => Ok((shop, owner, shop_order.id)),
        _ => Err(unknown("a parcel")),
    }
}

pub(super) fn send(conn: &mut Conn, parcel: &Parcel, done: &Done, at: NaiveDateTime) -> Result<()> {
    let (shop, owner, id) = shop_order(conn, parcel, done)?;
    let [carrier, tracking] = &parcel.tracking;
    let tracking = Tracking {
        carrier: carrier.clone(),
        number: tracking.clone(),
    };
    ShopOrder::of_shop(conn, shop, id)?.ship(conn, &tracking, owner, at)
}

pub(super) fn arrive(conn: &mut Conn, parcel: &Parcel, done: &Done, at: NaiveDateTime) -> Result<()> {
    let (_, _, id) = shop_order(conn, parcel, done)?;
    let took = parcel.arrived.unwrap_or(0) - parcel.sent.unwrap_or(0);
    let action = if took >= BY_ITSELF {
        OrderAction::by_market(at)
    } else {
        OrderAction::by_buyer(done.user, at)
    };
    ShopOrder::deliver(conn, id, action).map(drop)
}

/// The buyer takes one product of a parcel back, and has the money again.
pub(super) fn take_back(
    conn: &mut Conn,
    parcel: &Parcel,
    item: usize,
    done: &Done,
    at: NaiveDateTime,
) -> Result<Booking> {
    let (_, _, id) = shop_order(conn, parcel, done)?;
    let orders: Vec<OrderLineId> = done
        .orders
        .iter()
        .filter(|order| order.shop_order_id == id)
        .map(|order| order.id)
        .collect();
    let order = orders.get(item).ok_or_else(|| unknown("an order to cancel"))?;
    let refund = cancel_line(conn, done.checkout, *order, done.user, at)?;
    Refund::settle(conn, refund.id, at)?;
    Ok(Booking::Refund {
        intent: done.intent.clone(),
        reference: refund.reference,
        amount: refund.amount,
    })
}
