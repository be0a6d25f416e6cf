//! The account's password.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::context::Desk;
use crate::accounts::Password;
use crate::accounts::passwords::change;
use crate::accounts::{Device, EventKind, User};
use crate::error::Result;
use crate::web::visitor::sign_in;
use crate::web::{Flash, Form, FormErrors, Page, RecentlyAuthenticated, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/account/password")
            .route(get().to(edit))
            .route(web::post().to(update)),
    );
}

#[derive(Deserialize)]
struct PasswordForm {
    #[serde(default)]
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/password.html")]
struct PasswordPage {
    page: Page,
    errors: FormErrors,
}

/// `GET /account/password`
async fn edit(page: Page, _visitor: RecentlyAuthenticated) -> Result<HttpResponse> {
    let errors = FormErrors::default();
    html(StatusCode::OK, PasswordPage { page, errors }.render())
}

/// `POST /account/password`: all other devices are signed out, and this one goes on under a new id.
async fn update(
    desk: Desk,
    page: Page,
    session: Session,
    visitor: RecentlyAuthenticated,
    Form(form): Form<PasswordForm>,
) -> Result<HttpResponse> {
    let (id, session_id, factor) = (visitor.user, visitor.session, visitor.factor);
    let user = desk.db.read(move |conn| User::find(conn, id)).await?;
    let own = [&user.email, &user.username, &user.first_name, &user.last_name].map(String::as_str);
    let password = match Password::parse(&form.password, &own) {
        Ok(password) => password,
        Err(problem) => {
            let errors = FormErrors::one("password", problem);
            return html(StatusCode::UNPROCESSABLE_ENTITY, PasswordPage { page, errors }.render());
        }
    };
    let hash = desk.hasher.hash(password).await?;
    let (outbox, origin, now) = (desk.outbox, desk.origin, page.now);
    let fresh = desk
        .db
        .write_uncached(move |conn| {
            let device = Device::of(conn, session_id)?;
            change::set(conn, &outbox, id, &hash, EventKind::PasswordChanged, &origin, now)?;
            device.go_on(conn, factor, &origin, now)
        })
        .await?;
    sign_in(&session, fresh)?;
    Flash::ok(&session, "Your new password is set. All other devices are signed out.")?;
    Ok(redirect("/account/password"))
}
