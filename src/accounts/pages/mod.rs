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

pub fn routes(to: &mut web::ServiceConfig) {
    register::routes(to);
    login::routes(to);
    login_code::routes(to);
    email_links::routes(to);
    reset::routes(to);
    confirm::routes(to);
    profile::routes(to);
    picture::routes(to);
    addresses::routes(to);
    email::routes(to);
    password::routes(to);
    second_factor::routes(to);
    devices::routes(to);
    activity::routes(to);
    data::routes(to);
    deletion::routes(to);
}
