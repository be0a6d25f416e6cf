//! The admin's pages. Owns no tables.

mod index;

use actix_web::web;

use crate::web::get;

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/admin").route(get().to(index::show)))
        .service(web::resource("/admin/jobs/{job}/retry").route(web::post().to(index::retry)));
}
