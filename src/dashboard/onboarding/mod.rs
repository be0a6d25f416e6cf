//! Opening a shop, in four steps. Each has its own address and is saved; whoever comes back goes on where they were.

mod name;
mod product;
mod ready;
mod theme;

use actix_web::HttpResponse;
use actix_web::web::{self, Data};

use crate::catalog::Product;
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::shops::{Shop, ShopState};
use crate::web::{Seller, SignedIn, get, redirect};

pub const NAME: &str = "/dashboard/shop/new/name";
pub const LOOK: &str = "/dashboard/shop/new/look";
pub const PRODUCT: &str = "/dashboard/shop/new/product";
pub const OPENING: &str = "/dashboard/shop/new/opening";
/// For those who have an open shop already.
const SETTINGS: &str = "/dashboard/shop";

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

/// The seller's shop while it is a draft; whoever has opened theirs has its settings.
fn draft(conn: &mut Conn, seller: &Seller) -> Result<Option<Shop>> {
    let shop = Shop::find(conn, seller.shop.id)?;
    Ok(Some(shop).filter(|shop| shop.state == ShopState::Draft))
}
