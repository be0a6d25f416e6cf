//! A seller's products: the list, changes in the list, and changes of several products.

mod archive;
mod bulk;
mod cells;
mod delete;
mod index;
mod params;
mod prices;
mod row;

use actix_web::web;

pub fn routes(to: &mut web::ServiceConfig) {
    index::routes(to);
    bulk::routes(to);
    prices::routes(to);
    cells::routes(to);
    archive::routes(to);
    delete::routes(to);
}
