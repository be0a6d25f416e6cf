//! Onboarding: opens a shop in four steps. Each step has its own address and is saved, so that a seller may continue later.

mod name;
mod product;
mod ready;
mod steps;
mod theme;

use actix_web::HttpResponse;
use actix_web::web;

use crate::catalog::Product;
use crate::error::Result;
use crate::shops::{Shop, ShopState};
use crate::web::{UserRequest, get, redirect};
use steps::{NAME, PRODUCT, READY, SETTINGS, THEME};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/dashboard/shop/new").route(get().to(resume)));
    name::routes(cfg);
    theme::routes(cfg);
    product::routes(cfg);
    ready::routes(cfg);
}

/// `GET /dashboard/shop/new`: continues with the first step that is not done.
async fn resume(request: UserRequest) -> Result<HttpResponse> {
    let Some(id) = request.who.shop.as_ref().map(|shop| shop.id) else {
        return Ok(redirect(NAME));
    };
    let step = request
        .read(move |conn| {
            let shop = Shop::find(conn, id)?;
            Ok(match shop.state {
                ShopState::Draft if Product::exists_in(conn, id)? => READY,
                // Nothing was saved since the first step.
                ShopState::Draft if shop.updated_at == shop.created_at => THEME,
                ShopState::Draft => PRODUCT,
                _ => SETTINGS,
            })
        })
        .await?;
    Ok(redirect(step))
}
