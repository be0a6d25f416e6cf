//! The second step of signing in: a code of the second factor.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::login::next_page;
use super::rejection::Rejection;
use crate::accounts::Factor;
use crate::accounts::sessions::sign_in;
use crate::error::Result;
use crate::id::UserId;
use crate::web::visitor::{remember_browser, sign_in as set_session};
use crate::web::{
    Form, FormErrors, NextParams, Page, PendingRequest, Query, Request, get, local, redirect, show, view,
};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/login/code")
            .route(get().to(new))
            .route(web::post().to(create)),
    );
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CodeForm {
    code: String,
    remember: String,
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/code.html")]
struct CodePage {
    page: Page,
    errors: FormErrors,
    next: String,
}

view!(CodePage);

/// `GET /login/code`
async fn new(request: PendingRequest, Query(params): Query<NextParams>) -> Result<HttpResponse> {
    let next = local(&params.next, &request.page.site.public_url);
    show(&CodePage {
        page: request.page,
        errors: FormErrors::default(),
        next,
    })
}

/// `POST /login/code`: accepts a code of the app or a recovery code.
async fn create(request: PendingRequest, Form(form): Form<CodeForm>) -> Result<HttpResponse> {
    let next = next_page(&form.next, &request.page);
    let factor = match verify_code(&request, request.who.user, &form.code).await? {
        Ok(factor) => factor,
        Err(rejection) => {
            let errors = FormErrors::one("code", &rejection.message);
            return rejection.respond(&CodePage {
                page: request.page,
                errors,
                next,
            });
        }
    };
    let (action, pending, trust_browser) = (request.action()?, request.who.0.clone(), form.remember == "on");
    let completed = request
        .write_uncached(move |conn| sign_in::complete(conn, &action, &pending, factor, trust_browser))
        .await?;
    let Some(completed) = completed else {
        return Ok(redirect("/login"));
    };
    set_session(&request.session, completed.session)?;
    if let Some(token) = completed.browser_token {
        remember_browser(&request.session, token)?;
    }
    Ok(redirect(&next))
}

/// Counts the attempt and checks the code.
pub async fn verify_code<Who>(request: &Request<Who>, user: UserId, code: &str) -> Result<Result<Factor, Rejection>> {
    let now = request.now();
    let wait = request
        .write_uncached(move |conn| sign_in::count_code_attempt(conn, user, now))
        .await?;
    if let Some(wait) = wait {
        return Ok(Err(Rejection::throttled(wait)));
    }
    let (action, cipher, code) = (request.action()?, request.services.cipher.clone(), code.to_owned());
    let factor = request
        .write_uncached(move |conn| sign_in::verify_code(conn, &action, &cipher, user, &code))
        .await?;
    let wrong = "This code is wrong or was already used. Wait for the next one, or enter a recovery code.";
    Ok(factor.ok_or_else(|| Rejection::wrong(wrong)))
}
