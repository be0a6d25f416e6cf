//! The admin's pages. Owns no tables.

mod index;

use actix_web::web;

pub fn routes(cfg: &mut web::ServiceConfig) {
    index::routes(cfg);
}
