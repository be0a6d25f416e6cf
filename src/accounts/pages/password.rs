//! The account's password.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::accounts::passwords::change;
use crate::accounts::{CurrentSession, EventKind, Password, User};
use crate::error::Result;
use crate::web::visitor::sign_in as set_session;
use crate::web::{Flash, Form, FormErrors, Page, RecentRequest, get, invalid, redirect, show, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
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

view!(PasswordPage);

/// `GET /account/password`
async fn edit(request: RecentRequest) -> Result<HttpResponse> {
    show(&PasswordPage {
        page: request.page,
        errors: FormErrors::default(),
    })
}

/// `POST /account/password`: signs out all other devices, and gives this session a new id.
async fn update(request: RecentRequest, Form(form): Form<PasswordForm>) -> Result<HttpResponse> {
    let visitor = request.who.0.clone();
    let id = visitor.user;
    let user = request.read(move |conn| User::find(conn, id)).await?;
    let password = match Password::parse(&form.password, &user.personal_words()) {
        Ok(password) => password,
        Err(message) => {
            return invalid(&PasswordPage {
                page: request.page,
                errors: FormErrors::one("password", message),
            });
        }
    };
    let hash = request.services.hasher.hash(password).await?;
    let action = request.action()?;
    let new_session = request
        .write_uncached(move |conn| {
            let current = CurrentSession::find(conn, visitor.session)?;
            change::set_password(conn, &action, id, &hash, EventKind::PasswordChanged)?;
            current.reissue(conn, &action, visitor.factor)
        })
        .await?;
    set_session(&request.session, new_session)?;
    let message = "Password saved. All other devices are signed out.";
    Flash::ok(&request.session, message)?;
    Ok(redirect("/account/password"))
}
