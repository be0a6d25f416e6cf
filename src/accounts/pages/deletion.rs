//! Deleting the account, and thinking again.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::context::Desk;
use crate::accounts::{Visitor, deletion};
use crate::error::{Error, Result, Step};
use crate::text::Email;
use crate::web::{Flash, Form, FormErrors, Page, RecentlyAuthenticated, SignedIn, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/account/deletion")
            .route(get().to(new))
            .route(web::post().to(create)),
    )
    .service(web::resource("/account/deletion/undo").route(web::post().to(undo)));
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct DeletionForm {
    email: String,
}

#[derive(Template)]
#[template(path = "accounts/deletion.html")]
struct DeletionPage {
    page: Page,
    form: DeletionForm,
    /// What is to be typed.
    hint: String,
    errors: FormErrors,
    /// When it will be.
    planned: Option<String>,
    has_shop: bool,
}

/// `GET /account/deletion`
async fn new(page: Page, visitor: SignedIn) -> Result<HttpResponse> {
    // The password comes before the form, so that nothing typed into it is lost on the way.
    if visitor.delete_at.is_none() && !visitor.confirmed(page.now) {
        return Err(Error::StepRequired(Step::Confirm));
    }
    answer(
        StatusCode::OK,
        page,
        &visitor.0,
        DeletionForm::default(),
        FormErrors::default(),
    )
}

/// `POST /account/deletion`: in two weeks, unless they think again.
async fn create(
    desk: Desk,
    page: Page,
    session: Session,
    visitor: RecentlyAuthenticated,
    Form(form): Form<DeletionForm>,
) -> Result<HttpResponse> {
    let typed = Email::parse(&form.email).map(|email| email.as_str().to_owned());
    if typed.as_ref() != Ok(&visitor.email) && form.email.trim() != visitor.email {
        let errors = FormErrors::one(
            "email",
            "This is not the email of your account. Type it as it stands here.",
        );
        return answer(StatusCode::UNPROCESSABLE_ENTITY, page, &visitor.0, form, errors);
    }
    let (user, outbox, origin, now) = (visitor.user, desk.outbox, desk.origin, page.now);
    desk.db
        .write_uncached(move |conn| deletion::plan(conn, &outbox, user, &origin, now))
        .await?;
    Flash::ok(&session, "We sent you a letter that says so too.")?;
    Ok(redirect("/account/deletion"))
}

/// `POST /account/deletion/undo`
async fn undo(desk: Desk, page: Page, session: Session, visitor: SignedIn) -> Result<HttpResponse> {
    let (user, outbox, origin, now) = (visitor.user, desk.outbox, desk.origin, page.now);
    let undone = desk
        .db
        .write_uncached(move |conn| deletion::undo(conn, &outbox, user, &origin, now))
        .await?;
    if undone {
        Flash::ok(&session, "Good to have you still. Your account stays.")?;
    }
    Ok(redirect("/account/deletion"))
}

fn answer(
    status: StatusCode,
    page: Page,
    visitor: &Visitor,
    form: DeletionForm,
    errors: FormErrors,
) -> Result<HttpResponse> {
    let view = DeletionPage {
        page,
        form,
        hint: format!("Your email is {}.", visitor.email),
        errors,
        planned: visitor.delete_at.map(|at| at.format("%-d %B %Y").to_string()),
        has_shop: visitor.shop.is_some(),
    };
    html(status, view.render())
}
