//! Shop settings: each page saves on its own.

pub mod address;
mod branding;
mod closure;
pub mod form;
mod policies;
mod profile;
mod sections;
pub mod theme;
mod vacation;

use actix_web::web;

use crate::db::Db;
use crate::error::Result;
use crate::shops::Shop;
use crate::web::Seller;

pub fn routes(to: &mut web::ServiceConfig) {
    profile::routes(to);
    address::routes(to);
    theme::routes(to);
    branding::routes(to);
    policies::routes(to);
    sections::routes(to);
    vacation::routes(to);
    closure::routes(to);
}

/// The seller's own shop.
async fn own(db: &Db, seller: &Seller) -> Result<Shop> {
    let id = seller.shop.id;
    db.read(move |conn| Shop::find(conn, id)).await
}
