//! A shop's orders: what is to be sent, and what became of the rest.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::{ShopId, ShopOrderId};
use crate::images::Picture;
use crate::money::Money;
use crate::orders::pages::index::{pictures, what};
use crate::orders::{OrderLine, OrderStatus, Place, ShopOrder, ShopOrderView, Stand};
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

/// A shop order in a list.
pub struct Sold {
    pub id: ShopOrderId,
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
    view: ShopOrderView,
    sold: Vec<Sold>,
    waiting: i64,
    further: bool,
    /// Where this view begins.
    first: String,
    older: Option<String>,
}

/// `GET /dashboard/orders/shop`
pub async fn index(db: Data<Db>, page: Page, seller: Seller, Query(query): Query<ShopQuery>) -> Result<HttpResponse> {
    let view = ShopOrderView::parse(&query.view).unwrap_or(ShopOrderView::ToSend);
    let (shop, after) = (seller.shop.id, Place::parse(&query.after));
    let ((sold, more), waiting) = db
        .read(move |conn| Ok((sold(conn, shop, view, after, STEP)?, ShopOrder::waiting(conn, shop)?)))
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

/// A shop's shop orders with what is in them, and where the list goes on; two statements.
pub fn sold(
    conn: &mut Conn,
    shop: ShopId,
    view: ShopOrderView,
    after: Option<Place>,
    most: usize,
) -> Result<(Vec<Sold>, Option<Place>)> {
    let one_more = i64::try_from(most).unwrap_or(0) + 1;
    let mut rows = ShopOrder::sold(conn, shop, view, after, one_more)?;
    let more = rows.len() > most;
    rows.truncate(most);
    let on = if more {
        rows.last().map(|(shop_order, _)| shop_order.place())
    } else {
        None
    };
    let ids: Vec<_> = rows.iter().map(|(shop_order, _)| shop_order.id).collect();
    let orders = OrderLine::of_shop_orders(conn, &ids)?;
    let sold = rows
        .into_iter()
        .map(|(shop_order, purchase)| {
            let all: Vec<&OrderLine> = orders
                .iter()
                .filter(|order| order.shop_order_id == shop_order.id)
                .collect();
            let stand = Stand::of(all.iter().copied());
            let held =
                |order: &&&OrderLine| stand.0 == OrderStatus::Cancelled || order.status != OrderStatus::Cancelled;
            let own: Vec<&OrderLine> = all.iter().filter(held).copied().collect();
            Sold {
                id: shop_order.id,
                placed: day(purchase.placed()),
                to: Country::by_code(&purchase.country).map_or("", |country| country.name),
                what: what(&own),
                pieces: own.iter().map(|order| order.quantity).sum(),
                pictures: pictures(&own),
                total: Money(own.iter().map(|order| order.subtotal.0).sum::<i64>() + shop_order.price.0),
                number: purchase.number,
                buyer: purchase.name,
                stand,
            }
        })
        .collect();
    Ok((sold, on))
}
