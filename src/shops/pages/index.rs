//! The list of shops.

use std::sync::Arc;

use actix_web::HttpResponse;
use askama::Template;

use super::params::ShopListParams;
use crate::catalog::{ListedShop, ProductCounts, ShopCard};
use crate::db::Conn;
use crate::error::Result;
use crate::web::{self, AnyRequest, LoadMore, Page, Query, view};

/// The page of the list. htmx gets the block `more` for "Show 24 more".
#[derive(Template)]
#[template(path = "shops/index.html", blocks = ["more"])]
struct ShopsPage {
    page: Page,
    shops: Arc<[ShopCard]>,
    total: i64,
    more: Option<LoadMore>,
}

view!(ShopsPage, as_more);

/// `GET /shops`
pub async fn index(request: AnyRequest, query: Query<ShopListParams>) -> Result<HttpResponse> {
    let db = &request.services.db;
    let page_params = query.0.page();
    let (shared, params) = (db.clone(), page_params.clone());
    let read = move |conn: &mut Conn| {
        let counts = ProductCounts::cached(&shared, conn)?;
        let mut shops = ListedShop::newest(conn, params.after.as_ref(), params.limit())?;
        let total = ListedShop::count(conn)?;
        let next = params.next(&mut shops, ListedShop::cursor);
        Ok((ListedShop::cards(conn, &counts, shops)?.into(), total, next))
    };
    let (shops, total, next): (Arc<[ShopCard]>, _, _) = page_params.read_cached(db, "shops".to_owned(), read).await?;
    web::show(&ShopsPage {
        page: request.page,
        shops,
        total,
        more: page_params.load_more(next, "/shops", &[]),
    })
}
