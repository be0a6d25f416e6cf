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

pub fn routes(cfg: &mut web::ServiceConfig) {
    index::routes(cfg);
    bulk::routes(cfg);
    prices::routes(cfg);
    cells::routes(cfg);
    archive::routes(cfg);
    delete::routes(cfg);
}
