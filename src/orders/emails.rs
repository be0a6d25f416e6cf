//! What buyers and shops are told by letter, posted in the transaction of what it tells.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Carrier, Order, OrderStatus, Receipt, Shipment};
use crate::accounts::{User, hash, random};
use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::{CheckoutId, ShipmentId, ShopId};
use crate::mail::{Outbox, emails};
use crate::money::{Currency, Money};
use crate::schema::{checkouts, shops, users};

/// A purchase was paid: its buyer is told, and every shop that has something to send. A guest's letter holds the link to
/// the order's page, whose token is known to nobody else; made here, since only its hash is kept.
pub fn placed(conn: &mut Conn, outbox: &Outbox, checkout: CheckoutId, now: NaiveDateTime) -> Result<()> {
    let receipt = Receipt::find(conn, checkout)?;
    let orders = Order::of_checkout(conn, checkout)?;
    let shipments = Shipment::of_checkout(conn, checkout)?;
    let link = if receipt.buyer_id.is_some() {
        outbox.link(&own_page(&receipt))
    } else {
        let token = random()?;
        diesel::update(checkouts::table.find(checkout))
            .set((checkouts::token_hash.eq(hash(&token)), checkouts::updated_at.eq(now)))
            .execute(conn)?;
        outbox.link(&format!("/orders/{}/{token}", receipt.number))
    };
    let mut rows = lines(&receipt, &orders);
    if receipt.shipping_total.0 > 0 {
        rows.push(("Delivery".to_owned(), money(&receipt, receipt.shipping_total)));
    }
    rows.push(("Total".to_owned(), money(&receipt, receipt.total)));
    let address = receipt.address();
    let letter = emails::order_placed(
        &receipt.name,
        (&receipt.number, shipments.len()),
        &rows,
        &address,
        (&link, receipt.buyer_id.is_none()),
    );
    outbox.post(conn, &receipt.email, &letter, now)?;
    for shipment in &shipments {
        let Some(seller) = seller(conn, shipment.shop_id)? else {
            continue;
        };
        let own: Vec<Order> = orders
            .iter()
            .filter(|order| order.shipment_id == shipment.id)
            .cloned()
            .collect();
        let rows = lines(&receipt, &own);
        let link = outbox.link(&desk_page(shipment));
        let letter = emails::order_received(seller.called(), &receipt.number, &receipt.name, &rows, &link);
        outbox.post(conn, &seller.email, &letter, now)?;
    }
    Ok(())
}

/// A shop sent something: the buyer is told how to follow it.
pub fn shipped(conn: &mut Conn, outbox: &Outbox, id: ShipmentId, now: NaiveDateTime) -> Result<()> {
    let (receipt, shipment, orders) = whole(conn, id)?;
    let sent: Vec<Order> = orders
        .into_iter()
        .filter(|order| order.status != OrderStatus::Cancelled)
        .collect();
    let carrier = Carrier::of(&shipment.carrier);
    let parcel = emails::Parcel {
        carrier: carrier.as_ref().filter(|one| one.code != "other").map(|one| one.name),
        tracking: &shipment.tracking,
        follow: carrier.as_ref().and_then(|one| one.follow(&shipment.tracking)),
        pickup: shipment.pickup,
    };
    let rows = lines(&receipt, &sent);
    let link = page(outbox, &receipt);
    let letter = emails::order_shipped(
        &receipt.name,
        (&receipt.number, &shipment.shop_name),
        &rows,
        &parcel,
        link,
    );
    outbox.post(conn, &receipt.email, &letter, now)?;
    Ok(())
}

/// It is there, says the buyer or the calendar: the buyer is told.
pub fn delivered(conn: &mut Conn, outbox: &Outbox, id: ShipmentId, now: NaiveDateTime) -> Result<()> {
    let (receipt, shipment, orders) = whole(conn, id)?;
    let there: Vec<Order> = orders
        .into_iter()
        .filter(|order| order.status == OrderStatus::Delivered)
        .collect();
    let rows = lines(&receipt, &there);
    let link = page(outbox, &receipt);
    let letter = emails::order_delivered(&receipt.name, &receipt.number, &shipment.shop_name, &rows, link);
    outbox.post(conn, &receipt.email, &letter, now)?;
    Ok(())
}

/// The buyer took an order back: both sides are told, and what goes back to the buyer.
pub fn cancelled(conn: &mut Conn, outbox: &Outbox, order: &Order, back: Money, now: NaiveDateTime) -> Result<()> {
    let (receipt, shipment, _) = whole(conn, order.shipment_id)?;
    let rows = lines(&receipt, std::slice::from_ref(order));
    let back = money(&receipt, back);
    let link = page(outbox, &receipt);
    let letter = emails::order_cancelled(&receipt.name, &receipt.number, &rows, &back, link);
    outbox.post(conn, &receipt.email, &letter, now)?;
    if let Some(seller) = seller(conn, shipment.shop_id)? {
        let link = outbox.link(&desk_page(&shipment));
        let letter = emails::order_taken_back(seller.called(), &receipt.number, &rows, &link);
        outbox.post(conn, &seller.email, &letter, now)?;
    }
    Ok(())
}

fn whole(conn: &mut Conn, id: ShipmentId) -> Result<(Receipt, Shipment, Vec<Order>)> {
    let shipment = Shipment::find(conn, id)?;
    let receipt = Receipt::find(conn, shipment.checkout_id)?;
    let orders = Order::of_shipments(conn, &[id])?;
    Ok((receipt, shipment, orders))
}

/// Who runs the shop; nobody when it is closed for good.
fn seller(conn: &mut Conn, shop: Option<ShopId>) -> Result<Option<User>> {
    Ok(users::table
        .inner_join(shops::table)
        .filter(one_of(shops::id, shop.iter().map(|shop| shop.0)))
        .select(User::as_select())
        .first(conn)
        .optional()?)
}

/// What each came to.
fn lines(receipt: &Receipt, orders: &[Order]) -> Vec<(String, String)> {
    let line = |order: &Order| {
        let title = if order.options.is_empty() {
            order.title.clone()
        } else {
            format!("{}, {}", order.title, order.options)
        };
        let title = match order.quantity {
            1 => title,
            many => format!("{many} x {title}"),
        };
        (title, money(receipt, order.subtotal))
    };
    orders.iter().map(line).collect()
}

fn money(receipt: &Receipt, amount: Money) -> String {
    match Currency::of(&receipt.currency) {
        Some(currency) => currency.format(amount),
        None => format!("{} {}", amount.0, receipt.currency),
    }
}

fn own_page(receipt: &Receipt) -> String {
    format!("/dashboard/orders/{}", receipt.number)
}

fn desk_page(shipment: &Shipment) -> String {
    format!("/dashboard/orders/shop/{}", shipment.id)
}

/// Where the buyer reads more. Of a guest's page only the first letter knows the address.
fn page(outbox: &Outbox, receipt: &Receipt) -> Option<String> {
    receipt.buyer_id.map(|_| outbox.link(&own_page(receipt)))
}
