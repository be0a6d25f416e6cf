//! "Is it you?": the password again, before what matters most.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::context::Desk;
use super::login::show_code;
use super::refusal::Refusal;
use crate::accounts::Password;
use crate::accounts::Verdict;
use crate::accounts::sessions::sign_in;
use crate::accounts::sessions::sign_in::Knock;
use crate::accounts::{EventKind, Session as SignIn, User};
use crate::error::Result;
use crate::web::visitor::sign_in as keep;
use crate::web::{Form, FormErrors, Page, Query, SignedIn, get, html, local, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
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
    /// Whether a code is asked for too.
    factor: bool,
}

#[derive(Deserialize)]
struct NextQuery {
    #[serde(default)]
    next: String,
}

/// `GET /confirm`
async fn new(page: Page, visitor: SignedIn, Query(NextQuery { next }): Query<NextQuery>) -> Result<HttpResponse> {
    answer(StatusCode::OK, page, &visitor, &next, FormErrors::default())
}

/// `POST /confirm`: counts like a sign-in, and gives the session a new id.
async fn create(
    desk: Desk,
    page: Page,
    session: Session,
    visitor: SignedIn,
    Form(form): Form<ConfirmForm>,
) -> Result<HttpResponse> {
    let refuse = |page, field, refusal: Refusal| {
        let errors = FormErrors::one(field, &refusal.message);
        answer(refusal.status(), page, &visitor, &form.next, errors).map(|answer| refusal.mark(answer))
    };
    let (outbox, origin, now) = (desk.outbox.clone(), desk.origin.clone(), page.now);
    let user = visitor.user;
    let knock = desk
        .db
        .write_uncached(move |conn| sign_in::knock_again(conn, &outbox, user, &origin, now))
        .await?;
    let claim = match knock {
        Knock::Rest(wait) => {
            return refuse(page, "password", Refusal::too_often("tries", wait));
        }
        Knock::Open(claim) => claim,
    };
    let password = Password::typed(&form.password);
    if matches!(
        desk.hasher.verify(password, claim.stored.clone()).await?,
        Verdict::Wrong
    ) {
        let origin = desk.origin.clone();
        desk.db
            .write_uncached(move |conn| sign_in::failed(conn, &claim, EventKind::ConfirmFailed, &origin, now))
            .await?;
        return refuse(
            page,
            "password",
            Refusal::wrong("This is not your password. Try again."),
        );
    }
    let mut factor = visitor.factor;
    if visitor.has_factor() {
        match show_code(&desk, &visitor, &form.code, &page).await? {
            Ok(shown) => factor = shown,
            Err(refusal) => return refuse(page, "code", refusal),
        }
    }
    let (old, origin) = (visitor.session, desk.origin.clone());
    let fresh = desk
        .db
        .write_uncached(move |conn| {
            let held = User::hold(conn, user)?;
            sign_in::forgive(conn, &held, &origin)?;
            SignIn::confirm(conn, old, factor, &origin, now)
        })
        .await?;
    keep(&session, fresh)?;
    Ok(redirect(&local(&form.next, &page.site.public_url)))
}

fn answer(status: StatusCode, page: Page, visitor: &SignedIn, next: &str, errors: FormErrors) -> Result<HttpResponse> {
    let next = local(next, &page.site.public_url);
    let factor = visitor.has_factor();
    let view = ConfirmPage {
        page,
        errors,
        next,
        factor,
    };
    html(status, view.render())
}
