//! Opening a shop, in four steps. Each has its own address and is saved; whoever comes back goes on where they were.

mod name;
mod product;
mod ready;
mod steps;
mod theme;

use actix_web::HttpResponse;
use actix_web::web::{self, Data};

use crate::catalog::Product;
use crate::db::Db;
use crate::error::Result;
use crate::shops::{Shop, ShopState};
use crate::web::{SignedIn, get, redirect};
use steps::{LOOK, NAME, OPENING, PRODUCT, SETTINGS};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard/shop/new").route(get().to(resume)));
    name::routes(to);
    theme::routes(to);
    product::routes(to);
    ready::routes(to);
}

/// `GET /dashboard/shop/new`: the step where they were.
async fn resume(db: Data<Db>, visitor: SignedIn) -> Result<HttpResponse> {
    let Some(id) = visitor.shop.as_ref().map(|shop| shop.id) else {
        return Ok(redirect(NAME));
    };
    let step = db
        .read(move |conn| {
            let shop = Shop::find(conn, id)?;
            Ok(match shop.state {
                ShopState::Draft if Product::any_of(conn, id)? => OPENING,
                // Nothing was saved since it got its name.
                ShopState::Draft if shop.updated_at == shop.created_at => LOOK,
                ShopState::Draft => PRODUCT,
                _ => SETTINGS,
            })
        })
        .await?;
    Ok(redirect(step))
}
