//! The second step: colors and corners.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;

use super::steps::{PRODUCT, SETTINGS, THEME, draft_shop};
use crate::dashboard::shop::theme::{ThemeChoices, ThemeForm};
use crate::error::Result;
use crate::shops::{Shop, Theme};
use crate::web::{Form, FormErrors, Page, Query, SellerRequest, get, invalid, redirect, show, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource(THEME).route(get().to(edit)).route(web::post().to(update)));
}

/// The whole page. A choice gets the block `sample`.
#[derive(Template)]
#[template(path = "dashboard/onboarding/theme.html", blocks = ["sample"])]
struct ThemePage {
    page: Page,
    step: u8,
    begun: bool,
    shop_name: String,
    choices: ThemeChoices,
    errors: FormErrors,
}

view!(ThemePage, as_sample);

/// `GET /dashboard/shop/new/look`: shows the theme in the address before it is saved.
async fn edit(request: SellerRequest, Query(form): Query<ThemeForm>) -> Result<HttpResponse> {
    let Some(shop) = draft_shop(&request).await? else {
        return Ok(redirect(SETTINGS));
    };
    let theme = form.theme().unwrap_or(shop.theme);
    show(&ThemePage::new(request.page, shop, theme, FormErrors::default()))
}

/// `POST /dashboard/shop/new/look`
async fn update(request: SellerRequest, Form(form): Form<ThemeForm>) -> Result<HttpResponse> {
    let Some(shop) = draft_shop(&request).await? else {
        return Ok(redirect(SETTINGS));
    };
    let theme = match form.parse() {
        Ok(theme) => theme,
        Err(errors) => {
            let theme = shop.theme;
            return invalid(&ThemePage::new(request.page, shop, theme, errors));
        }
    };
    let (id, now) = (shop.id, request.now());
    request.write(move |conn| Shop::set_theme(conn, id, theme, now)).await?;
    Ok(redirect(PRODUCT))
}

impl ThemePage {
    fn new(page: Page, shop: Shop, theme: Theme, errors: FormErrors) -> Self {
        Self {
            page,
            step: 2,
            begun: true,
            shop_name: shop.name,
            choices: ThemeChoices::new(theme),
            errors,
        }
    }
}
