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
use crate::orders::{OrderLine, Place, Purchase, ShopOrder, Stand};
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
    let mut purchases = Purchase::list(conn, user, after, one_more)?;
    let more = purchases.len() > most;
    purchases.truncate(most);
    let on = if more {
        purchases.last().map(Purchase::place)
    } else {
        None
    };
    let ids: Vec<_> = purchases.iter().map(|purchase| purchase.id).collect();
    let shop_orders = ShopOrder::of_purchases(conn, &ids)?;
    let ids: Vec<_> = shop_orders.iter().map(|shop_order| shop_order.id).collect();
    let orders = OrderLine::of_shop_orders(conn, &ids)?;
    let part = |shop_order: &ShopOrder| {
        let own: Vec<&OrderLine> = orders
            .iter()
            .filter(|order| order.shop_order_id == shop_order.id)
            .collect();
        Part {
            shop: shop_order.shop_name.clone(),
            stand: Stand::of(own.iter().copied()),
            what: what(&own),
            pictures: pictures(&own),
        }
    };
    let bought = purchases
        .iter()
        .map(|purchase| Bought {
            number: purchase.number.clone(),
            placed: day(purchase.placed()),
            total: purchase.total,
            parts: shop_orders
                .iter()
                .filter(|shop_order| shop_order.purchase_id == purchase.id)
                .map(part)
                .collect(),
        })
        .collect();
    Ok((bought, on))
}

/// `Dipped mug and 2 more`
pub fn what(orders: &[&OrderLine]) -> String {
    let first = orders.first().map_or("", |order| order.title.as_str());
    match orders.len() {
        0 | 1 => first.to_owned(),
        many => format!("{first} and {} more", many - 1),
    }
}

pub fn pictures(orders: &[&OrderLine]) -> Vec<Picture> {
    let shown = orders.iter().filter(|order| !order.picture.is_empty());
    shown.take(4).map(|order| Picture::from_url(&order.picture)).collect()
}
