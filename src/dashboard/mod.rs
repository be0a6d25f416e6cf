//! The seller's side: what is to do in a shop. Owns no tables.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;

use crate::catalog::Product;
use crate::db::Db;
use crate::error::Result;
use crate::shops::{Shop, ShopState};
use crate::web::{Page, Seller, get, html};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard").route(get().to(show)));
}

struct ShopOverview {
    name: String,
    url: String,
    state: String,
    products: i64,
    open: bool,
}

#[derive(Template)]
#[template(path = "dashboard/index.html")]
struct DashboardPage {
    page: Page,
    shop: ShopOverview,
}

/// `GET /dashboard`
async fn show(db: Data<Db>, page: Page, seller: Seller) -> Result<HttpResponse> {
    let id = seller.shop.id;
    let (state, products) = db
        .read(move |conn| Ok((Shop::state(conn, id)?, Product::count_of(conn, id)?)))
        .await?;
    let shop = ShopOverview {
        url: format!("/shops/{}", seller.shop.slug),
        name: seller.shop.name,
        state: state.label().to_owned(),
        products,
        open: state == ShopState::Open,
    };
    html(StatusCode::OK, DashboardPage { page, shop }.render())
}
