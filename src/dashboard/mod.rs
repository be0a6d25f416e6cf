//! The pages of a seller. This part owns no tables.

mod context;
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
