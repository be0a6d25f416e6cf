//! The account's second factor.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::context::Desk;
use super::refusal::Refusal;
use crate::accounts::Qr;
use crate::accounts::sessions::sign_in;
use crate::accounts::{Event, EventKind, Factor, Session as SignIn, User, second_factor};
use crate::error::Result;
use crate::mail::emails;
use crate::text::when;
use crate::web::email_link::private;
use crate::web::visitor::sign_in as keep;
use crate::web::{Flash, Form, FormErrors, Page, RecentlyAuthenticated, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/account/second-factor")
            .route(get().to(show))
            .route(web::post().to(create)),
    )
    .service(web::resource("/account/second-factor/setup").route(web::post().to(set_up)))
    .service(web::resource("/account/second-factor/removal").route(web::post().to(delete)))
    .service(web::resource("/account/recovery-codes").route(web::post().to(renew)));
}

/// What an app needs, by picture and by hand.
struct Setup {
    qr: Qr,
    secret: String,
    uri: String,
}

#[derive(Template)]
#[template(path = "accounts/second_factor.html")]
struct SecondFactorPage {
    page: Page,
    /// Since when it is on.
    on: Option<String>,
    /// Recovery codes that are left.
    left: i64,
    setup: Option<Setup>,
    errors: FormErrors,
    /// an admin who has none yet.
    required: bool,
}

/// The recovery codes, shown this once.
#[derive(Template)]
#[template(path = "accounts/recovery_codes.html")]
struct RecoveryPage {
    page: Page,
    codes: Vec<String>,
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
}

/// `GET /account/second-factor`
async fn show(desk: Desk, page: Page, visitor: RecentlyAuthenticated) -> Result<HttpResponse> {
    answer(&desk, StatusCode::OK, page, &visitor, FormErrors::default()).await
}

/// `POST /account/second-factor/setup`: makes a secret to be switched on.
async fn set_up(desk: Desk, session: Session, visitor: RecentlyAuthenticated) -> Result<HttpResponse> {
    // Or who takes somebody's address first could lock them out of it.
    if !visitor.verified() {
        Flash::warn(
            &session,
            "Confirm your email address first; then set up the second factor.",
        )?;
        return Ok(redirect("/account"));
    }
    let (cipher, user) = (desk.cipher, visitor.user);
    desk.db
        .write_uncached(move |conn| second_factor::set_up(conn, &cipher, user))
        .await?;
    Ok(redirect("/account/second-factor"))
}

/// `POST /account/second-factor`: switches it on with a first code; all other sign-ins end.
async fn create(
    desk: Desk,
    page: Page,
    session: Session,
    visitor: RecentlyAuthenticated,
    Form(form): Form<CodeForm>,
) -> Result<HttpResponse> {
    let (id, session_id, now) = (visitor.user, visitor.session, page.now);
    let wait = desk
        .db
        .write_uncached(move |conn| sign_in::count_code(conn, id, now))
        .await?;
    if let Some(wait) = wait {
        let refusal = Refusal::too_often("codes", wait);
        let errors = FormErrors::one("code", &refusal.message);
        let answer = answer(&desk, refusal.status(), page, &visitor, errors).await;
        return answer.map(|answer| refusal.mark(answer));
    }
    let (outbox, cipher, origin) = (desk.outbox.clone(), desk.cipher.clone(), desk.origin.clone());
    let done = desk
        .db
        .write_uncached(move |conn| {
            let user = User::find(conn, id)?;
            let Some(codes) = second_factor::switch_on(conn, &cipher, &user, &form.code, now)? else {
                return Ok(None);
            };
            sign_in::forgive_codes(conn, id)?;
            Event::record(conn, id, EventKind::FactorOn, "", &origin, now)?;
            let letter = emails::second_factor_on(user.called(), &outbox.link("/forgot"));
            outbox.post(conn, &user.email, &letter, now)?;
            Ok(Some((
                codes,
                SignIn::renew(conn, session_id, Factor::Totp, &origin, now)?,
            )))
        })
        .await?;
    let Some((codes, fresh)) = done else {
        let wrong = "This code is not right. Look at the app again, and at the clock of your phone.";
        let errors = FormErrors::one("code", wrong);
        return answer(&desk, StatusCode::UNPROCESSABLE_ENTITY, page, &visitor, errors).await;
    };
    keep(&session, fresh)?;
    html(StatusCode::OK, RecoveryPage { page, codes }.render()).map(private)
}

/// `POST /account/second-factor/removal`: admins keep theirs.
async fn delete(desk: Desk, page: Page, session: Session, visitor: RecentlyAuthenticated) -> Result<HttpResponse> {
    if visitor.admin {
        Flash::warn(&session, "Operators need a second factor, so it stays on.")?;
        return Ok(redirect("/account/second-factor"));
    }
    let (id, session_id) = (visitor.user, visitor.session);
    let (outbox, origin, now) = (desk.outbox, desk.origin, page.now);
    let fresh = desk
        .db
        .write_uncached(move |conn| {
            let user = User::find(conn, id)?;
            second_factor::switch_off(conn, id, now)?;
            if user.has_factor() {
                Event::record(conn, id, EventKind::FactorOff, "", &origin, now)?;
                let letter = emails::second_factor_off(user.called(), &outbox.link("/forgot"));
                outbox.post(conn, &user.email, &letter, now)?;
            }
            SignIn::renew(conn, session_id, Factor::Password, &origin, now)
        })
        .await?;
    keep(&session, fresh)?;
    Flash::ok(&session, "The second factor is off. All other devices are signed out.")?;
    Ok(redirect("/account/second-factor"))
}

/// `POST /account/recovery-codes`: new ones; the old ones are void.
async fn renew(desk: Desk, page: Page, visitor: RecentlyAuthenticated) -> Result<HttpResponse> {
    let (id, outbox, origin, now) = (visitor.user, desk.outbox, desk.origin, page.now);
    let codes = desk
        .db
        .write_uncached(move |conn| {
            let user = User::find(conn, id)?;
            if !user.has_factor() {
                return Ok(None);
            }
            Event::record(conn, id, EventKind::RecoveryRenewed, "", &origin, now)?;
            let letter = emails::recovery_codes_renewed(user.called(), &outbox.link("/forgot"));
            outbox.post(conn, &user.email, &letter, now)?;
            second_factor::renew_recovery_codes(conn, id, now).map(Some)
        })
        .await?;
    match codes {
        Some(codes) => html(StatusCode::OK, RecoveryPage { page, codes }.render()).map(private),
        None => Ok(redirect("/account/second-factor")),
    }
}

async fn answer(
    desk: &Desk,
    status: StatusCode,
    page: Page,
    visitor: &RecentlyAuthenticated,
    errors: FormErrors,
) -> Result<HttpResponse> {
    let id = visitor.user;
    let (user, left) = desk
        .db
        .read(move |conn| Ok((User::find(conn, id)?, second_factor::recovery_codes_left(conn, id)?)))
        .await?;
    let draft = second_factor::draft(&desk.cipher, &user);
    let setup = draft.and_then(|secret| {
        let uri = secret.uri(page.site.name, &user.email);
        Some(Setup {
            qr: Qr::of(&uri)?,
            secret: secret.base32_grouped(),
            uri,
        })
    });
    let view = SecondFactorPage {
        page,
        on: user.totp_enabled_at.map(when),
        left,
        setup,
        errors,
        required: user.admin && !user.has_factor(),
    };
    html(status, view.render()).map(private)
}
