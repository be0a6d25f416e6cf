//! A shop's orders: what is to be sent, and what became of the rest.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::{ShipmentId, ShopId};
use crate::images::Picture;
use crate::money::Money;
use crate::orders::pages::index::{pictures, what};
use crate::orders::{Order, OrderStatus, Place, Shipment, Stand, View};
use crate::text::{Country, day};
use crate::web::{Page, Query, Seller, html};

/// Shipments on a page.
const STEP: usize = 24;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ShopQuery {
    view: String,
    after: String,
}

/// A shipment in a list.
pub struct Sold {
    pub id: ShipmentId,
    pub number: String,
    pub placed: String,
    pub buyer: String,
    pub to: &'static str,
    pub what: String,
    pub pieces: i32,
    pub pictures: Vec<Picture>,
    pub total: Money,
    pub stand: Stand,
}

#[derive(Template)]
#[template(path = "dashboard/orders/index.html")]
struct ShopOrdersPage {
    page: Page,
    view: View,
    sold: Vec<Sold>,
    waiting: i64,
    further: bool,
    /// Where this view begins.
    first: String,
    older: Option<String>,
}

/// `GET /dashboard/orders/shop`
pub async fn index(db: Data<Db>, page: Page, seller: Seller, Query(query): Query<ShopQuery>) -> Result<HttpResponse> {
    let view = View::parse(&query.view).unwrap_or(View::ToSend);
    let (shop, after) = (seller.shop.id, Place::parse(&query.after));
    let ((sold, more), waiting) = db
        .read(move |conn| Ok((sold(conn, shop, view, after, STEP)?, Shipment::waiting(conn, shop)?)))
        .await?;
    let first = format!("/dashboard/orders/shop?view={}", view.as_str());
    let view = ShopOrdersPage {
        page,
        view,
        sold,
        waiting,
        further: after.is_some(),
        older: more.map(|place| format!("{first}&after={place}")),
        first,
    };
    html(StatusCode::OK, view.render())
}

/// A shop's shipments with what is in them, and where the list goes on; two statements.
pub fn sold(
    conn: &mut Conn,
    shop: ShopId,
    view: View,
    after: Option<Place>,
    most: usize,
) -> Result<(Vec<Sold>, Option<Place>)> {
    let one_more = i64::try_from(most).unwrap_or(0) + 1;
    let mut rows = Shipment::sold(conn, shop, view, after, one_more)?;
    let more = rows.len() > most;
    rows.truncate(most);
    let on = if more {
        rows.last().map(|(shipment, _)| shipment.place())
    } else {
        None
    };
    let ids: Vec<_> = rows.iter().map(|(shipment, _)| shipment.id).collect();
    let orders = Order::of_shipments(conn, &ids)?;
    let sold = rows
        .into_iter()
        .map(|(shipment, receipt)| {
            let all: Vec<&Order> = orders.iter().filter(|order| order.shipment_id == shipment.id).collect();
            let stand = Stand::of(all.iter().copied());
            let held = |order: &&&Order| stand.0 == OrderStatus::Cancelled || order.status != OrderStatus::Cancelled;
            let own: Vec<&Order> = all.iter().filter(held).copied().collect();
            Sold {
                id: shipment.id,
                placed: day(receipt.placed()),
                to: Country::of(&receipt.country).map_or("", |country| country.name),
                what: what(&own),
                pieces: own.iter().map(|order| order.quantity).sum(),
                pictures: pictures(&own),
                total: Money(own.iter().map(|order| order.subtotal.0).sum::<i64>() + shipment.price.0),
                number: receipt.number,
                buyer: receipt.name,
                stand,
            }
        })
        .collect();
    Ok((sold, on))
}
