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
use crate::shops::{Moved, Shop};
use crate::text::Html;
use crate::web::{Flash, Form, Page, Problems, Seller, get, html, redirect};

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
    problems: Problems,
    check: Check,
    preview: Option<Html>,
}

/// `GET /dashboard/shop`
async fn edit(db: Data<Db>, page: Page, seller: Seller) -> Result<HttpResponse> {
    let form = ShopForm::of(&own(&db, &seller).await?);
    answer(StatusCode::OK, page, form, Problems::default(), Check::default())
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
        return answer(StatusCode::OK, page, form, Problems::default(), check);
    }
    let mut problems = Problems::default();
    let drafts = (form.sign(Some(&slug), &mut problems), form.window(&mut problems));
    let (Some(sign), Some(window), true) = (drafts.0, drafts.1, problems.is_empty()) else {
        return answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, problems, Check::default());
    };
    let wanted = sign.slug.clone().unwrap_or_default();
    let moved = db
        .write(move |conn| {
            let moved = Shop::set_sign(conn, id, &sign, now)?;
            if moved == Moved::Done {
                Shop::set_window(conn, id, &window, now)?;
            }
            Ok(moved)
        })
        .await;
    let (problems, check) = match moved {
        Ok(Moved::Done) => {
            Flash::ok(&session, "Your shop’s profile is up to date.")?;
            return Ok(redirect("/dashboard/shop"));
        }
        Ok(Moved::Taken) => {
            let (name, place) = (form.name.clone(), form.place.clone());
            let check = db.read(move |conn| Check::taken(conn, &wanted, &name, &place)).await?;
            let problems = Problems::one("slug", "This address is taken. Choose one below, or write another.");
            (problems, check)
        }
        Err(Error::Refused(why)) => (Problems::one("slug", why), Check::default()),
        Err(error) => return Err(error),
    };
    answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, problems, check)
}

fn answer(status: StatusCode, page: Page, form: ShopForm, problems: Problems, check: Check) -> Result<HttpResponse> {
    let view = ProfilePage {
        page,
        preview: form.preview(),
        form,
        problems,
        check,
    };
    html(status, view.render())
}
