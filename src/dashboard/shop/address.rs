//! Whether an address is free, and which are instead: while it is typed, or when a button asks.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;
use serde::Deserialize;

use super::form::ShopForm;
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::ShopId;
use crate::shops::ShopAddress;
use crate::text::{chosen_slug, line};
use crate::web::{Page, Query, SignedIn, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard/shop/address").route(get().to(show)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    name: String,
    slug: String,
}

/// What is to be said below the field.
#[derive(Debug, Default, Clone)]
pub struct Check {
    /// Nothing is said when it is empty.
    pub text: String,
    pub free: bool,
    /// Free ones, for one that is not.
    pub offers: Vec<String>,
}

#[derive(Template)]
#[template(path = "dashboard/shop/address.html")]
struct CheckBlock {
    check: Check,
}

/// `GET /dashboard/shop/address`: what is said below the field while somebody types. Its twin is the form itself, with
/// the button that asks the same.
async fn show(db: Data<Db>, page: Page, visitor: SignedIn, Query(asked): Query<Asked>) -> Result<HttpResponse> {
    if !page.htmx {
        return Ok(redirect("/dashboard/shop/new"));
    }
    let form = ShopForm {
        name: asked.name,
        slug: asked.slug,
        ..ShopForm::default()
    };
    let own = visitor.shop.as_ref().map(|shop| (shop.id, shop.slug.clone()));
    let check = db.read(move |conn| Check::of(conn, &form, own)).await?;
    html(StatusCode::OK, CheckBlock { check }.render())
}

impl Check {
    /// Of what is typed, by someone who may have a shop.
    pub fn of(conn: &mut Conn, form: &ShopForm, own: Option<(ShopId, String)>) -> Result<Self> {
        let typed = form.slug.trim();
        let name = line("name", &form.name, 60).unwrap_or_default();
        if typed.is_empty() && name.is_empty() {
            return Ok(Self::default());
        }
        if typed.is_empty() {
            let made = match own {
                Some((_, now)) => now,
                None => ShopAddress::from_name(conn, &name)?,
            };
            return Ok(Self::free(format!("Your address will be /shops/{made}")));
        }
        let slug = match chosen_slug(typed) {
            Ok(slug) => slug,
            Err(why) => return Self::offer(conn, why, &name, "", &form.location),
        };
        if own.as_ref().is_some_and(|(_, now)| *now == slug) {
            return Ok(Self::free(format!("/shops/{slug} is your address.")));
        }
        if ShopAddress::is_taken(conn, &slug, own.map(|(id, _)| id))? {
            return Self::taken(conn, &slug, &name, &form.location);
        }
        Ok(Self::free(format!("/shops/{slug} is free.")))
    }

    /// Another shop has it.
    pub fn taken(conn: &mut Conn, slug: &str, name: &str, location: &str) -> Result<Self> {
        Self::offer(conn, format!("/shops/{slug} is taken."), name, slug, location)
    }

    fn free(text: String) -> Self {
        Self {
            text,
            free: true,
            offers: Vec::new(),
        }
    }

    fn offer(conn: &mut Conn, text: String, name: &str, slug: &str, location: &str) -> Result<Self> {
        let offers = if name.is_empty() && slug.is_empty() {
            Vec::new()
        } else {
            ShopAddress::suggestions(conn, name, slug, location)?
        };
        Ok(Self {
            text,
            free: false,
            offers,
        })
    }
}
