//! Checks the address of a shop: while it is typed, or when a button is pressed.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::form::ShopForm;
use crate::db::Conn;
use crate::error::Result;
use crate::id::ShopId;
use crate::shops::{MAX_SHOP_NAME_LENGTH, ShopAddress};
use crate::text::{chosen_slug, line};
use crate::web::{Page, Query, UserRequest, get, redirect, view};

pub const ADDRESS_TAKEN: &str = "This address is taken. Choose one below, or enter another.";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/dashboard/shop/address").route(get().to(show)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AddressParams {
    name: String,
    slug: String,
}

/// The message below the field.
#[derive(Debug, Default, Clone)]
pub struct AddressCheck {
    /// Empty: no message.
    pub text: String,
    pub free: bool,
    /// Free addresses, if this one is taken.
    pub offers: Vec<String>,
}

#[derive(Template)]
#[template(path = "dashboard/shop/address.html")]
struct AddressCheckBlock {
    page: Page,
    check: AddressCheck,
}

view!(AddressCheckBlock);

/// `GET /dashboard/shop/address`: the message while the address is typed. Without a script, a button of the form shows it.
async fn show(request: UserRequest, Query(params): Query<AddressParams>) -> Result<HttpResponse> {
    let form = ShopForm {
        name: params.name,
        slug: params.slug,
        ..ShopForm::default()
    };
    let block = async |request: UserRequest| {
        let own = request.who.shop.as_ref().map(|shop| (shop.id, shop.slug.clone()));
        let check = request.read(move |conn| AddressCheck::new(conn, &form, own)).await;
        let page = request.page;
        check.map(|check| AddressCheckBlock { page, check })
    };
    let to_form = |_: &UserRequest| Ok(redirect("/dashboard/shop/new"));
    request.respond_with_block(to_form, block).await
}

impl AddressCheck {
    /// Checks the form. `own` is the shop of the visitor, with its address.
    pub fn new(conn: &mut Conn, form: &ShopForm, own: Option<(ShopId, String)>) -> Result<Self> {
        let slug = form.slug.trim();
        let name = line("name", &form.name, MAX_SHOP_NAME_LENGTH).unwrap_or_default();
        if slug.is_empty() && name.is_empty() {
            return Ok(Self::default());
        }
        if slug.is_empty() {
            let slug = match own {
                Some((_, current)) => current,
                None => ShopAddress::from_name(conn, &name)?,
            };
            return Ok(Self::free(format!("Your address will be /shops/{slug}")));
        }
        let slug = match chosen_slug(slug) {
            Ok(slug) => slug,
            Err(message) => return Self::offer(conn, message, &name, "", &form.location),
        };
        if own.as_ref().is_some_and(|(_, current)| *current == slug) {
            return Ok(Self::free(format!("/shops/{slug} is your address.")));
        }
        if ShopAddress::is_taken(conn, &slug, own.map(|(id, _)| id))? {
            return Self::taken(conn, &slug, &name, &form.location);
        }
        Ok(Self::free(format!("/shops/{slug} is available.")))
    }

    /// The address belongs to another shop.
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
