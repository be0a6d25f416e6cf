//! Pages of orders: the buyer's, a guest's by the link of a letter, and the shop's.

mod again;
mod cancel;
mod keep;
mod key;
mod list;
mod moves;
mod product;
mod shipment;
mod shop;
mod show;
mod stand;
mod view;

use actix_web::web;

use crate::web::get;

pub use list::{Bought, bought};
pub use shop::{Sold, sold};
pub use stand::Stand;

/// A letter's link is the way in for a guest; the same pages hang below either address.
const OWN: &str = "/dashboard/orders/{number}";
const BY_LINK: &str = "/orders/{number}/{token}";

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard/orders").route(get().to(list::index)))
        .service(web::resource("/dashboard/orders/shop").route(get().to(shop::index)))
        .service(web::resource("/dashboard/orders/shop/{shipment}").route(get().to(shipment::show)))
        .service(web::resource("/dashboard/orders/shop/{shipment}/dispatch").route(web::post().to(shipment::dispatch)))
        .service(web::resource("/dashboard/orders/shop/{shipment}/tracking").route(web::post().to(shipment::retrack)))
        .service(web::resource("/dashboard/products/{id}/orders").route(get().to(product::index)))
        .service(web::resource("/dashboard/product/{id}/orders").route(get().to(product::moved)));
    for base in [OWN, BY_LINK] {
        to.service(web::resource(base).route(get().to(show::show)))
            .service(
                web::resource(format!("{base}/lines/{{order}}/cancellation"))
                    .route(get().to(cancel::ask))
                    .route(web::post().to(cancel::create)),
            )
            .service(
                web::resource(format!("{base}/shipments/{{shipment}}/delivery")).route(web::post().to(moves::deliver)),
            )
            .service(web::resource(format!("{base}/again")).route(web::post().to(again::create)));
    }
    to.service(web::resource(format!("{BY_LINK}/account")).route(web::post().to(keep::create)))
        .service(web::resource(format!("{BY_LINK}/claim")).route(web::post().to(keep::claim)));
}
