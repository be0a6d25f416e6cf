//! My orders.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::UserId;
use crate::images::Picture;
use crate::money::Money;
use crate::orders::{Order, Place, Receipt, Shipment, Stand};
use crate::text::day;
use crate::web::{Page, Query, SignedIn, html};

/// Purchases on a page.
const STEP: usize = 12;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    after: String,
}

/// A purchase in a list: each shop's part of it in a line.
pub struct Bought {
    pub number: String,
    pub placed: String,
    pub total: Money,
    pub parts: Vec<Part>,
}

pub struct Part {
    pub shop: String,
    pub stand: Stand,
    /// What is in it, `Dipped mug and 2 more`.
    pub what: String,
    pub pictures: Vec<Picture>,
}

#[derive(Template)]
#[template(path = "orders/index.html")]
struct ListPage {
    page: Page,
    bought: Vec<Bought>,
    /// Not the beginning.
    further: bool,
    older: Option<String>,
}

/// `GET /dashboard/orders`
pub async fn index(
    db: Data<Db>,
    page: Page,
    visitor: SignedIn,
    Query(query): Query<ListQuery>,
) -> Result<HttpResponse> {
    let (user, after) = (visitor.user, Place::parse(&query.after));
    let (bought, more) = db.read(move |conn| bought(conn, user, after, STEP)).await?;
    let view = ListPage {
        page,
        bought,
        further: after.is_some(),
        older: more.map(|place| format!("/dashboard/orders?after={place}")),
    };
    html(StatusCode::OK, view.render())
}

/// Someone's purchases with their parts, and where the list goes on; three statements.
pub fn bought(
    conn: &mut Conn,
    user: UserId,
    after: Option<Place>,
    most: usize,
) -> Result<(Vec<Bought>, Option<Place>)> {
    let one_more = i64::try_from(most).unwrap_or(0) + 1;
    let mut receipts = Receipt::list(conn, user, after, one_more)?;
    let more = receipts.len() > most;
    receipts.truncate(most);
    let on = if more {
        receipts.last().map(Receipt::place)
    } else {
        None
    };
    let ids: Vec<_> = receipts.iter().map(|receipt| receipt.id).collect();
    let shipments = Shipment::of_checkouts(conn, &ids)?;
    let ids: Vec<_> = shipments.iter().map(|shipment| shipment.id).collect();
    let orders = Order::of_shipments(conn, &ids)?;
    let part = |shipment: &Shipment| {
        let own: Vec<&Order> = orders.iter().filter(|order| order.shipment_id == shipment.id).collect();
        Part {
            shop: shipment.shop_name.clone(),
            stand: Stand::of(own.iter().copied()),
            what: what(&own),
            pictures: pictures(&own),
        }
    };
    let bought = receipts
        .iter()
        .map(|receipt| Bought {
            number: receipt.number.clone(),
            placed: day(receipt.placed()),
            total: receipt.total,
            parts: shipments
                .iter()
                .filter(|shipment| shipment.checkout_id == receipt.id)
                .map(part)
                .collect(),
        })
        .collect();
    Ok((bought, on))
}

/// `Dipped mug and 2 more`
pub fn what(orders: &[&Order]) -> String {
    let first = orders.first().map_or("", |order| order.title.as_str());
    match orders.len() {
        0 | 1 => first.to_owned(),
        many => format!("{first} and {} more", many - 1),
    }
}

pub fn pictures(orders: &[&Order]) -> Vec<Picture> {
    let shown = orders.iter().filter(|order| !order.picture.is_empty());
    shown.take(4).map(|order| Picture::of(&order.picture)).collect()
}
