//! Shops: onboarding, settings, address, branding, vacation, closing, and who sees drafts.

mod address;
mod branding;
mod closing;
mod contrast;
mod onboarding;
mod ownership;
mod preview;
mod sections;
mod vacation;

use diesel::prelude::*;
use pocketshop::db::Conn;
use scraper::Html;

use crate::schema::shops;
use crate::support::Market;
use crate::support::visitor::{Visitor, location};

/// The first step of onboarding.
pub const NAME_STEP: &str = "/dashboard/shop/new/name";

pub fn connect(market: &Market) -> Conn {
    market.config.database.connect().unwrap()
}

/// Creates a user, and opens a shop with this name and slug for them.
pub async fn seller_with_shop(market: &Market, who: &str, name: &str, slug: &str) -> Visitor {
    let visitor = market.sign_up(who).await;
    start_shop(&visitor, name, slug).await;
    let opened = visitor.post("/dashboard/shop/opening", &[]).await;
    assert_eq!(location(&opened), format!("/shops/{slug}"));
    visitor
}

/// Submits the first step of onboarding, which creates a draft shop.
pub async fn start_shop(visitor: &Visitor, name: &str, slug: &str) {
    let response = visitor.post(NAME_STEP, &[("name", name), ("slug", slug)]).await;
    assert_eq!(
        (response.status().as_u16(), location(&response)),
        (303, "/dashboard/shop/new/look")
    );
}

/// The form of a shop's profile, with only the name and slug filled in.
pub fn profile_form<'a>(name: &'a str, slug: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("name", name),
        ("slug", slug),
        ("tagline", ""),
        ("bio", ""),
        ("place", ""),
        ("contact", ""),
        ("announcement", ""),
    ]
}

pub fn shop_id(market: &Market, slug: &str) -> i64 {
    shops::table
        .filter(shops::slug.eq(slug))
        .select(shops::id)
        .first(&mut connect(market))
        .unwrap()
}

pub fn shop_state(market: &Market, slug: &str) -> String {
    shops::table
        .filter(shops::slug.eq(slug))
        .select(shops::state)
        .first(&mut connect(market))
        .unwrap()
}

/// Posts a form. Returns the status and the page.
pub async fn post_form(visitor: &Visitor, path: &str, form: &[(&str, &str)]) -> (u16, Html) {
    let response = visitor.post(path, form).await;
    let status = response.status().as_u16();
    (status, Html::parse_document(&response.text().await.unwrap()))
}
