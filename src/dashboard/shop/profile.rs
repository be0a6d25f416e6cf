//! What the shop says of itself.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;

use super::address::Check;
use super::form::ShopForm;
use super::own_shop::own;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::shops::{IdentityChange, Shop};
use crate::text::Html;
use crate::web::{Flash, Form, FormErrors, Page, Seller, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
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
    check: Check,
    preview: Option<Html>,
}

/// `GET /dashboard/shop`
async fn edit(db: Data<Db>, page: Page, seller: Seller) -> Result<HttpResponse> {
    let form = ShopForm::of(&own(&db, &seller).await?);
    answer(StatusCode::OK, page, form, FormErrors::default(), Check::default())
}

/// `POST /dashboard/shop`
async fn update(
    db: Data<Db>,
    page: Page,
    session: Session,
    seller: Seller,
    Form(form): Form<ShopForm>,
) -> Result<HttpResponse> {
    let form = form.taken_up();
    let (id, slug, now) = (seller.shop.id, seller.shop.slug.clone(), page.now);
    if form.only_looks() {
        let (form, check) = db
            .read(move |conn| Check::of(conn, &form, Some((id, slug))).map(|check| (form, check)))
            .await?;
        return answer(StatusCode::OK, page, form, FormErrors::default(), check);
    }
    let mut errors = FormErrors::default();
    let drafts = (form.sign(Some(&slug), &mut errors), form.window(&mut errors));
    let (Some(sign), Some(window), true) = (drafts.0, drafts.1, errors.is_empty()) else {
        return answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors, Check::default());
    };
    let wanted = sign.slug.clone().unwrap_or_default();
    let moved = db
        .write(move |conn| {
            let moved = Shop::set_identity(conn, id, &sign, now)?;
            if moved == IdentityChange::Saved {
                Shop::set_details(conn, id, &window, now)?;
            }
            Ok(moved)
        })
        .await;
    let (errors, check) = match moved {
        Ok(IdentityChange::Saved) => {
            Flash::ok(&session, "Your shop’s profile is up to date.")?;
            return Ok(redirect("/dashboard/shop"));
        }
        Ok(IdentityChange::AddressTaken) => {
            let (name, location) = (form.name.clone(), form.location.clone());
            let check = db
                .read(move |conn| Check::taken(conn, &wanted, &name, &location))
                .await?;
            let errors = FormErrors::one("slug", "This address is taken. Choose one below, or write another.");
            (errors, check)
        }
        Err(Error::Refused(why)) => (FormErrors::one("slug", why), Check::default()),
        Err(error) => return Err(error),
    };
    answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors, check)
}

fn answer(status: StatusCode, page: Page, form: ShopForm, errors: FormErrors, check: Check) -> Result<HttpResponse> {
    let view = ProfilePage {
        page,
        preview: form.preview(),
        form,
        errors,
        check,
    };
    html(status, view.render())
}
