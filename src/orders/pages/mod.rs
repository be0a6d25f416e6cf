//! The buyer's order pages. Guests open the same pages with the link in their email.

mod access;
mod cancel;
mod claim;
mod claim_option;
mod confirm_delivery;
pub mod details;
pub mod index;
mod reorder;
mod show;
pub mod summary;

use actix_web::web;

use crate::web::get;

/// The base path for a signed-in buyer, and the one for a guest.
const BASES: [&str; 2] = ["/dashboard/orders/{number}", LINK_BASE];
const LINK_BASE: &str = "/orders/{number}/{token}";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/dashboard/orders").route(get().to(index::index)));
    for base in BASES {
        cfg.service(web::resource(base).route(get().to(show::show)))
            .service(
                web::resource(format!("{base}/lines/{{order}}/cancellation"))
                    .route(get().to(cancel::new))
                    .route(web::post().to(cancel::create)),
            )
            .service(
                web::resource(format!("{base}/shipments/{{shop_order}}/delivery"))
                    .route(web::post().to(confirm_delivery::create)),
            )
            .service(web::resource(format!("{base}/again")).route(web::post().to(reorder::create)));
    }
    cfg.service(web::resource(format!("{LINK_BASE}/account")).route(web::post().to(claim::create_account)))
        .service(web::resource(format!("{LINK_BASE}/claim")).route(web::post().to(claim::create)));
}
