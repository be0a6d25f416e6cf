//! The second step: colors and corners.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;

use super::steps::{LOOK, PRODUCT, SETTINGS, draft};
use crate::dashboard::shop::theme::{Look, LookForm};
use crate::db::Db;
use crate::error::Result;
use crate::shops::{Shop, Theme};
use crate::web::{Form, FormErrors, Page, Query, Seller, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource(LOOK).route(get().to(edit)).route(web::post().to(update)));
}

/// The whole page; `sample` is what a choice swaps.
#[derive(Template)]
#[template(path = "dashboard/onboarding/theme.html", blocks = ["sample"])]
struct LookPage {
    page: Page,
    step: u8,
    begun: bool,
    shop_name: String,
    look: Look,
    errors: FormErrors,
}

/// `GET /dashboard/shop/new/look`: with the fields of the form, as the shop would look then.
async fn edit(db: Data<Db>, page: Page, seller: Seller, Query(tried): Query<LookForm>) -> Result<HttpResponse> {
    let Some(shop) = db.read(move |conn| draft(conn, &seller)).await? else {
        return Ok(redirect(SETTINGS));
    };
    let theme = tried.theme().unwrap_or_else(|| shop.theme);
    answer(StatusCode::OK, page, shop.name, theme, FormErrors::default())
}

/// `POST /dashboard/shop/new/look`
async fn update(db: Data<Db>, page: Page, seller: Seller, Form(form): Form<LookForm>) -> Result<HttpResponse> {
    let id = seller.shop.id;
    let Some(shop) = db.read(move |conn| draft(conn, &seller)).await? else {
        return Ok(redirect(SETTINGS));
    };
    let theme = match form.parse() {
        Ok(theme) => theme,
        Err(errors) => {
            let theme = shop.theme;
            return answer(StatusCode::UNPROCESSABLE_ENTITY, page, shop.name, theme, errors);
        }
    };
    let now = page.now;
    db.write(move |conn| Shop::set_theme(conn, id, theme, now)).await?;
    Ok(redirect(PRODUCT))
}

fn answer(status: StatusCode, page: Page, shop_name: String, theme: Theme, errors: FormErrors) -> Result<HttpResponse> {
    let block_only = page.htmx;
    let view = LookPage {
        page,
        step: 2,
        begun: true,
        shop_name,
        look: Look::of(theme),
        errors,
    };
    let body = if block_only {
        view.as_sample().render()
    } else {
        view.render()
    };
    html(status, body)
}
