//! Closes a shop. The page also links to reopening it.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::error::{Error, Result, Step};
use crate::shops::{Shop, ShopState};
use crate::web::{Flash, Form, FormErrors, Page, RecentlyAuthenticated, SellerRequest, get, redirect, show, view};

const CLOSURE: &str = "/dashboard/shop/closure";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
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
    /// Names the text that has to be typed.
    hint: String,
    state: ShopState,
    open_orders: i64,
}

view!(ClosurePage);

/// `GET /dashboard/shop/closure`
async fn new(request: SellerRequest) -> Result<HttpResponse> {
    let shop = request.own_shop().await?;
    // The password is asked for before the form is shown, so that nothing typed into the form is lost.
    if shop.state == ShopState::Open && !request.who.visitor.recently_authenticated(request.now()) {
        return Err(Error::StepRequired(Step::Confirm));
    }
    show(&ClosurePage::load(request, shop, ClosureForm::default(), FormErrors::default()).await?)
}

/// `POST /dashboard/shop/closure`
async fn create(
    request: SellerRequest,
    confirmed: RecentlyAuthenticated,
    Form(form): Form<ClosureForm>,
) -> Result<HttpResponse> {
    let shop = request.own_shop().await?;
    let (id, owner, now, origin) = (shop.id, confirmed.user, request.now(), request.origin()?);
    let closed = if form.name.trim() == shop.name.trim() {
        request
            .write(move |conn| Shop::close(conn, id, owner, &origin, now))
            .await
    } else {
        Err(Error::Refused(
            "This is not the name of your shop. Enter it exactly as shown here.".to_owned(),
        ))
    };
    request
        .respond_to_form(
            closed,
            |request, ()| {
                let message = "Your shop is closed. You can reopen it at any time.";
                Flash::ok(&request.session, message)?;
                Ok(redirect(CLOSURE))
            },
            async |request, errors| {
                let errors = FormErrors::one("name", errors.get(""));
                ClosurePage::load(request, shop, form, errors).await
            },
        )
        .await
}

impl ClosurePage {
    async fn load(request: SellerRequest, shop: Shop, form: ClosureForm, errors: FormErrors) -> Result<Self> {
        let id = shop.id;
        let open_orders = request.read(move |conn| Shop::open_orders(conn, id)).await?;
        Ok(Self {
            page: request.page,
            form,
            errors,
            hint: format!("Your shop is called {}.", shop.name),
            shop_name: shop.name,
            state: shop.state,
            open_orders,
        })
    }
}
