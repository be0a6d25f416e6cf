//! The seller's side: what is to do in a shop. Owns no tables.

mod editor;
mod opening;
mod overview;
mod products;
mod shop;

use actix_web::web;

pub fn routes(to: &mut web::ServiceConfig) {
    overview::routes(to);
    opening::routes(to);
    products::routes(to);
    editor::routes(to);
    shop::routes(to);
}
