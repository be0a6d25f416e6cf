//! The list of shops.

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
    shops: Vec<ShopCard>,
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
        let more = params.load_more(&mut shops, "/shops", &[], ListedShop::cursor);
        Ok((ListedShop::cards(conn, &counts, shops)?, total, more))
    };
    let (shops, total, more) = page_params.read_cached(db, "shops".to_owned(), read).await?;
    web::show(&ShopsPage {
        page: request.page,
        shops,
        total,
        more,
    })
}
