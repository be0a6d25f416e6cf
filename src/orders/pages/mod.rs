//! The buyer's pages of orders; a guest opens the same pages by the link in an email.

mod access;
mod cancel;
mod claim;
mod claim_option;
mod confirm_delivery;
pub mod index;
mod reorder;
mod show;
pub mod view;

use actix_web::web;

use crate::web::get;

/// A letter's link is the way in for a guest; the same pages hang below either address.
const OWN: &str = "/dashboard/orders/{number}";
const BY_LINK: &str = "/orders/{number}/{token}";

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard/orders").route(get().to(index::index)));
    for base in [OWN, BY_LINK] {
        to.service(web::resource(base).route(get().to(show::show)))
            .service(
                web::resource(format!("{base}/lines/{{order}}/cancellation"))
                    .route(get().to(cancel::ask))
                    .route(web::post().to(cancel::create)),
            )
            .service(
                web::resource(format!("{base}/shipments/{{shop_order}}/delivery"))
                    .route(web::post().to(confirm_delivery::deliver)),
            )
            .service(web::resource(format!("{base}/again")).route(web::post().to(reorder::create)));
    }
    to.service(web::resource(format!("{BY_LINK}/account")).route(web::post().to(claim::create)))
        .service(web::resource(format!("{BY_LINK}/claim")).route(web::post().to(claim::claim)));
}
