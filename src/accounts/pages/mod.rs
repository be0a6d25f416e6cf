//! Pages of accounts: sign up, sign in, links from emails, and the account itself.

mod activity;
mod addresses;
mod confirm;
mod data;
mod deletion;
mod devices;
mod email;
mod email_links;
mod login;
mod login_code;
mod password;
mod picture;
mod profile;
mod register;
mod rejection;
mod reset;
mod second_factor;

use actix_web::web;

pub fn routes(cfg: &mut web::ServiceConfig) {
    register::routes(cfg);
    login::routes(cfg);
    login_code::routes(cfg);
    email_links::routes(cfg);
    reset::routes(cfg);
    confirm::routes(cfg);
    profile::routes(cfg);
    picture::routes(cfg);
    addresses::routes(cfg);
    email::routes(cfg);
    password::routes(cfg);
    second_factor::routes(cfg);
    devices::routes(cfg);
    activity::routes(cfg);
    data::routes(cfg);
    deletion::routes(cfg);
}
