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

pub fn routes(cfg: &mut web::ServiceConfig) {
    overview::routes(cfg);
    onboarding::routes(cfg);
    products::routes(cfg);
    editor::routes(cfg);
    orders::routes(cfg);
    shipping::routes(cfg);
    shop::routes(cfg);
}
