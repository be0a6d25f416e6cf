//! The account's email address.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::context::Desk;
use crate::accounts::{Token, email_change};
use crate::error::Result;
use crate::text::Email;
use crate::web::{Flash, Form, FormErrors, Page, RecentlyAuthenticated, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/account/email")
            .route(get().to(edit))
            .route(web::post().to(update)),
    );
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct EmailForm {
    email: String,
}

#[derive(Template)]
#[template(path = "accounts/email.html")]
struct EmailPage {
    page: Page,
    form: EmailForm,
    errors: FormErrors,
    current: String,
    verified: bool,
    /// The address that waits to be confirmed.
    pending: Option<String>,
}

/// `GET /account/email`
async fn edit(desk: Desk, page: Page, visitor: RecentlyAuthenticated) -> Result<HttpResponse> {
    answer(
        &desk,
        StatusCode::OK,
        page,
        &visitor,
        EmailForm::default(),
        FormErrors::default(),
    )
    .await
}

/// `POST /account/email`: writes to the new address; nothing changes before its link is used.
async fn update(
    desk: Desk,
    page: Page,
    session: Session,
    visitor: RecentlyAuthenticated,
    Form(form): Form<EmailForm>,
) -> Result<HttpResponse> {
    let email = match Email::parse(&form.email) {
        Ok(email) if email.as_str() == visitor.email => {
            let errors = FormErrors::one("email", "This is the address you have already. Type the new one.");
            return answer(&desk, StatusCode::UNPROCESSABLE_ENTITY, page, &visitor, form, errors).await;
        }
        Ok(email) => email,
        Err(problem) => {
            let errors = FormErrors::one("email", problem);
            return answer(&desk, StatusCode::UNPROCESSABLE_ENTITY, page, &visitor, form, errors).await;
        }
    };
    desk.count(|limits| &limits.email_links)?;
    let (user, outbox, origin, now) = (visitor.user, desk.outbox, desk.origin, page.now);
    desk.db
        .write_uncached(move |conn| email_change::ask(conn, &outbox, user, &email, &origin, now))
        .await?;
    Flash::ok(
        &session,
        "A letter is on its way to the new address. Your address stays as it is until you open the link in it.",
    )?;
    Ok(redirect("/account/email"))
}

async fn answer(
    desk: &Desk,
    status: StatusCode,
    page: Page,
    visitor: &RecentlyAuthenticated,
    form: EmailForm,
    errors: FormErrors,
) -> Result<HttpResponse> {
    let (user, now) = (visitor.user, page.now);
    let pending = desk.db.read(move |conn| Token::pending_change(conn, user, now)).await?;
    let view = EmailPage {
        page,
        form,
        errors,
        current: visitor.email.clone(),
        verified: visitor.verified(),
        pending,
    };
    html(status, view.render())
}
