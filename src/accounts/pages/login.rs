//! Signing in and out.

use actix_web::http::header::{HOST, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::rejection::Rejection;
use crate::accounts::sessions::sign_in::{self, CredentialCheck, SignInAttempt, SignInOutcome};
use crate::accounts::{EventKind, Factor, Password, PasswordCheck, Session};
use crate::error::Result;
use crate::id::SessionId;
use crate::orders::claim_guest_orders;
use crate::web::visitor::{browser_token, sign_in as set_session, sign_out};
use crate::web::{
    AnyRequest, Form, FormErrors, NextParams, Page, PendingSecondFactor, Query, get, invalid, local, redirect, show,
    view, with_next,
};

/// Makes the browser delete what it cached of the pages. Browsers ignore it without HTTPS.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
const MAX_LOGIN_LENGTH: usize = 254;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/login")
            .route(get().to(new))
            .route(web::post().to(create)),
    )
    .service(web::resource("/logout").route(web::post().to(delete)));
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LoginForm {
    pub login: String,
    pub next: String,
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/login.html")]
struct LoginPage {
    page: Page,
    form: LoginForm,
    errors: FormErrors,
    /// The market's address, if the page was opened under another. Cookies do not work there.
    canonical_url: Option<String>,
}

view!(LoginPage);

impl LoginPage {
    fn new(request: AnyRequest, mut form: LoginForm, errors: FormErrors) -> Self {
        form.next = local(&form.next, &request.page.site.public_url);
        let canonical_url = canonical_url(&request.http, &request.page);
        Self {
            page: request.page,
            form,
            errors,
            canonical_url,
        }
    }
}

fn canonical_url(http: &HttpRequest, page: &Page) -> Option<String> {
    let origin = page.site.public_url.origin().ascii_serialization();
    let host = http.headers().get(HOST)?.to_str().ok()?;
    (!origin.ends_with(&format!("//{host}"))).then_some(origin)
}

/// `GET /login`
async fn new(request: AnyRequest, Query(params): Query<NextParams>) -> Result<HttpResponse> {
    if request.page.visitor.is_some() {
        return Ok(redirect(&next_page(&params.next, &request.page)));
    }
    let form = LoginForm {
        next: params.next,
        ..LoginForm::default()
    };
    show(&LoginPage::new(request, form, FormErrors::default()))
}

/// `POST /login`: by email address or username. Every failure looks the same.
async fn create(request: AnyRequest, Form(form): Form<LoginForm>) -> Result<HttpResponse> {
    request.limit(|limits| &limits.sign_ins)?;
    let action = request.action()?;
    let login: String = form.login.chars().take(MAX_LOGIN_LENGTH).collect();
    let attempt = request
        .write_uncached(move |conn| sign_in::begin_attempt(conn, &action, &login))
        .await?;
    let check = match attempt {
        SignInAttempt::Allowed(check) => check,
        SignInAttempt::Throttled(wait) => {
            let rejection = Rejection::throttled(wait);
            let errors = FormErrors::one("", format!("{} Or request a new password.", rejection.message));
            return rejection.respond(&LoginPage::new(request, form, errors));
        }
    };
    let Some((session, factor)) = sign_in_with(&request, check, &form.password).await? else {
        let wrong = "The email or password is wrong. Check both, or request a new password.";
        return invalid(&LoginPage::new(request, form, FormErrors::one("", wrong)));
    };
    set_session(&request.session, session)?;
    if let Some(visitor) = request.page.visitor.clone() {
        // The cookie no longer holds the previous session. A copy of the old cookie must not keep it alive.
        request
            .write_uncached(move |conn| Session::end(conn, visitor.user, visitor.session))
            .await?;
    }
    let next = next_page(&form.next, &request.page);
    if factor == Factor::Pending {
        return Ok(redirect(&with_next("/login/code", &next)));
    }
    Ok(redirect(&next))
}

/// Checks the password and starts a session. None: the password is wrong.
async fn sign_in_with(
    request: &AnyRequest,
    mut check: CredentialCheck,
    password: &str,
) -> Result<Option<(SessionId, Factor)>> {
    let browser = browser_token(&request.session);
    // A second attempt, in case a simultaneous request (such as a double click) upgraded the hash.
    for _ in 0..2 {
        let (action, browser) = (request.action()?, browser.clone());
        let password = Password::from_input(password);
        let hasher = &request.services.hasher;
        let upgrade = match hasher.verify(password, check.stored_hash.clone()).await? {
            PasswordCheck::Wrong => {
                request
                    .write_uncached(move |conn| action.record(conn, check.user, EventKind::SignInFailed))
                    .await?;
                return Ok(None);
            }
            PasswordCheck::Right => None,
            PasswordCheck::Upgrade(better) => Some(better),
        };
        let checked = check.clone();
        let outcome = request
            .write_uncached(move |conn| {
                let outcome = sign_in::start_session(conn, &action, &checked, upgrade.as_deref(), browser.as_deref())?;
                if let (SignInOutcome::SignedIn(..), Some(user)) = (&outcome, checked.user) {
                    claim_guest_orders(conn, user, action.now)?;
                }
                Ok(outcome)
            })
            .await?;
        match outcome {
            SignInOutcome::SignedIn(session, factor) => return Ok(Some((session, factor))),
            SignInOutcome::HashChanged(hash) => check.stored_hash = Some(hash),
            SignInOutcome::Rejected => break,
        }
    }
    Ok(None)
}

/// The page to open after signing in.
pub fn next_page(next: &str, page: &Page) -> String {
    match local(next, &page.site.public_url).as_str() {
        "/" => "/account".to_owned(),
        next => next.to_owned(),
    }
}

/// `POST /logout`: deletes the session, so that a copied cookie is useless.
async fn delete(request: AnyRequest) -> Result<HttpResponse> {
    let signed_in = request.page.visitor.clone();
    let pending = || PendingSecondFactor::extract(&request.http).into_inner().ok();
    if let Some(visitor) = signed_in.or_else(|| pending().map(|pending| pending.0)) {
        let action = request.action()?;
        request
            .write_uncached(move |conn| {
                Session::end(conn, visitor.user, visitor.session)?;
                action.record(conn, visitor.user, EventKind::SignedOut)
            })
            .await?;
    }
    sign_out(&request.session);
    let mut response = redirect("/");
    if request.services.policy.production {
        let types = HeaderValue::from_static("\"cache\", \"storage\"");
        response.headers_mut().insert(CLEAR_SITE_DATA, types);
    }
    Ok(response)
}
