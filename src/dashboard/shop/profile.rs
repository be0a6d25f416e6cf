//! The shop's profile: name, address, tagline, story and contact.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;

use super::address::{ADDRESS_TAKEN, AddressCheck};
use super::form::ShopForm;
use crate::error::Result;
use crate::shops::{IdentityChange, Shop};
use crate::text::Html;
use crate::web::{Flash, Form, FormErrors, Page, SellerRequest, get, invalid, redirect, show, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/dashboard/shop")
            .route(get().to(edit))
            .route(web::post().to(update)),
    );
}

#[derive(Template)]
#[template(path = "dashboard/shop/profile.html")]
struct ProfilePage {
    page: Page,
    form: ShopForm,
    errors: FormErrors,
    check: AddressCheck,
    preview: Option<Html>,
}

view!(ProfilePage);

/// `GET /dashboard/shop`
async fn edit(request: SellerRequest) -> Result<HttpResponse> {
    let form = ShopForm::from_shop(&request.own_shop().await?);
    show(&ProfilePage::new(request.page, form, AddressCheck::default()))
}

/// `POST /dashboard/shop`
async fn update(request: SellerRequest, Form(form): Form<ShopForm>) -> Result<HttpResponse> {
    let form = form.with_offered_address();
    let (id, slug, now) = (request.who.shop.id, request.who.shop.slug.clone(), request.now());
    if form.saves_nothing() {
        let (form, check) = request
            .read(move |conn| AddressCheck::new(conn, &form, Some((id, slug))).map(|check| (form, check)))
            .await?;
        return show(&ProfilePage::new(request.page, form, check));
    }
    let mut errors = FormErrors::default();
    let (identity, details) = (form.identity(Some(&slug), &mut errors), form.details(&mut errors));
    let (Some(identity), Some(details), true) = (identity, details, errors.is_empty()) else {
        let page = ProfilePage::new(request.page, form, AddressCheck::default());
        return invalid(&ProfilePage { errors, ..page });
    };
    let new_slug = identity.slug.clone().unwrap_or_default();
    let saved = request
        .write(move |conn| {
            let change = Shop::set_identity(conn, id, &identity, now)?;
            if change == IdentityChange::Saved {
                Shop::set_details(conn, id, &details, now)?;
            }
            Ok(change)
        })
        .await;
    if let Ok(IdentityChange::AddressTaken) = saved {
        let (name, location) = (form.name.clone(), form.location.clone());
        let check = request
            .read(move |conn| AddressCheck::taken(conn, &new_slug, &name, &location))
            .await?;
        let page = ProfilePage::new(request.page, form, check);
        let errors = FormErrors::one("slug", ADDRESS_TAKEN);
        return invalid(&ProfilePage { errors, ..page });
    }
    request
        .respond_to_form(
            saved,
            |request, _| {
                Flash::ok(&request.session, "Profile saved.")?;
                Ok(redirect("/dashboard/shop"))
            },
            async |request, errors| {
                let page = ProfilePage::new(request.page, form, AddressCheck::default());
                let errors = FormErrors::one("slug", errors.get(""));
                Ok(ProfilePage { errors, ..page })
            },
        )
        .await
}

impl ProfilePage {
    fn new(page: Page, form: ShopForm, check: AddressCheck) -> Self {
        Self {
            page,
            preview: form.preview(),
            form,
            errors: FormErrors::default(),
            check,
        }
    }
}
