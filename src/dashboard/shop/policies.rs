//! The shop's policies: returns and care.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use crate::error::Result;
use crate::shops::{MAX_POLICY_LENGTH, Policies, Shop};
use crate::text::lines;
use crate::web::{Flash, Form, FormErrors, Page, SellerRequest, get, invalid, redirect, show, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
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

view!(PoliciesPage);

impl PoliciesForm {
    fn parse(&self) -> Result<Policies, FormErrors> {
        let mut errors = FormErrors::default();
        let returns = errors.check("returns", lines("returns policy", &self.returns, MAX_POLICY_LENGTH));
        let care = errors.check("care", lines("care information", &self.care, MAX_POLICY_LENGTH));
        match (returns, care) {
            (Some(returns), Some(care)) => Ok(Policies { returns, care }),
            _ => Err(errors),
        }
    }
}

/// `GET /dashboard/shop/policies`
async fn edit(request: SellerRequest) -> Result<HttpResponse> {
    let shop = request.own_shop().await?;
    show(&PoliciesPage {
        page: request.page,
        form: PoliciesForm {
            returns: shop.returns,
            care: shop.care,
        },
        errors: FormErrors::default(),
    })
}

/// `POST /dashboard/shop/policies`
async fn update(request: SellerRequest, Form(form): Form<PoliciesForm>) -> Result<HttpResponse> {
    let policies = match form.parse() {
        Ok(policies) => policies,
        Err(errors) => {
            let page = request.page;
            return invalid(&PoliciesPage { page, form, errors });
        }
    };
    let (id, now) = (request.who.shop.id, request.now());
    request
        .write(move |conn| Shop::set_policies(conn, id, &policies, now))
        .await?;
    Flash::ok(&request.session, "Policies saved.")?;
    Ok(redirect("/dashboard/shop/policies"))
}
