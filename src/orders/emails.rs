//! Emails to buyers and sellers about orders. Each is queued in the same transaction as the change that it reports.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Carrier, OrderLine, OrderStatus, Purchase, ShopOrder};
use crate::accounts::User;
use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::{PurchaseId, ShopId, ShopOrderId};
use crate::mail::Outbox;
use crate::mail::emails::{OrderEmail, Parcel};
use crate::money::{Currency, Money};
use crate::schema::{shops, users};

/// Tells the buyer and every shop that a purchase was paid. A guest's email contains a link to the order's page; its
/// token is made here, because only its hash is stored.
pub fn send_placed(conn: &mut Conn, outbox: &Outbox, purchase: PurchaseId, now: NaiveDateTime) -> Result<()> {
    let purchase = Purchase::find_placed(conn, purchase)?;
    let lines = OrderLine::of_purchase(conn, purchase.id)?;
    let shop_orders = ShopOrder::of_purchase(conn, purchase.id)?;
    let link = if purchase.buyer_id.is_some() {
        outbox.link(&buyer_page(&purchase))
    } else {
        let token = Purchase::renew_token(conn, purchase.id, now)?;
        outbox.link(&format!("/orders/{}/{token}", purchase.number))
    };
    let mut rows = rows(&purchase, &lines);
    if purchase.shipping_total.0 > 0 {
        rows.push(("Delivery".to_owned(), money(&purchase, purchase.shipping_total)));
    }
    rows.push(("Total".to_owned(), money(&purchase, purchase.total)));
    let email = OrderEmail {
        name: &purchase.address.name,
        number: &purchase.number,
        rows: &rows,
        link: Some(link),
    };
    let email = email.placed(
        shop_orders.len(),
        &purchase.address.lines(),
        purchase.buyer_id.is_none(),
    );
    outbox.enqueue(conn, &purchase.email, &email, now)?;
    for shop_order in &shop_orders {
        send_received(conn, outbox, shop_order, &purchase, &lines)?;
    }
    Ok(())
}

/// Tells the seller about the shop's share of a purchase that was just paid.
fn send_received(
    conn: &mut Conn,
    outbox: &Outbox,
    shop_order: &ShopOrder,
    purchase: &Purchase,
    lines: &[OrderLine],
) -> Result<()> {
    let Some(seller) = seller(conn, shop_order.shop_id)? else {
        return Ok(());
    };
    let own: Vec<OrderLine> = lines
        .iter()
        .filter(|line| line.shop_order_id == shop_order.id)
        .cloned()
        .collect();
    let email = OrderEmail {
        name: seller.display_name(),
        number: &purchase.number,
        rows: &rows(purchase, &own),
        link: Some(outbox.link(&seller_page(shop_order))),
    };
    let email = email.received(&purchase.address.name);
    outbox.enqueue(conn, &seller.email, &email, purchase.paid_at())?;
    Ok(())
}

/// Tells the buyer that a shop order was shipped, and how to track it.
pub fn send_shipped(conn: &mut Conn, outbox: &Outbox, id: ShopOrderId, now: NaiveDateTime) -> Result<()> {
    let (shop_order, purchase, mut lines) = load(conn, id)?;
    lines.retain(|line| line.status != OrderStatus::Canceled);
    let carrier = Carrier::by_code(&shop_order.carrier);
    let named_carrier = carrier.as_ref().filter(|carrier| carrier.code != "other");
    let parcel = Parcel {
        carrier: named_carrier.map(|carrier| carrier.name),
        tracking: &shop_order.tracking,
        tracking_url: carrier
            .as_ref()
            .and_then(|carrier| carrier.tracking_url(&shop_order.tracking)),
        pickup: shop_order.pickup,
    };
    let rows = rows(&purchase, &lines);
    let email = to_buyer(outbox, &purchase, &rows).shipped(&shop_order.shop_name, &parcel);
    outbox.enqueue(conn, &purchase.email, &email, now)?;
    Ok(())
}

