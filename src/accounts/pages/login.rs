//! Signing in and out.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HOST, HeaderName, HeaderValue};
use actix_web::{HttpRequest, web};
use askama::Template;
use serde::Deserialize;

use super::context::Desk;
use super::refusal::Refusal;
use crate::accounts::Password;
use crate::accounts::Verdict;
use crate::accounts::sessions::sign_in;
use crate::accounts::sessions::sign_in::{Claim, Entered, Knock};
use crate::accounts::{self, Event, EventKind, Factor, Visitor};
use crate::error::Result;
use crate::id::SessionId;
use crate::orders::claim_guest_orders;
use crate::web::visitor::{browser, remember_browser, sign_in as keep, sign_out};
use crate::web::{Form, FormErrors, Page, PendingSecondFactor, Query, SignedIn, get, html, local, redirect, with_next};

/// Makes the browser drop what it kept of the pages; only heard over https.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
        web::resource("/login")
            .route(get().to(new))
            .route(web::post().to(create)),
    )
    .service(
        web::resource("/login/code")
            .route(get().to(code))
            .route(web::post().to(complete)),
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
    /// The market's own address, when the page was opened under another: no cookie of ours would come back.
    elsewhere: Option<String>,
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

#[derive(Deserialize)]
struct NextQuery {
    #[serde(default)]
    next: String,
}

/// `GET /login`
async fn new(page: Page, request: HttpRequest, Query(NextQuery { next }): Query<NextQuery>) -> Result<HttpResponse> {
    if page.visitor.is_some() {
        return Ok(redirect(&after(&next, &page)));
    }
    let form = LoginForm {
        next,
        ..LoginForm::default()
    };
    answer(StatusCode::OK, page, &request, form, FormErrors::default())
}

/// `POST /login`: by email address or username; every failure looks alike.
async fn create(
    desk: Desk,
    page: Page,
    session: Session,
    request: HttpRequest,
    Form(form): Form<LoginForm>,
) -> Result<HttpResponse> {
    desk.count(|limits| &limits.sign_ins)?;
    let (outbox, origin, now) = (desk.outbox.clone(), desk.origin.clone(), page.now);
    let login: String = form.login.chars().take(254).collect();
    let knock = desk
        .db
        .write_uncached(move |conn| sign_in::knock(conn, &outbox, &login, &origin, now))
        .await?;
    let claim = match knock {
        Knock::Rest(wait) => {
            let refusal = Refusal::too_often("tries", wait);
            let errors = FormErrors::one("", format!("{} Or ask for a new password.", refusal.message));
            return answer(refusal.status(), page, &request, form, errors).map(|answer| refusal.mark(answer));
        }
        Knock::Open(claim) => claim,
    };
    let entered = enter(&desk, claim, &form.password, browser(&session), &page).await?;
    let Some((id, factor)) = entered else {
        let wrong = "That email or username and password do not go together. Check both, or ask for a new password.";
        let errors = FormErrors::one("", wrong);
        return answer(StatusCode::UNPROCESSABLE_ENTITY, page, &request, form, errors);
    };
    keep(&session, id)?;
    if let Some(before) = &page.visitor {
        // The cookie forgets the sign-in that it held, so nobody should be able to go on with a copy of it.
        let (user, old) = (before.user, before.session);
        desk.db
            .write_uncached(move |conn| accounts::Session::end(conn, user, old))
            .await?;
    }
    let next = after(&form.next, &page);
    if factor == Factor::Pending {
        return Ok(redirect(&with_next("/login/code", &next)));
    }
    Ok(redirect(&next))
}

async fn enter(
    desk: &Desk,
    mut claim: Claim,
    typed: &str,
    browser: Option<String>,
    page: &Page,
) -> Result<Option<(SessionId, Factor)>> {
    // Once more when the hash was made anew meanwhile: many press a button twice.
    for _ in 0..2 {
        let (origin, now, browser) = (desk.origin.clone(), page.now, browser.clone());
        let password = Password::typed(typed);
        let upgrade = match desk.hasher.verify(password, claim.stored.clone()).await? {
            Verdict::Wrong => {
                desk.db
                    .write_uncached(move |conn| sign_in::failed(conn, &claim, EventKind::SignInFailed, &origin, now))
                    .await?;
                return Ok(None);
            }
            Verdict::Right => None,
            Verdict::Upgrade(better) => Some(better),
        };
        let shown = claim.clone();
        let entered = desk
            .db
            .write_uncached(move |conn| {
                let entered = sign_in::enter(conn, &shown, upgrade.as_deref(), browser.as_deref(), &origin, now)?;
                if let (Entered::In(..), Some(user)) = (&entered, shown.user) {
                    claim_guest_orders(conn, user, now)?;
                }
                Ok(entered)
            })
            .await?;
        match entered {
            Entered::In(id, factor) => return Ok(Some((id, factor))),
            Entered::Changed(stored) => claim.stored = Some(stored),
            Entered::Out => break,
        }
    }
    Ok(None)
}

/// Where someone goes who is signed in.
fn after(next: &str, page: &Page) -> String {
    match local(next, &page.site.public_url).as_str() {
        "/" => "/account".to_owned(),
        next => next.to_owned(),
    }
}

fn answer(
    status: StatusCode,
    page: Page,
    request: &HttpRequest,
    mut form: LoginForm,
    errors: FormErrors,
) -> Result<HttpResponse> {
    form.next = local(&form.next, &page.site.public_url);
    let site = &page.site.public_url;
    let ours = site.origin().ascii_serialization();
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let elsewhere = host.is_some_and(|host| !ours.ends_with(&format!("//{host}")));
    let elsewhere = elsewhere.then_some(ours);
    html(
        status,
        LoginPage {
            page,
            form,
            errors,
            elsewhere,
        }
        .render(),
    )
}

/// `GET /login/code`: the second step.
async fn code(
    page: Page,
    _half: PendingSecondFactor,
    Query(NextQuery { next }): Query<NextQuery>,
) -> Result<HttpResponse> {
    let next = local(&next, &page.site.public_url);
    let errors = FormErrors::default();
    html(StatusCode::OK, CodePage { page, errors, next }.render())
}

/// `POST /login/code`: a code of the app or a recovery code.
async fn complete(
    desk: Desk,
    page: Page,
    half: PendingSecondFactor,
    session: Session,
    Form(form): Form<CodeForm>,
) -> Result<HttpResponse> {
    let next = after(&form.next, &page);
    let factor = match show_code(&desk, &half.0, &form.code, &page).await? {
        Ok(factor) => factor,
        Err(refusal) => {
            let errors = FormErrors::one("code", &refusal.message);
            let view = CodePage { page, errors, next };
            return html(refusal.status(), view.render()).map(|answer| refusal.mark(answer));
        }
    };
    let (user, id, remember) = (half.user, half.session, form.remember == "on");
    let (origin, now) = (desk.origin, page.now);
    let done = desk
        .db
        .write_uncached(move |conn| sign_in::complete(conn, id, user, factor, remember, &origin, now))
        .await?;
    let Some((id, browser)) = done else {
        return Ok(redirect("/login"));
    };
    keep(&session, id)?;
    if let Some(plain) = browser {
        remember_browser(&session, plain)?;
    }
    Ok(redirect(&next))
}

/// Counts a code, then looks at it; else why it was not taken.
pub async fn show_code(desk: &Desk, visitor: &Visitor, typed: &str, page: &Page) -> Result<Result<Factor, Refusal>> {
    let (user, now) = (visitor.user, page.now);
    let wait = desk
        .db
        .write_uncached(move |conn| sign_in::count_code(conn, user, now))
        .await?;
    if let Some(wait) = wait {
        return Ok(Err(Refusal::too_often("codes", wait)));
    }
    let (outbox, cipher) = (desk.outbox.clone(), desk.cipher.clone());
    let (origin, typed) = (desk.origin.clone(), typed.to_owned());
    let factor = desk
        .db
        .write_uncached(move |conn| sign_in::take_code(conn, (&outbox, &cipher), user, &typed, &origin, now))
        .await?;
    let wrong = "This code is not right, or it was used before. Wait for the next one, or type a recovery code.";
    Ok(factor.ok_or_else(|| Refusal::wrong(wrong)))
}

/// `POST /logout`: the row goes, so that a copied cookie dies with it.
async fn delete(
    desk: Desk,
    session: Session,
    page: Page,
    visitor: Result<SignedIn>,
    half: Result<PendingSecondFactor>,
) -> Result<HttpResponse> {
    let visitor = visitor.map(|visitor| visitor.0).or(half.map(|half| half.0));
    if let Ok(visitor) = visitor {
        let (origin, now) = (desk.origin, page.now);
        desk.db
            .write_uncached(move |conn| {
                accounts::Session::end(conn, visitor.user, visitor.session)?;
                Event::record(conn, visitor.user, EventKind::SignedOut, "", &origin, now)
            })
            .await?;
    }
    sign_out(&session);
    let mut answer = redirect("/");
    if desk.policy.production {
        let all = HeaderValue::from_static("\"cache\", \"storage\"");
        answer.headers_mut().insert(CLEAR_SITE_DATA, all);
    }
    Ok(answer)
}
