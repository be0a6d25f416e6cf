//! Shops: opening, settings, address, vacation, closing, and who sees what.

mod address;
mod branding;
mod closing;
mod contrast;
mod onboarding;
mod owners;
mod preview;
mod sections;
mod vacation;

use diesel::prelude::*;
use pocketshop::db::Conn;
use scraper::Html;

use crate::schema::shops;
use crate::support::Market;
use crate::support::visitor::{Visitor, location};

pub const NAME: &str = "/dashboard/shop/new/name";

pub fn connect(market: &Market) -> Conn {
    market.config.database.connect().unwrap()
}

/// A seller with an open shop of this name and address.
pub async fn keeper(market: &Market, who: &str, name: &str, slug: &str) -> Visitor {
    let visitor = market.join(who).await;
    begin(&visitor, name, slug).await;
    let opened = visitor.post("/dashboard/shop/opening", &[]).await;
    assert_eq!(location(&opened), format!("/shops/{slug}"));
    visitor
}

pub async fn begin(visitor: &Visitor, name: &str, slug: &str) {
    let begun = visitor.post(NAME, &[("name", name), ("slug", slug)]).await;
    assert_eq!(
        (begun.status().as_u16(), location(&begun)),
        (303, "/dashboard/shop/new/look")
    );
}

/// A form with all of a profile's fields.
pub fn profile<'a>(name: &'a str, slug: &'a str) -> Vec<(&'static str, &'a str)> {
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

pub fn id_of(market: &Market, slug: &str) -> i64 {
    shops::table
        .filter(shops::slug.eq(slug))
        .select(shops::id)
        .first(&mut connect(market))
        .unwrap()
}

pub fn state_of(market: &Market, slug: &str) -> String {
    shops::table
        .filter(shops::slug.eq(slug))
        .select(shops::state)
        .first(&mut connect(market))
        .unwrap()
}

/// Posts a form. Returns the status and the page.
pub async fn posted(visitor: &Visitor, path: &str, form: &[(&str, &str)]) -> (u16, Html) {
    let answer = visitor.post(path, form).await;
    let status = answer.status().as_u16();
    (status, Html::parse_document(&answer.text().await.unwrap()))
}
