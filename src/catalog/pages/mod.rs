//! The market's front: home, the list of all products, a category's, and a product's own page.

mod home;
mod listing;
mod more;
mod product;

pub use more::{More, Reach};

use actix_web::web;

use crate::web::get;

pub fn routes(to: &mut web::ServiceConfig) {
    to.route("/", get().to(home::show))
        .route("/products", get().to(listing::index))
        .route("/products/{id}", get().to(product::by_number))
        .route("/categories/{slug}", get().to(listing::category))
        .route("/shops/{shop}/{product}", get().to(product::show));
}
