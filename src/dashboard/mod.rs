//! The seller's side: what is to do in a shop. Owns no tables.

mod editor;
mod overview;

use actix_web::web;

pub fn routes(to: &mut web::ServiceConfig) {
    overview::routes(to);
    editor::routes(to);
}
