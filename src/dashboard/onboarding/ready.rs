//! The last step: what is ready, what is missing, and the button that opens the shop.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;

use super::steps::{OPENING, SETTINGS, draft};
use crate::accounts::Origin;
use crate::catalog::Product;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::shops::Shop;
use crate::web::{Flash, FormErrors, Page, Seller, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource(OPENING).route(get().to(show)))
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

/// `GET /dashboard/shop/new/opening`
async fn show(db: Data<Db>, page: Page, seller: Seller) -> Result<HttpResponse> {
    answer(&db, page, seller, FormErrors::default()).await
}

/// `POST /dashboard/shop/opening`: a draft, or a closed shop, is there for everyone.
async fn open(db: Data<Db>, page: Page, session: Session, seller: Seller, origin: Origin) -> Result<HttpResponse> {
    let (id, now) = (seller.shop.id, page.now);
    let opened = db.write(move |conn| Shop::open(conn, id, &origin, now)).await;
    match opened {
        Ok(()) => {
            Flash::ok(
                &session,
                format!("{} is open. Everyone can see it now.", seller.shop.name),
            )?;
            Ok(redirect(&format!("/shops/{}", seller.shop.slug)))
        }
        Err(Error::Refused(why)) => answer(&db, page, seller, FormErrors::one("", why)).await,
        Err(error) => Err(error),
    }
}

async fn answer(db: &Db, page: Page, seller: Seller, errors: FormErrors) -> Result<HttpResponse> {
    let visitor = seller.visitor.clone();
    let id = seller.shop.id;
    let (shop, products) = db
        .read(move |conn| Ok((draft(conn, &seller)?, Product::count_of(conn, id)?)))
        .await?;
    let Some(shop) = shop else {
        return match errors.get("") {
            "" => Ok(redirect(SETTINGS)),
            why => Err(Error::Refused(why.to_owned())),
        };
    };
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let view = ReadyPage {
        page,
        step: 4,
        begun: true,
        errors,
        url: shop.url(),
        has_story: !shop.bio.is_empty(),
        shop_name: shop.name,
        products,
        email: visitor.email.clone(),
        verified: visitor.verified(),
    };
    html(status, view.render())
}
