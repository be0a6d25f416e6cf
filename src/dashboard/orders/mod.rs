//! The orders of a seller's shop: the list, one order, and the order lines of one product.

mod by_product;
mod index;
mod show;

use actix_web::web;

use crate::web::get;

pub use index::SellerOrderRow;

/// Registered before the buyer's pages, because `/dashboard/orders/{number}` would match `shop` as a number.
pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/dashboard/orders/shop").route(get().to(index::index)))
        .service(web::resource("/dashboard/orders/shop/{shop_order}").route(get().to(show::show)))
        .service(web::resource("/dashboard/orders/shop/{shop_order}/dispatch").route(web::post().to(show::ship)))
        .service(
            web::resource("/dashboard/orders/shop/{shop_order}/tracking").route(web::post().to(show::set_tracking)),
        )
        .service(web::resource("/dashboard/products/{id}/orders").route(get().to(by_product::index)))
        .service(web::resource("/dashboard/product/{id}/orders").route(get().to(by_product::old_address)));
}
