//! The back office's first page: how the shop stands, or how to open one.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;

use crate::catalog::Product;
use crate::db::Db;
use crate::error::Result;
use crate::shops::{Shop, ShopState};
use crate::web::{Page, SignedIn, get, html};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard").route(get().to(show)));
}

struct ShopOverview {
    name: String,
    url: String,
    state: &'static str,
    /// The kind of badge.
    mark: &'static str,
    products: i64,
    draft: bool,
}

#[derive(Template)]
#[template(path = "dashboard/index.html")]
struct OverviewPage {
    page: Page,
    shop: Option<ShopOverview>,
}

/// `GET /dashboard`
async fn show(db: Data<Db>, page: Page, visitor: SignedIn) -> Result<HttpResponse> {
    let Some(shop) = visitor.shop.clone() else {
        return html(StatusCode::OK, OverviewPage { page, shop: None }.render());
    };
    let id = shop.id;
    let (state, products) = db
        .read(move |conn| Ok((Shop::state(conn, id)?, Product::count_of(conn, id)?)))
        .await?;
    let shop = Some(ShopOverview {
        url: format!("/shops/{}", shop.slug),
        name: shop.name,
        state: state.label(),
        mark: if state == ShopState::Open { "ok" } else { "warn" },
        products,
        draft: state == ShopState::Draft,
    });
    html(StatusCode::OK, OverviewPage { page, shop }.render())
}