/// Tells the buyer that a shop order was marked as delivered.
pub fn send_delivered(conn: &mut Conn, outbox: &Outbox, id: ShopOrderId, now: NaiveDateTime) -> Result<()> {
    let (shop_order, purchase, mut lines) = load(conn, id)?;
    lines.retain(|line| line.status == OrderStatus::Delivered);
    let rows = rows(&purchase, &lines);
    let email = to_buyer(outbox, &purchase, &rows).delivered(&shop_order.shop_name);
    outbox.enqueue(conn, &purchase.email, &email, now)?;
    Ok(())
}

/// Tells the buyer and the seller that the buyer canceled a line; `refund` is the amount that is refunded.
pub fn send_canceled(
    conn: &mut Conn,
    outbox: &Outbox,
    line: &OrderLine,
    refund: Money,
    now: NaiveDateTime,
) -> Result<()> {
    let (shop_order, purchase, _) = load(conn, line.shop_order_id)?;
    let rows = rows(&purchase, std::slice::from_ref(line));
    let email = to_buyer(outbox, &purchase, &rows).canceled(&money(&purchase, refund));
    outbox.enqueue(conn, &purchase.email, &email, now)?;
    if let Some(seller) = seller(conn, shop_order.shop_id)? {
        let email = OrderEmail {
            name: seller.display_name(),
            number: &purchase.number,
            rows: &rows,
            link: Some(outbox.link(&seller_page(&shop_order))),
        };
        let email = email.canceled_by_buyer();
        outbox.enqueue(conn, &seller.email, &email, now)?;
    }
    Ok(())
}

fn load(conn: &mut Conn, id: ShopOrderId) -> Result<(ShopOrder, Purchase, Vec<OrderLine>)> {
    let shop_order = ShopOrder::find(conn, id)?;
    let purchase = Purchase::find_placed(conn, shop_order.purchase_id)?;
    let lines = OrderLine::of_shop_orders(conn, &[id])?;
    Ok((shop_order, purchase, lines))
}

/// The owner of the shop. None if the shop was deleted or has no owner.
fn seller(conn: &mut Conn, shop: Option<ShopId>) -> Result<Option<User>> {
    Ok(users::table
        .inner_join(shops::table)
        .filter(one_of(shops::id, shop.iter().map(|shop| shop.0)))
        .select(User::as_select())
        .first(conn)
        .optional()?)
}

/// Title and price of each line.
fn rows(purchase: &Purchase, lines: &[OrderLine]) -> Vec<(String, String)> {
    let row = |line: &OrderLine| {
        let title = if line.options.is_empty() {
            line.title.clone()
        } else {
            format!("{}, {}", line.title, line.options)
        };
        let title = match line.quantity {
            1 => title,
            quantity => format!("{quantity} x {title}"),
        };
        (title, money(purchase, line.subtotal))
    };
    lines.iter().map(row).collect()
}

fn money(purchase: &Purchase, amount: Money) -> String {
    match Currency::by_code(&purchase.currency) {
        Some(currency) => currency.format(amount),
        None => format!("{} {}", amount.0, purchase.currency),
    }
}

fn buyer_page(purchase: &Purchase) -> String {
    format!("/dashboard/orders/{}", purchase.number)
}

fn seller_page(shop_order: &ShopOrder) -> String {
    format!("/dashboard/orders/shop/{}", shop_order.id)
}

/// An email to the buyer. A guest's has no link: the token is only in their first email, and its hash is stored.
fn to_buyer<'a>(outbox: &Outbox, purchase: &'a Purchase, rows: &'a [(String, String)]) -> OrderEmail<'a> {
    OrderEmail {
        name: &purchase.address.name,
        number: &purchase.number,
        rows,
        link: purchase.buyer_id.map(|_| outbox.link(&buyer_page(purchase))),
    }
}
