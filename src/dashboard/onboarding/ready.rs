//! The last step: a list of what is ready, and the button that opens the shop.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;

use super::steps::{READY, SETTINGS};
use crate::catalog::Product;
use crate::error::{Error, Result};
use crate::shops::{Shop, ShopState};
use crate::web::{Flash, FormErrors, Page, SellerRequest, get, redirect, show as show_page, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource(READY).route(get().to(show)))
        .service(web::resource("/dashboard/shop/opening").route(web::post().to(open)));
}

#[derive(Template)]
#[template(path = "dashboard/onboarding/ready.html")]
struct ReadyPage {
    page: Page,
    step: u8,
    begun: bool,
    errors: FormErrors,
    shop_name: String,
    url: String,
    has_story: bool,
    products: i64,
    email: String,
    verified: bool,
}

view!(ReadyPage);

/// `GET /dashboard/shop/new/opening`
async fn show(request: SellerRequest) -> Result<HttpResponse> {
    match ReadyPage::load(request, FormErrors::default()).await? {
        Some(page) => show_page(&page),
        None => Ok(redirect(SETTINGS)),
    }
}

/// `POST /dashboard/shop/opening`: opens a draft or a closed shop.
async fn open(request: SellerRequest) -> Result<HttpResponse> {
    let (id, now, origin) = (request.who.shop.id, request.now(), request.origin()?);
    let opened = request.write(move |conn| Shop::open(conn, id, &origin, now)).await;
    request
        .respond_to_form(
            opened,
            |request, ()| {
                let shop = &request.who.shop;
                Flash::ok(
                    &request.session,
                    format!("{} is open. Everyone can see it now.", shop.name),
                )?;
                Ok(redirect(&format!("/shops/{}", shop.slug)))
            },
            async |request, errors| {
                let refused = Error::Refused(errors.get("").to_owned());
                // A closed shop has no such page.
                ReadyPage::load(request, errors).await?.ok_or(refused)
            },
        )
        .await
}

impl ReadyPage {
    /// None if the shop is not a draft.
    async fn load(request: SellerRequest, errors: FormErrors) -> Result<Option<Self>> {
        let id = request.who.shop.id;
        let (shop, products) = request
            .read(move |conn| Ok((Shop::find(conn, id)?, Product::count_of(conn, id)?)))
            .await?;
        let visitor = &request.who.visitor;
        Ok((shop.state == ShopState::Draft).then(|| Self {
            step: 4,
            begun: true,
            errors,
            url: shop.url(),
            has_story: !shop.bio.is_empty(),
            shop_name: shop.name,
            products,
            email: visitor.email.clone(),
            verified: visitor.verified(),
            page: request.page,
        }))
    }
}
