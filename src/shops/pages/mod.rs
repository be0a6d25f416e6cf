//! The pages of shops: the list, a shop's own page, the style sheet of its theme.

mod index;
mod params;
mod show;
mod theme;

use actix_web::web;

use crate::web::get;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/shops").route(get().to(index::index)))
        .service(web::resource("/shops/{shop}").route(get().to(show::show)))
        .service(web::resource("/shops/{shop}/theme.{hash}.css").route(get().to(theme::show)));
}
