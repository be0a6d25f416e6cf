//! The checkout page, and the page of a purchase right after the checkout.

mod create;
mod form;
mod new;
mod show;

use actix_web::web;

use crate::web::get;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/checkout")
            .route(get().to(new::new))
            .route(web::post().to(create::create)),
    )
    .service(web::resource("/checkout/{number}").route(get().to(show::show)));
}
