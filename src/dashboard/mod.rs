//! The seller's side: what is to do in a shop. Owns no tables.

mod overview;

use actix_web::web;

pub fn routes(to: &mut web::ServiceConfig) {
    overview::routes(to);
}
