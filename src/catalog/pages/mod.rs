//! The pages of the catalog: home, the lists of products, and a product's own page.

mod buy;
mod home;
mod listing;
mod params;
mod product;
mod product_data;

use actix_web::web;

pub use buy::{AddToCartForm, DeliverySummary};
pub use product::show_again;

use crate::web::get;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/").route(get().to(home::show)))
        .service(web::resource("/products").route(get().to(listing::index)))
        .service(web::resource("/products/{id}").route(get().to(product::by_number)))
        .service(web::resource("/categories/{slug}").route(get().to(listing::category)))
        .service(web::resource("/shops/{shop}/{product}").route(get().to(product::show)));
}
