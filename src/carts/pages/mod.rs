//! The cart's page, and every change of a cart.

mod add;
mod change;
mod forms;
mod show;

use actix_web::web;

use crate::web::get;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/cart").route(get().to(show::show)))
        .service(web::resource("/cart/items").route(web::post().to(add::create)))
        .service(web::resource("/cart/items/{item}").route(web::post().to(change::update)))
        .service(web::resource("/cart/clear").route(web::post().to(change::clear)))
        .service(web::resource("/cart/restoration").route(web::post().to(change::restore)))
        .service(web::resource("/cart/country").route(web::post().to(change::country)));
}
