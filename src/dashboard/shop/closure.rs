//! Closing the shop, and opening it again.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;
use serde::Deserialize;

use super::own_shop::own;
use crate::accounts::Origin;
use crate::db::Db;
use crate::error::{Error, Result, Step};
use crate::shops::{Shop, ShopState};
use crate::web::{Flash, Form, FormErrors, Page, RecentlyAuthenticated, Seller, get, html, redirect};

const CLOSURE: &str = "/dashboard/shop/closure";

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource(CLOSURE)
            .route(get().to(new))
            .route(web::post().to(create)),
    );
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ClosureForm {
    name: String,
}

#[derive(Template)]
#[template(path = "dashboard/shop/closure.html")]
struct ClosurePage {
    page: Page,
    form: ClosureForm,
    errors: FormErrors,
    shop_name: String,
    /// What is to be typed.
    hint: String,
    state: ShopState,
    open_orders: i64,
}

/// `GET /dashboard/shop/closure`
async fn new(db: Data<Db>, page: Page, seller: Seller) -> Result<HttpResponse> {
    let shop = own(&db, &seller).await?;
    // The password comes before the form, so that nothing typed into it is lost on the way.
    if shop.state == ShopState::Open && !seller.visitor.recently_authenticated(page.now) {
        return Err(Error::StepRequired(Step::Confirm));
    }
    answer(&db, page, shop, ClosureForm::default(), FormErrors::default()).await
}

/// `POST /dashboard/shop/closure`
async fn create(
    db: Data<Db>,
    page: Page,
    session: Session,
    seller: Seller,
    confirmed: RecentlyAuthenticated,
    origin: Origin,
    Form(form): Form<ClosureForm>,
) -> Result<HttpResponse> {
    let shop = own(&db, &seller).await?;
    let (id, owner, now) = (shop.id, confirmed.user, page.now);
    let closed = if form.name.trim() == shop.name.trim() {
        db.write(move |conn| Shop::close(conn, id, owner, &origin, now)).await
    } else {
        Err(Error::Refused(
            "This is not the name of your shop. Type it as it stands here.".to_owned(),
        ))
    };
    match closed {
        Ok(()) => {
            Flash::ok(&session, "Your shop is closed. You can open it again at any time.")?;
            Ok(redirect(CLOSURE))
        }
        Err(Error::Refused(why)) => answer(&db, page, shop, form, FormErrors::one("name", why)).await,
        Err(error) => Err(error),
    }
}

async fn answer(db: &Db, page: Page, shop: Shop, form: ClosureForm, errors: FormErrors) -> Result<HttpResponse> {
    let id = shop.id;
    let open_orders = db.read(move |conn| Shop::open_orders(conn, id)).await?;
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let view = ClosurePage {
        page,
        form,
        errors,
        hint: format!("It is called {}.", shop.name),
        shop_name: shop.name,
        state: shop.state,
        open_orders,
    };
    html(status, view.render())
}
