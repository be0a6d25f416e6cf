//! "Confirm it’s you": asks for the password again before sensitive changes.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::login_code::verify_code;
use super::rejection::Rejection;
use crate::accounts::sessions::sign_in::{self, SignInAttempt};
use crate::accounts::{EventKind, Password, PasswordCheck, Session, User};
use crate::error::Result;
use crate::web::visitor::sign_in as set_session;
use crate::web::{Form, FormErrors, NextParams, Page, Query, UserRequest, get, local, redirect, show, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/confirm")
            .route(get().to(new))
            .route(web::post().to(create)),
    );
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfirmForm {
    password: String,
    code: String,
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/confirm.html")]
struct ConfirmPage {
    page: Page,
    errors: FormErrors,
    next: String,
    /// Whether a code of the second factor is asked for too.
    asks_for_code: bool,
}

view!(ConfirmPage);

impl ConfirmPage {
    fn new(request: UserRequest, next: &str, errors: FormErrors) -> Self {
        Self {
            next: local(next, &request.page.site.public_url),
            asks_for_code: request.who.has_factor(),
            page: request.page,
            errors,
        }
    }
}

/// `GET /confirm`
async fn new(request: UserRequest, Query(params): Query<NextParams>) -> Result<HttpResponse> {
    show(&ConfirmPage::new(request, &params.next, FormErrors::default()))
}

/// `POST /confirm`: counts like a sign-in, and gives the session a new id.
async fn create(request: UserRequest, Form(form): Form<ConfirmForm>) -> Result<HttpResponse> {
    if let Err(rejection) = check_password(&request, &form.password).await? {
        let errors = FormErrors::one("password", &rejection.message);
        return rejection.respond(&ConfirmPage::new(request, &form.next, errors));
    }
    let mut factor = request.who.factor;
    if request.who.has_factor() {
        match verify_code(&request, request.who.user, &form.code).await? {
            Ok(verified) => factor = verified,
            Err(rejection) => {
                let errors = FormErrors::one("code", &rejection.message);
                return rejection.respond(&ConfirmPage::new(request, &form.next, errors));
            }
        }
    }
    let (action, user, session) = (request.action()?, request.who.user, request.who.session);
    let new_session = request
        .write_uncached(move |conn| {
            let user = User::lock(conn, user)?;
            sign_in::reset_attempts(conn, &user, &action.origin)?;
            Session::reauthenticate(conn, &action, session, factor)
        })
        .await?;
    set_session(&request.session, new_session)?;
    Ok(redirect(&local(&form.next, &request.page.site.public_url)))
}

/// Counts the attempt and checks the password.
async fn check_password(request: &UserRequest, password: &str) -> Result<Result<(), Rejection>> {
    let (action, user) = (request.action()?, request.who.user);
    let attempt = request
        .write_uncached(move |conn| sign_in::begin_reauthentication(conn, &action, user))
        .await?;
    let check = match attempt {
        SignInAttempt::Throttled(wait) => return Ok(Err(Rejection::throttled(wait))),
        SignInAttempt::Allowed(check) => check,
    };
    let password = Password::from_input(password);
    let hasher = &request.services.hasher;
    if hasher.verify(password, check.stored_hash).await? != PasswordCheck::Wrong {
        return Ok(Ok(()));
    }
    let (action, user) = (request.action()?, check.user);
    request
        .write_uncached(move |conn| action.record(conn, user, EventKind::ConfirmFailed))
        .await?;
    Ok(Err(Rejection::wrong("Wrong password. Try again.")))
}
