//! The first page of the dashboard: an overview of the shop, or how to open one.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;

use crate::accounts::ShopRef;
use crate::catalog::Product;
use crate::db::Conn;
use crate::error::Result;
use crate::orders::pages::index::PurchaseCard;
use crate::orders::{ShopOrder, ShopOrderFilter};
use crate::shops::{Shop, ShopState};
use crate::web::{Page, UserRequest, get, show as show_page, view};

use super::orders::SellerOrderRow;

/// The number of orders to ship that are shown.
const MAX_ORDERS: usize = 5;
/// The number of the visitor's own purchases that are shown.
const MAX_PURCHASES: usize = 3;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/dashboard").route(get().to(show)));
}

struct ShopOverview {
    name: String,
    url: String,
    state: &'static str,
    /// The kind of badge.
    badge: &'static str,
    products: i64,
    draft: bool,
}

#[derive(Template)]
#[template(path = "dashboard/overview.html")]
struct OverviewPage {
    page: Page,
    shop: Option<ShopOverview>,
    /// The shop's orders to ship, oldest first.
    orders: Vec<SellerOrderRow>,
    /// The number of all orders to ship.
    to_ship: i64,
    /// The visitor's latest purchases.
    purchases: Vec<PurchaseCard>,
}

view!(OverviewPage);

/// `GET /dashboard`
async fn show(request: UserRequest) -> Result<HttpResponse> {
    let (user, shop, page) = (request.who.user, request.who.shop.clone(), request.page);
    let view = request
        .services
        .db
        .read(move |conn| {
            let (purchases, _) = PurchaseCard::list(conn, user, None, MAX_PURCHASES)?;
            let Some(shop) = shop else {
                return Ok(OverviewPage {
                    page,
                    shop: None,
                    orders: Vec::new(),
                    to_ship: 0,
                    purchases,
                });
            };
            let (orders, _) = SellerOrderRow::list(conn, shop.id, ShopOrderFilter::ToShip, None, MAX_ORDERS)?;
            let to_ship = ShopOrder::count_to_ship(conn, shop.id)?;
            let shop = ShopOverview::load(conn, shop)?;
            Ok(OverviewPage {
                page,
                shop: Some(shop),
                orders,
                to_ship,
                purchases,
            })
        })
        .await?;
    show_page(&view)
}

impl ShopOverview {
    fn load(conn: &mut Conn, shop: ShopRef) -> Result<Self> {
        let (state, products) = (Shop::state(conn, shop.id)?, Product::count_of(conn, shop.id)?);
        Ok(Self {
            url: format!("/shops/{}", shop.slug),
            name: shop.name,
            state: state.label(),
            badge: if state == ShopState::Open { "ok" } else { "warn" },
            products,
            draft: state == ShopState::Draft,
        })
    }
}
