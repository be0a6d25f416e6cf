//! What buyers and shops are told by letter, posted in the transaction of what it tells.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Carrier, OrderLine, OrderStatus, Purchase, ShopOrder};
use crate::accounts::{User, hash, random};
use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::{PurchaseId, ShopId, ShopOrderId};
use crate::mail::{Outbox, emails};
use crate::money::{Currency, Money};
use crate::schema::{purchases, shops, users};

/// A purchase was paid: its buyer is told, and every shop that has something to send. A guest's letter holds the link to
/// the order's page, whose token is known to nobody else; made here, since only its hash is kept.
pub fn placed(conn: &mut Conn, outbox: &Outbox, checkout: PurchaseId, now: NaiveDateTime) -> Result<()> {
    let purchase = Purchase::find(conn, checkout)?;
    let orders = OrderLine::of_purchase(conn, checkout)?;
    let shop_orders = ShopOrder::of_purchase(conn, checkout)?;
    let link = if purchase.buyer_id.is_some() {
        outbox.link(&own_page(&purchase))
    } else {
        let token = random()?;
        diesel::update(purchases::table.find(checkout))
            .set((purchases::token_hash.eq(hash(&token)), purchases::updated_at.eq(now)))
            .execute(conn)?;
        outbox.link(&format!("/orders/{}/{token}", purchase.number))
    };
    let mut rows = lines(&purchase, &orders);
    if purchase.shipping_total.0 > 0 {
        rows.push(("Delivery".to_owned(), money(&purchase, purchase.shipping_total)));
    }
    rows.push(("Total".to_owned(), money(&purchase, purchase.total)));
    let address = purchase.address();
    let letter = emails::OrderEmail {
        name: &purchase.name,
        number: &purchase.number,
        rows: &rows,
        link: Some(link),
    };
    let letter = letter.placed(shop_orders.len(), &address, purchase.buyer_id.is_none());
    outbox.enqueue(conn, &purchase.email, &letter, now)?;
    for shop_order in &shop_orders {
        let Some(seller) = seller(conn, shop_order.shop_id)? else {
            continue;
        };
        let own: Vec<OrderLine> = orders
            .iter()
            .filter(|order| order.shop_order_id == shop_order.id)
            .cloned()
            .collect();
        let rows = lines(&purchase, &own);
        let link = outbox.link(&desk_page(shop_order));
        let letter = emails::OrderEmail {
            name: seller.display_name(),
            number: &purchase.number,
            rows: &rows,
            link: Some(link),
        };
        let letter = letter.received(&purchase.name);
        outbox.enqueue(conn, &seller.email, &letter, now)?;
    }
    Ok(())
}

/// A shop sent something: the buyer is told how to follow it.
pub fn shipped(conn: &mut Conn, outbox: &Outbox, id: ShopOrderId, now: NaiveDateTime) -> Result<()> {
    let (purchase, shop_order, orders) = whole(conn, id)?;
    let sent: Vec<OrderLine> = orders
        .into_iter()
        .filter(|order| order.status != OrderStatus::Cancelled)
        .collect();
    let carrier = Carrier::by_code(&shop_order.carrier);
    let parcel = emails::Parcel {
        carrier: carrier.as_ref().filter(|one| one.code != "other").map(|one| one.name),
        tracking: &shop_order.tracking,
        tracking_url: carrier.as_ref().and_then(|one| one.tracking_url(&shop_order.tracking)),
        pickup: shop_order.pickup,
    };
    let rows = lines(&purchase, &sent);
    let link = page(outbox, &purchase);
    let letter = emails::OrderEmail {
        name: &purchase.name,
        number: &purchase.number,
        rows: &rows,
        link,
    };
    let letter = letter.shipped(&shop_order.shop_name, &parcel);
    outbox.enqueue(conn, &purchase.email, &letter, now)?;
    Ok(())
}

/// It is there, says the buyer or the calendar: the buyer is told.
pub fn delivered(conn: &mut Conn, outbox: &Outbox, id: ShopOrderId, now: NaiveDateTime) -> Result<()> {
    let (purchase, shop_order, orders) = whole(conn, id)?;
    let there: Vec<OrderLine> = orders
        .into_iter()
        .filter(|order| order.status == OrderStatus::Delivered)
        .collect();
    let rows = lines(&purchase, &there);
    let link = page(outbox, &purchase);
    let letter = emails::OrderEmail {
        name: &purchase.name,
        number: &purchase.number,
        rows: &rows,
        link,
    };
    let letter = letter.delivered(&shop_order.shop_name);
    outbox.enqueue(conn, &purchase.email, &letter, now)?;
    Ok(())
}

/// The buyer took an order back: both sides are told, and what goes back to the buyer.
pub fn cancelled(conn: &mut Conn, outbox: &Outbox, order: &OrderLine, back: Money, now: NaiveDateTime) -> Result<()> {
    let (purchase, shop_order, _) = whole(conn, order.shop_order_id)?;
    let rows = lines(&purchase, std::slice::from_ref(order));
    let back = money(&purchase, back);
    let link = page(outbox, &purchase);
    let letter = emails::OrderEmail {
        name: &purchase.name,
        number: &purchase.number,
        rows: &rows,
        link,
    };
    let letter = letter.canceled(&back);
    outbox.enqueue(conn, &purchase.email, &letter, now)?;
    if let Some(seller) = seller(conn, shop_order.shop_id)? {
        let link = outbox.link(&desk_page(&shop_order));
        let letter = emails::OrderEmail {
            name: seller.display_name(),
            number: &purchase.number,
            rows: &rows,
            link: Some(link),
        };
        let letter = letter.canceled_by_buyer();
        outbox.enqueue(conn, &seller.email, &letter, now)?;
    }
    Ok(())
}

fn whole(conn: &mut Conn, id: ShopOrderId) -> Result<(Purchase, ShopOrder, Vec<OrderLine>)> {
    let shop_order = ShopOrder::find(conn, id)?;
    let purchase = Purchase::find(conn, shop_order.purchase_id)?;
    let orders = OrderLine::of_shop_orders(conn, &[id])?;
    Ok((purchase, shop_order, orders))
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
fn lines(purchase: &Purchase, orders: &[OrderLine]) -> Vec<(String, String)> {
    let line = |order: &OrderLine| {
        let title = if order.options.is_empty() {
            order.title.clone()
        } else {
            format!("{}, {}", order.title, order.options)
        };
        let title = match order.quantity {
            1 => title,
            many => format!("{many} x {title}"),
        };
        (title, money(purchase, order.subtotal))
    };
    orders.iter().map(line).collect()
}

fn money(purchase: &Purchase, amount: Money) -> String {
    match Currency::by_code(&purchase.currency) {
        Some(currency) => currency.format(amount),
        None => format!("{} {}", amount.0, purchase.currency),
    }
}

fn own_page(purchase: &Purchase) -> String {
    format!("/dashboard/orders/{}", purchase.number)
}

fn desk_page(shop_order: &ShopOrder) -> String {
    format!("/dashboard/orders/shop/{}", shop_order.id)
}

/// Where the buyer reads more. Of a guest's page only the first letter knows the address.
fn page(outbox: &Outbox, purchase: &Purchase) -> Option<String> {
    purchase.buyer_id.map(|_| outbox.link(&own_page(purchase)))
}
