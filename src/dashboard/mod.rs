//! The pages of a seller. This part owns no tables.

mod editor;
mod onboarding;
mod orders;
mod overview;
mod products;
mod shipping;
mod shop;

use actix_web::web;

use crate::catalog::SellerContext;
use crate::error::Result;
use crate::shops::Shop;
use crate::web::{Request, Seller};

pub fn routes(cfg: &mut web::ServiceConfig) {
    overview::routes(cfg);
    onboarding::routes(cfg);
    products::routes(cfg);
    editor::routes(cfg);
    orders::routes(cfg);
    shipping::routes(cfg);
    shop::routes(cfg);
}

impl Request<Seller> {
    /// Who changes the products of which shop, and when.
    fn context(&self) -> SellerContext {
        SellerContext {
            shop: self.who.shop.id,
            user: self.who.visitor.user,
            now: self.now(),
        }
    }

    /// The seller's shop with its settings.
    async fn own_shop(&self) -> Result<Shop> {
        let id = self.who.shop.id;
        self.read(move |conn| Shop::find(conn, id)).await
    }
}
