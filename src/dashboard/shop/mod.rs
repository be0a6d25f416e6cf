//! The settings of a shop. Each page saves on its own.

pub mod address;
mod branding;
mod closure;
pub mod form;
mod own_shop;
mod policies;
mod profile;
mod sections;
pub mod theme;
mod vacation;

use actix_web::web;

pub fn routes(to: &mut web::ServiceConfig) {
    profile::routes(to);
    address::routes(to);
    theme::routes(to);
    branding::routes(to);
    policies::routes(to);
    sections::routes(to);
    vacation::routes(to);
    closure::routes(to);
}
