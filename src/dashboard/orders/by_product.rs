//! The orders of one product, as the original had them.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

use crate::catalog::Product;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::ProductId;
use crate::orders::{OrderLine, Place, Purchase, Stand};
use crate::text::day;
use crate::web::{Page, Query, Seller, html, moved as moved_to};

/// Orders on a page.
const STEP: usize = 24;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProductQuery {
    after: String,
}

#[derive(Template)]
#[template(path = "dashboard/orders/by_product.html")]
struct ProductOrdersPage {
    page: Page,
    title: String,
    sold: Vec<(OrderLine, Purchase, String, Stand)>,
    further: bool,
    first: String,
    older: Option<String>,
}

/// `GET /dashboard/products/{id}/orders`
pub async fn index(
    db: Data<Db>,
    page: Page,
    seller: Seller,
    path: Path<String>,
    Query(query): Query<ProductQuery>,
) -> Result<HttpResponse> {
    let (shop, id, after) = (seller.shop.id, parse(&path)?, Place::parse(&query.after));
    let (title, mut rows) = db
        .read(move |conn| {
            let title = Product::of_shop(conn, shop, id)?.content.title;
            let rows = OrderLine::of_product(conn, shop, id, after, i64::try_from(STEP).unwrap_or(0) + 1)?;
            Ok((title, rows))
        })
        .await?;
    let more = rows.len() > STEP;
    rows.truncate(STEP);
    let older = rows.last().filter(|_| more).map(|(order, _)| order.place());
    let sold = rows.into_iter().map(|(order, purchase)| {
        let placed = day(purchase.placed());
        let stand = Stand(order.status);
        (order, purchase, placed, stand)
    });
    let first = format!("/dashboard/products/{id}/orders");
    let view = ProductOrdersPage {
        page,
        title,
        sold: sold.collect(),
        further: after.is_some(),
        older: older.map(|place| format!("{first}?after={place}")),
        first,
    };
    html(StatusCode::OK, view.render())
}

/// `GET /dashboard/product/{id}/orders`: the original's address.
pub async fn moved(_seller: Seller, path: Path<String>) -> Result<HttpResponse> {
    let id = parse(&path)?;
    Ok(moved_to(&format!("/dashboard/products/{id}/orders")))
}

fn parse(id: &str) -> Result<ProductId> {
    id.parse().map(ProductId).map_err(|_| Error::NotFound)
}
