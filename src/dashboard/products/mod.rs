//! A shop's products: the list, what is changed in it, and what is done to several at once.

mod asked;
mod bulk;
mod cells;
mod list;
mod prices;
mod removal;
mod row;
mod states;

use actix_web::web;

pub fn routes(to: &mut web::ServiceConfig) {
    list::routes(to);
    bulk::routes(to);
    prices::routes(to);
    cells::routes(to);
    states::routes(to);
    removal::routes(to);
}
