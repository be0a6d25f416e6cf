//! `/dashboard/shipping`: the shop's shipping rates.

mod edit;
mod form;
mod index;

use actix_web::web;

use crate::web::get;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource(index::LIST).route(get().to(index::index)))
        .service(
            web::resource("/dashboard/shipping/new")
                .route(get().to(edit::new))
                .route(web::post().to(edit::create)),
        )
        .service(
            web::resource("/dashboard/shipping/{rate}")
                .route(get().to(edit::edit))
                .route(web::post().to(edit::update)),
        )
        .service(web::resource("/dashboard/shipping/{rate}/removal").route(web::post().to(index::delete)))
        .service(web::resource("/dashboard/shipping/{rate}/shift").route(web::post().to(index::shift)));
}
