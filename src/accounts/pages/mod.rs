//! Pages of people: sign up, sign in, letters' links, and the account.

mod activity;
mod addresses;
mod confirm;
mod context;
mod data;
mod deletion;
mod devices;
mod email;
mod email_links;
mod login;
mod password;
mod picture;
mod profile;
mod refusal;
mod register;
mod reset;
mod second_factor;

use actix_web::web;

pub fn routes(to: &mut web::ServiceConfig) {
    register::routes(to);
    login::routes(to);
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
