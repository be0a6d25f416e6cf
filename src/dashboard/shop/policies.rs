//! What the shop promises: returns and care.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;
use serde::Deserialize;

use super::own_shop::own;
use crate::db::Db;
use crate::error::Result;
use crate::shops::{Policies, Shop};
use crate::text::lines;
use crate::web::{Flash, Form, FormErrors, Page, Seller, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/dashboard/shop/policies")
            .route(get().to(edit))
            .route(web::post().to(update)),
    );
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PoliciesForm {
    returns: String,
    care: String,
}

#[derive(Template)]
#[template(path = "dashboard/shop/policies.html")]
struct PoliciesPage {
    page: Page,
    form: PoliciesForm,
    errors: FormErrors,
}

impl PoliciesForm {
    fn parse(&self) -> Result<Policies, FormErrors> {
        let mut errors = FormErrors::default();
        let returns = errors.check("returns", lines("text", &self.returns, 2_000));
        let care = errors.check("care", lines("text", &self.care, 2_000));
        match (returns, care) {
            (Some(returns), Some(care)) => Ok(Policies { returns, care }),
            _ => Err(errors),
        }
    }
}

/// `GET /dashboard/shop/policies`
async fn edit(db: Data<Db>, page: Page, seller: Seller) -> Result<HttpResponse> {
    let shop = own(&db, &seller).await?;
    let form = PoliciesForm {
        returns: shop.returns,
        care: shop.care,
    };
    answer(StatusCode::OK, page, form, FormErrors::default())
}

/// `POST /dashboard/shop/policies`
async fn update(
    db: Data<Db>,
    page: Page,
    session: Session,
    seller: Seller,
    Form(form): Form<PoliciesForm>,
) -> Result<HttpResponse> {
    let policies = match form.parse() {
        Ok(policies) => policies,
        Err(errors) => return answer(StatusCode::UNPROCESSABLE_ENTITY, page, form, errors),
    };
    let (id, now) = (seller.shop.id, page.now);
    db.write(move |conn| Shop::set_policies(conn, id, &policies, now))
        .await?;
    Flash::ok(&session, "Your policies are up to date.")?;
    Ok(redirect("/dashboard/shop/policies"))
}

fn answer(status: StatusCode, page: Page, form: PoliciesForm, errors: FormErrors) -> Result<HttpResponse> {
    html(status, PoliciesPage { page, form, errors }.render())
}
