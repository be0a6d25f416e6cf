//! The list of shops.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use super::params::ReachQuery;
use crate::catalog::{After, Counts, ListedShop, ShopCard};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::{ProductId, ShopId};
use crate::web::{More, Page, Query, html};

/// The whole page; `more` is what "Show 24 more" adds.
#[derive(Template)]
#[template(path = "shops/index.html", blocks = ["more"])]
struct ShopsPage {
    page: Page,
    shops: Vec<ShopCard>,
    total: i64,
    more: Option<More>,
}

/// `GET /shops`
pub async fn index(db: Data<Db>, query: Query<ReachQuery>, page: Page) -> Result<HttpResponse> {
    let reach = query.0.reach();
    let shared = db.clone();
    let read = move |conn: &mut Conn| {
        let counts = Counts::now(&shared, conn)?;
        let after = reach.after.map(|after| (after.time(), ShopId(after.id.0)));
        let mut shops = ListedShop::newest(conn, after, reach.rows())?;
        let total = ListedShop::count(conn)?;
        let more = reach.cut(&mut shops, "/shops", &[], |shop| After {
            value: shop.created_at.and_utc().timestamp_micros(),
            id: ProductId(shop.id.0),
        });
        Ok((ListedShop::cards(conn, &counts, shops)?, total, more))
    };
    let (shops, total, more) = reach.read(&db, "shops".to_owned(), read).await?;
    let block_only = page.htmx;
    let view = ShopsPage {
        page,
        shops,
        total,
        more,
    };
    html(
        StatusCode::OK,
        if block_only {
            view.as_more().render()
        } else {
            view.render()
        },
    )
}
