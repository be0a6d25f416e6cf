//! The order lines of one product.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use crate::catalog::Product;
use crate::db::{Cursor, next_page, page_limit};
use crate::error::Result;
use crate::id::ProductId;
use crate::orders::{OrderLine, Purchase, StatusLabel};
use crate::text::day;
use crate::web::{Page, Query, Seller, SellerRequest, moved, show, view};

/// Order lines per page.
const PAGE_SIZE: usize = 24;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProductOrdersParams {
    after: String,
}

#[derive(Template)]
#[template(path = "dashboard/orders/by_product.html")]
struct ProductOrdersPage {
    page: Page,
    title: String,
    rows: Vec<ProductOrderRow>,
    /// Whether this is not the first page.
    past_first_page: bool,
    /// The first page.
    first: String,
    /// The next page.
    older: Option<String>,
}

view!(ProductOrdersPage);

struct ProductOrderRow {
    order_line: OrderLine,
    purchase: Purchase,
    placed: String,
    status: StatusLabel,
}

/// `GET /dashboard/products/{id}/orders`
pub async fn index(
    request: SellerRequest,
    id: Path<ProductId>,
    Query(params): Query<ProductOrdersParams>,
) -> Result<HttpResponse> {
    let (shop, id) = (request.who.shop.id, *id);
    let after = Cursor::parse(&params.after).filter(|after| after.time().is_some());
    let past_first_page = after.is_some();
    let (title, mut lines) = request
        .read(move |conn| {
            let title = Product::of_shop(conn, shop, id)?.content.title;
            let lines = OrderLine::list_of_product(conn, shop, id, after.as_ref(), page_limit(PAGE_SIZE))?;
            Ok((title, lines))
        })
        .await?;
    let next = next_page(&mut lines, PAGE_SIZE, |(line, _)| line.cursor());
    let first = format!("/dashboard/products/{id}/orders");
    let rows = lines.into_iter().map(|(order_line, purchase)| ProductOrderRow {
        placed: day(purchase.paid_at()),
        status: StatusLabel(order_line.status),
        order_line,
        purchase,
    });
    show(&ProductOrdersPage {
        page: request.page,
        title,
        rows: rows.collect(),
        past_first_page,
        older: next.map(|next| format!("{first}?after={next}")),
        first,
    })
}

/// `GET /dashboard/product/{id}/orders`: the address of the original.
pub async fn old_address(_seller: Seller, id: Path<ProductId>) -> Result<HttpResponse> {
    let id = *id;
    Ok(moved(&format!("/dashboard/products/{id}/orders")))
}
