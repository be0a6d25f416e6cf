//! The settings of a shop. Each page saves on its own.

pub mod address;
mod branding;
mod closure;
pub mod form;
mod policies;
mod profile;
mod sections;
pub mod theme;
mod vacation;

use actix_web::web;

pub fn routes(cfg: &mut web::ServiceConfig) {
    profile::routes(cfg);
    address::routes(cfg);
    theme::routes(cfg);
    branding::routes(cfg);
    policies::routes(cfg);
    sections::routes(cfg);
    vacation::routes(cfg);
    closure::routes(cfg);
}
