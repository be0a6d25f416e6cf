//! The seller's side: what is to do in a shop. Owns no tables.

mod editor;
mod onboarding;
mod orders;
mod overview;
mod products;
mod shipping;
mod shop;

use actix_web::web;

pub fn routes(to: &mut web::ServiceConfig) {
    overview::routes(to);
    onboarding::routes(to);
    products::routes(to);
    editor::routes(to);
    orders::routes(to);
    shipping::routes(to);
    shop::routes(to);
}
