//! The first step: name, address, tagline and story.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;

use super::steps::{NAME, SETTINGS, THEME};
use crate::dashboard::shop::address::{ADDRESS_TAKEN, AddressCheck};
use crate::dashboard::shop::form::ShopForm;
use crate::error::Result;
use crate::shops::{IdentityChange, Shop, ShopState};
use crate::text::Html;
use crate::web::{Form, FormErrors, Page, UserRequest, get, invalid, redirect, show, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource(NAME).route(get().to(edit)).route(web::post().to(update)));
}

#[derive(Template)]
#[template(path = "dashboard/onboarding/name.html")]
struct NamePage {
    page: Page,
    step: u8,
    begun: bool,
    form: ShopForm,
    errors: FormErrors,
    check: AddressCheck,
    preview: Option<Html>,
}

view!(NamePage);

/// `GET /dashboard/shop/new/name`
async fn edit(request: UserRequest) -> Result<HttpResponse> {
    let own = request.who.shop.as_ref().map(|shop| shop.id);
    let shop = request
        .read(move |conn| own.map(|id| Shop::find(conn, id)).transpose())
        .await?;
    let form = match &shop {
        Some(shop) if shop.state != ShopState::Draft => return Ok(redirect(SETTINGS)),
        Some(shop) => ShopForm::from_shop(shop),
        None => ShopForm::default(),
    };
    show(&NamePage::new(request.page, form, AddressCheck::default()))
}

/// `POST /dashboard/shop/new/name`: creates the draft, or changes it.
async fn update(request: UserRequest, Form(form): Form<ShopForm>) -> Result<HttpResponse> {
    let form = form.with_offered_address();
    let own = request.who.shop.as_ref().map(|shop| (shop.id, shop.slug.clone()));
    let slug = own.as_ref().map(|(_, slug)| slug.clone());
    if form.saves_nothing() {
        let (form, check) = request
            .read(move |conn| AddressCheck::new(conn, &form, own).map(|check| (form, check)))
            .await?;
        return show(&NamePage::new(request.page, form, check));
    }
    let mut errors = FormErrors::default();
    let identity = form.identity(slug.as_deref(), &mut errors);
    let (Some(identity), true) = (identity, errors.is_empty()) else {
        let page = NamePage::new(request.page, form, AddressCheck::default());
        return invalid(&NamePage { errors, ..page });
    };
    let new_slug = identity.slug.clone().unwrap_or_default();
    let (owner, now) = (request.who.user, request.now());
    let saved = request
        .write(move |conn| Shop::save_draft(conn, owner, &identity, now))
        .await;
    if let Ok(IdentityChange::AddressTaken) = saved {
        let name = form.name.clone();
        let check = request
            .read(move |conn| AddressCheck::taken(conn, &new_slug, &name, ""))
            .await?;
        let page = NamePage::new(request.page, form, check);
        let errors = FormErrors::one("slug", ADDRESS_TAKEN);
        return invalid(&NamePage { errors, ..page });
    }
    request
        .respond_to_form(
            saved,
            |_, _| Ok(redirect(THEME)),
            async |request, errors| {
                let page = NamePage::new(request.page, form, AddressCheck::default());
                let errors = FormErrors::one("slug", errors.get(""));
                Ok(NamePage { errors, ..page })
            },
        )
        .await
}

impl NamePage {
    fn new(page: Page, form: ShopForm, check: AddressCheck) -> Self {
        Self {
            step: 1,
            begun: page.visitor.as_ref().is_some_and(|visitor| visitor.shop.is_some()),
            page,
            preview: form.preview(),
            form,
            errors: FormErrors::default(),
            check,
        }
    }
}
