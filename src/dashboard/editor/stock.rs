//! The stock history of a product.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use crate::catalog::{Product, StockHistoryEntry, Variant};
use crate::db::{next_page, page_limit};
use crate::error::Result;
use crate::id::{MovementId, ProductId};
use crate::text::when;
use crate::web::{Page, Query, SellerRequest, show, view};

/// Changes of stock on a page.
const PAGE_SIZE: usize = 50;

#[derive(Deserialize)]
pub struct StockParams {
    #[serde(default)]
    before: Vec<String>,
}

#[derive(Template)]
#[template(path = "dashboard/editor/stock.html")]
struct StockPage {
    page: Page,
    title: String,
    edit_url: String,
    variants: Vec<StockHistory>,
    page_size: usize,
    /// The address of the next page.
    older: Option<String>,
}

view!(StockPage);

/// A variant with its movements.
struct StockHistory {
    id: String,
    label: String,
    quantity: i32,
    movements: Vec<StockHistoryLine>,
}

struct StockHistoryLine {
    /// For machines.
    datetime: String,
    when: String,
    reason: &'static str,
    author: String,
    /// `+3`, `−1`
    change: String,
    /// The CSS class of the change: `up`, `down` or none.
    direction: &'static str,
    quantity: i32,
}

/// `GET /dashboard/products/{id}/stock`
pub async fn index(
    request: SellerRequest,
    id: Path<ProductId>,
    Query(params): Query<StockParams>,
) -> Result<HttpResponse> {
    let (shop, id) = (request.who.shop.id, *id);
    let before = params.before.last().and_then(|id| id.parse().ok()).map(MovementId);
    let (product, variants, mut movements) = request
        .read(move |conn| {
            let product = Product::of_shop(conn, shop, id)?;
            Ok((
                product,
                Variant::of_product(conn, id)?,
                StockHistoryEntry::of_product(conn, id, before, page_limit(PAGE_SIZE))?,
            ))
        })
        .await?;
    let next = next_page(&mut movements, PAGE_SIZE, |entry| entry.id);
    let history = |variant: &Variant| StockHistory {
        id: variant.id.to_string(),
        label: variant.label(),
        quantity: variant.quantity,
        movements: (movements.iter())
            .filter(|entry| entry.variant == variant.id)
            .map(StockHistoryLine::new)
            .collect(),
    };
    show(&StockPage {
        page: request.page,
        title: product.content.title,
        edit_url: format!("/dashboard/products/{id}/edit"),
        variants: variants.iter().map(history).collect(),
        page_size: PAGE_SIZE,
        older: next.map(|next| format!("/dashboard/products/{id}/stock?before={next}")),
    })
}

impl StockHistoryLine {
    fn new(entry: &StockHistoryEntry) -> Self {
        let (change, direction) = match entry.change {
            added if added > 0 => (format!("+{added}"), "up"),
            0 => ("0".to_owned(), ""),
            removed => (format!("−{}", removed.unsigned_abs()), "down"),
        };
        Self {
            datetime: entry.created_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            when: when(entry.created_at),
            reason: entry.reason.label(),
            author: entry.author(),
            change,
            direction,
            quantity: entry.quantity,
        }
    }
}
