//! The account's second factor.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::rejection::Rejection;
use crate::accounts::sessions::sign_in;
use crate::accounts::{Factor, Qr, Session, User, second_factor};
use crate::error::Result;
use crate::text::when;
use crate::web::email_link::private;
use crate::web::visitor::sign_in as set_session;
use crate::web::{Flash, Form, FormErrors, Page, RecentRequest, get, invalid, redirect, show as show_page, view};

const SECOND_FACTOR: &str = "/account/second-factor";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource(SECOND_FACTOR)
            .route(get().to(show))
            .route(web::post().to(create)),
    )
    .service(web::resource("/account/second-factor/setup").route(web::post().to(set_up)))
    .service(web::resource("/account/second-factor/removal").route(web::post().to(delete)))
    .service(web::resource("/account/recovery-codes").route(web::post().to(renew)));
}

/// What an authenticator app needs, to scan or to type.
struct Setup {
    qr: Qr,
    secret: String,
    uri: String,
}

#[derive(Template)]
#[template(path = "accounts/second_factor.html")]
struct SecondFactorPage {
    page: Page,
    /// When it was turned on; None: it is off.
    enabled_since: Option<String>,
    recovery_codes_left: i64,
    setup: Option<Setup>,
    errors: FormErrors,
    /// Whether the user is an admin without a second factor.
    required: bool,
}

view!(SecondFactorPage);

impl SecondFactorPage {
    async fn load(request: RecentRequest, errors: FormErrors) -> Result<Self> {
        let id = request.who.user;
        let (user, recovery_codes_left) = request
            .read(move |conn| Ok((User::find(conn, id)?, second_factor::recovery_codes_left(conn, id)?)))
            .await?;
        let secret = second_factor::pending_secret(&request.services.cipher, &user);
        let setup = secret.and_then(|secret| {
            let uri = secret.uri(request.page.site.name, &user.email);
            Some(Setup {
                qr: Qr::encode(&uri)?,
                secret: secret.base32_grouped(),
                uri,
            })
        });
        Ok(Self {
            page: request.page,
            enabled_since: user.totp_enabled_at.map(when),
            recovery_codes_left,
            setup,
            errors,
            required: user.admin && !user.has_factor(),
        })
    }
}

/// New recovery codes, which are shown only once.
#[derive(Template)]
#[template(path = "accounts/recovery_codes.html")]
struct RecoveryCodesPage {
    page: Page,
    codes: Vec<String>,
}

view!(RecoveryCodesPage);

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
}

/// `GET /account/second-factor`
async fn show(request: RecentRequest) -> Result<HttpResponse> {
    let view = SecondFactorPage::load(request, FormErrors::default()).await?;
    show_page(&view).map(private)
}

/// `POST /account/second-factor/setup`: creates a secret, which is not turned on yet.
async fn set_up(request: RecentRequest) -> Result<HttpResponse> {
    // Otherwise somebody could register another person's address and lock them out of it.
    if !request.who.verified() {
        let message = "Confirm your email address first, then set up two-factor authentication.";
        Flash::warn(&request.session, message)?;
        return Ok(redirect("/account"));
    }
    let (cipher, user) = (request.services.cipher.clone(), request.who.user);
    request
        .write_uncached(move |conn| second_factor::set_up(conn, &cipher, user))
        .await?;
    Ok(redirect(SECOND_FACTOR))
}

/// `POST /account/second-factor`: turns it on with a first code, and ends all other sessions.
async fn create(request: RecentRequest, Form(form): Form<CodeForm>) -> Result<HttpResponse> {
    let (visitor, now) = (request.who.0.clone(), request.now());
    let user = visitor.user;
    let wait = request
        .write_uncached(move |conn| sign_in::count_code_attempt(conn, user, now))
        .await?;
    if let Some(wait) = wait {
        let rejection = Rejection::throttled(wait);
        let errors = FormErrors::one("code", &rejection.message);
        let view = SecondFactorPage::load(request, errors).await?;
        return rejection.respond(&view).map(private);
    }
    let (action, cipher) = (request.action()?, request.services.cipher.clone());
    let turned_on = request
        .write_uncached(move |conn| {
            let user = User::find(conn, visitor.user)?;
            let Some(codes) = second_factor::turn_on(conn, &action, &cipher, &user, &form.code)? else {
                return Ok(None);
            };
            sign_in::reset_code_attempts(conn, user.id)?;
            let session = Session::end_others(conn, &action, visitor.session, Factor::Totp)?;
            Ok(Some((codes, session)))
        })
        .await?;
    let Some((codes, new_session)) = turned_on else {
        let wrong = "This code is wrong. Check the app, and the clock of your phone.";
        let view = SecondFactorPage::load(request, FormErrors::one("code", wrong)).await?;
        return invalid(&view).map(private);
    };
    set_session(&request.session, new_session)?;
    show_recovery_codes(request.page, codes)
}

/// `POST /account/second-factor/removal`: not for admins.
async fn delete(request: RecentRequest) -> Result<HttpResponse> {
    if request.who.admin {
        let message = "Admins need two-factor authentication, so it stays on.";
        Flash::warn(&request.session, message)?;
        return Ok(redirect(SECOND_FACTOR));
    }
    let (action, user, session) = (request.action()?, request.who.user, request.who.session);
    let new_session = request
        .write_uncached(move |conn| second_factor::turn_off(conn, &action, user, session))
        .await?;
    set_session(&request.session, new_session)?;
    let message = "Two-factor authentication is off. All other devices are signed out.";
    Flash::ok(&request.session, message)?;
    Ok(redirect(SECOND_FACTOR))
}

/// `POST /account/recovery-codes`: replaces the recovery codes.
async fn renew(request: RecentRequest) -> Result<HttpResponse> {
    let (action, user) = (request.action()?, request.who.user);
    let codes = request
        .write_uncached(move |conn| second_factor::renew_recovery_codes(conn, &action, user))
        .await?;
    match codes {
        Some(codes) => show_recovery_codes(request.page, codes),
        None => Ok(redirect(SECOND_FACTOR)),
    }
}

fn show_recovery_codes(page: Page, codes: Vec<String>) -> Result<HttpResponse> {
    show_page(&RecoveryCodesPage { page, codes }).map(private)
}
