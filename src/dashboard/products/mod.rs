//! A shop's products: the list, what is changed in it, and what is done to several at once.

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
