//! The first step: what the shop is called, and what it says first.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;

use super::steps::{LOOK, NAME, SETTINGS};
use crate::dashboard::shop::address::Check;
use crate::dashboard::shop::form::ShopForm;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::shops::{IdentityChange, Shop, ShopState};
use crate::text::Html;
use crate::web::{Form, FormErrors, Page, SignedIn, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource(NAME).route(get().to(edit)).route(web::post().to(update)));
}

#[derive(Template)]
#[template(path = "dashboard/onboarding/name.html")]
struct NamePage {
    page: Page,
    step: u8,
    begun: bool,
    form: ShopForm,
    errors: FormErrors,
    check: Check,
    preview: Option<Html>,
}

/// `GET /dashboard/shop/new/name`
async fn edit(db: Data<Db>, page: Page, visitor: SignedIn) -> Result<HttpResponse> {
    let own = visitor.shop.as_ref().map(|shop| shop.id);
    let shop = db
        .read(move |conn| own.map(|id| Shop::find(conn, id)).transpose())
        .await?;
    let form = match &shop {
        Some(shop) if shop.state != ShopState::Draft => return Ok(redirect(SETTINGS)),
        Some(shop) => ShopForm::of(shop),
        None => ShopForm::default(),
    };
    answer(StatusCode::OK, page, form, FormErrors::default(), Check::default())
}

/// `POST /dashboard/shop/new/name`: begins the draft, or changes it.
async fn update(db: Data<Db>, page: Page, visitor: SignedIn, Form(form): Form<ShopForm>) -> Result<HttpResponse> {
    let form = form.taken_up();
    let own = visitor.shop.as_ref().map(|shop| (shop.id, shop.slug.clone()));
    let slug = own.as_ref().map(|(_, slug)| slug.clone());
    if form.only_looks() {
        let (form, check) = db
            .read(move |conn| Check::of(conn, &form, own).map(|check| (form, check)))
            .await?;
        return answer(StatusCode::OK, page, form, FormErrors::default(), check);
    }
    let mut errors = FormErrors::default();
    let sign = form.sign(slug.as_deref(), &mut errors);
    let (Some(sign), true) = (sign, errors.is_empty()) else {
        return answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors, Check::default());
    };
    let wanted = sign.slug.clone().unwrap_or_default();
    let (owner, now) = (visitor.user, page.now);
    let begun = db.write(move |conn| Shop::save_draft(conn, owner, &sign, now)).await;
    let (errors, check) = match begun {
        Ok(IdentityChange::Saved) => return Ok(redirect(LOOK)),
        Ok(IdentityChange::AddressTaken) => {
            let name = form.name.clone();
            let check = db.read(move |conn| Check::taken(conn, &wanted, &name, "")).await?;
            let errors = FormErrors::one("slug", "This address is taken. Choose one below, or write another.");
            (errors, check)
        }
        Err(Error::Refused(why)) => (FormErrors::one("slug", why), Check::default()),
        Err(error) => return Err(error),
    };
    answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors, check)
}

fn answer(status: StatusCode, page: Page, form: ShopForm, errors: FormErrors, check: Check) -> Result<HttpResponse> {
    let view = NamePage {
        step: 1,
        begun: page.visitor.as_ref().is_some_and(|visitor| visitor.shop.is_some()),
        page,
        preview: form.preview(),
        form,
        errors,
        check,
    };
    html(status, view.render())
}
