//! A product's stock history: who changed how many there are of what, and why.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

use crate::catalog::{StockHistoryEntry, StoredProduct, StoredVariant};
use crate::db::Db;
use crate::error::Result;
use crate::id::MovementId;
use crate::text::when;
use crate::web::{Page, Query, Seller, html};

/// How many changes a page shows.
const MAX_ENTRIES: i64 = 50;

#[derive(Deserialize)]
pub struct BeforeQuery {
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
    most: i64,
    /// The next page.
    older: Option<String>,
}

/// A variant, and what happened to it.
struct StockHistory {
    id: String,
    label: String,
    quantity: i32,
    movements: Vec<StockHistoryLine>,
}

struct StockHistoryLine {
    at: String,
    when: String,
    why: &'static str,
    who: String,
    /// `+3`, `−1`
    change: String,
    kind: &'static str,
    quantity: i32,
}

/// `GET /dashboard/products/{id}/stock`
pub async fn index(
    db: Data<Db>,
    page: Page,
    seller: Seller,
    id: Path<String>,
    query: Query<BeforeQuery>,
) -> Result<HttpResponse> {
    let id = super::product(&id)?;
    let shop = seller.shop.id;
    let before = query
        .0
        .before
        .last()
        .and_then(|typed| typed.parse().ok())
        .map(MovementId);
    let (product, variants, mut moves) = db
        .read(move |conn| {
            let product = StoredProduct::of_shop(conn, shop, id)?;
            Ok((
                product,
                StoredVariant::of_product(conn, id)?,
                StockHistoryEntry::of_product(conn, id, before, MAX_ENTRIES + 1)?,
            ))
        })
        .await?;
    let more = moves.len() > usize::try_from(MAX_ENTRIES).unwrap_or(usize::MAX);
    moves.truncate(usize::try_from(MAX_ENTRIES).unwrap_or(usize::MAX));
    let last = moves.last().map(|last| last.id).filter(|_| more);
    let ledger = |variant: &StoredVariant| StockHistory {
        id: variant.id.to_string(),
        label: variant.label(),
        quantity: variant.quantity,
        movements: (moves.iter())
            .filter(|line| line.variant == variant.id)
            .map(StockHistoryLine::of)
            .collect(),
    };
    let view = StockPage {
        title: product.title.clone(),
        edit_url: format!("/dashboard/products/{id}/edit"),
        variants: variants.iter().map(ledger).collect(),
        most: MAX_ENTRIES,
        older: last.map(|last| format!("/dashboard/products/{id}/stock?before={last}")),
        page,
    };
    html(StatusCode::OK, view.render())
}

impl StockHistoryLine {
    fn of(line: &StockHistoryEntry) -> Self {
        let (change, kind) = match line.change {
            up if up > 0 => (format!("+{up}"), "up"),
            0 => ("0".to_owned(), ""),
            down => (format!("−{}", down.unsigned_abs()), "down"),
        };
        Self {
            at: line.created_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            when: when(line.created_at),
            why: line.reason.label(),
            who: line.who(),
            change,
            kind,
            quantity: line.quantity,
        }
    }
}
