//! Links from emails. Opening one changes nothing; its button does.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::email_change::{self, EmailChangeOutcome};
use crate::accounts::sessions::sign_in::initial_factor;
use crate::accounts::{
    ActionContext, CurrentSession, Factor, Purpose, Session, Token, User, Visitor, send_verification, verify_email,
};
use crate::db::Conn;
use crate::error::Result;
use crate::id::SessionId;
use crate::orders::claim_guest_orders;
use crate::web::email_link::{self, LinkQuery, private};
use crate::web::visitor::{browser_token, sign_in as set_session, sign_out};
use crate::web::{AnyRequest, Flash, Page, Query, UserRequest, get, redirect, respond, show, view};

const VERIFY: &str = "/verify";
const CONFIRM: &str = "/email/confirm";
const UNDO: &str = "/email/undo";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource(VERIFY)
            .route(get().to(show_verify))
            .route(web::post().to(verify)),
    )
    .service(web::resource("/verify/resend").route(web::post().to(resend)))
    .service(
        web::resource(CONFIRM)
            .route(get().to(show_confirm))
            .route(web::post().to(confirm)),
    )
    .service(
        web::resource(UNDO)
            .route(get().to(show_undo))
            .route(web::post().to(undo)),
    );
}

/// What a link does, and the button that does it.
#[derive(Template)]
#[template(path = "accounts/email_link.html")]
struct LinkPage {
    page: Page,
    title: &'static str,
    text: String,
    button: &'static str,
    action: &'static str,
    danger: bool,
    aside: &'static str,
}

view!(LinkPage);

/// A link that is used, expired or unknown, and where to go instead.
#[derive(Template)]
#[template(path = "accounts/email_link_gone.html")]
struct LinkGonePage {
    page: Page,
    title: &'static str,
    text: &'static str,
    href: &'static str,
    label: &'static str,
}

view!(LinkGonePage);

/// `GET /verify`
async fn show_verify(request: AnyRequest, Query(query): Query<LinkQuery>) -> Result<HttpResponse> {
    if let Some(redirect) = query.move_to_cookie(&request.session, VERIFY)? {
        return Ok(redirect);
    }
    let Some((_, user)) = token_and_user(&request, VERIFY, Purpose::Verify).await? else {
        return link_expired(request.page, "/account", "Go to your account");
    };
    show(&LinkPage {
        page: request.page,
        title: "Confirm your account",
        text: format!(
            "The account {} was created with {}. Is it yours?",
            user.username, user.email
        ),
        button: "Yes, this is my account",
        action: VERIFY,
        danger: false,
        aside: "If you didn’t create this account, close this page.",
    })
    .map(private)
}

/// `POST /verify`: verifies the address and signs in.
async fn verify(request: AnyRequest) -> Result<HttpResponse> {
    let token = email_link::token(&request.session, VERIFY);
    let browser = browser_token(&request.session);
    let (action, visitor) = (request.action()?, request.page.visitor.clone());
    let signed_in = request
        .write_uncached(move |conn| {
            let visitor = visitor.as_deref();
            let current = visitor.and_then(|visitor| CurrentSession::find(conn, visitor.session).ok());
            let Some(user) = verify_email(conn, &action, &token)? else {
                return Ok(None);
            };
            claim_guest_orders(conn, user.id, action.now)?;
            if let Some(visitor) = visitor {
                // Otherwise this browser would be listed twice among the devices.
                Session::end(conn, visitor.user, visitor.session)?;
            }
            let own = visitor.filter(|visitor| visitor.user == user.id);
            if let (Some(visitor), Some(current)) = (own, current) {
                let session = current.reissue(conn, &action, visitor.factor)?;
                return Ok(Some((session, visitor.factor)));
            }
            let factor = initial_factor(conn, &user, browser.as_deref(), action.now)?;
            let session = Session::start(conn, &action, user.id, factor, None)?;
            Ok(Some((session, factor)))
        })
        .await?;
    email_link::forget(&request.session, VERIFY);
    let Some((session, factor)) = signed_in else {
        return link_expired(request.page, "/account", "Go to your account");
    };
    set_session(&request.session, session)?;
    if factor == Factor::Pending {
        return Ok(private(redirect("/login/code")));
    }
    let message = "Your email address is confirmed, and you are signed in.";
    Flash::ok(&request.session, message)?;
    Ok(private(redirect("/account")))
}

/// `POST /verify/resend`: at most once in five minutes. The response is the same when no email is sent.
async fn resend(request: UserRequest) -> Result<HttpResponse> {
    let (action, user) = (request.action()?, request.who.user);
    request
        .write_uncached(move |conn| {
            let user = User::find(conn, user)?;
            send_verification(conn, &action, &user)
        })
        .await?;
    Flash::ok(
        &request.session,
        "We sent you an email. If it doesn’t arrive within five minutes, check your spam folder.",
    )?;
    Ok(redirect("/account"))
}

/// `GET /email/confirm`
async fn show_confirm(request: AnyRequest, Query(query): Query<LinkQuery>) -> Result<HttpResponse> {
    if let Some(redirect) = query.move_to_cookie(&request.session, CONFIRM)? {
        return Ok(redirect);
    }
    let Some((token, user)) = token_and_user(&request, CONFIRM, Purpose::EmailChange).await? else {
        return link_expired(request.page, "/account/email", "Request a new link");
    };
    show(&LinkPage {
        page: request.page,
        title: "Confirm your new address",
        text: format!("The account {} will get its emails at {}.", user.username, token.email),
        button: "Use this address",
        action: CONFIRM,
        danger: false,
        aside: "This signs out all devices. Sign in with the new address afterwards.",
    })
    .map(private)
}

/// `POST /email/confirm`
async fn confirm(request: AnyRequest) -> Result<HttpResponse> {
    let token = email_link::token(&request.session, CONFIRM);
    let (action, visitor) = (request.action()?, request.page.visitor.clone());
    let (outcome, new_session) = request
        .write(move |conn| confirm_and_stay_signed_in(conn, &action, &token, visitor.as_deref()))
        .await?;
    email_link::forget(&request.session, CONFIRM);
    match outcome {
        EmailChangeOutcome::Changed(_) => {
            let next = if let Some(session) = new_session {
                set_session(&request.session, session)?;
                "/account/email"
            } else {
                sign_out(&request.session);
                "/login"
            };
            Flash::ok(
                &request.session,
                "Your new address is confirmed. We sent a notice to the old one.",
            )?;
            Ok(private(redirect(next)))
        }
        EmailChangeOutcome::AddressTaken => address_taken(request.page),
        EmailChangeOutcome::LinkExpired => link_expired(request.page, "/account/email", "Request a new link"),
    }
}

/// Changes the address, which ends all sessions of its user. If the visitor is this user, also returns the new id of
/// their session.
fn confirm_and_stay_signed_in(
    conn: &mut Conn,
    action: &ActionContext,
    token: &str,
    visitor: Option<&Visitor>,
) -> Result<(EmailChangeOutcome, Option<SessionId>)> {
    let current = visitor
        .map(|visitor| CurrentSession::find(conn, visitor.session))
        .transpose()?;
    let outcome = email_change::confirm(conn, action, token)?;
    let new_session = match (&outcome, visitor, current) {
        (EmailChangeOutcome::Changed(user), Some(visitor), Some(current)) if *user == visitor.user => {
            Some(current.reissue(conn, action, visitor.factor)?)
        }
        _ => None,
    };
    Ok((outcome, new_session))
}

/// `GET /email/undo`
async fn show_undo(request: AnyRequest, Query(query): Query<LinkQuery>) -> Result<HttpResponse> {
    if let Some(redirect) = query.move_to_cookie(&request.session, UNDO)? {
        return Ok(redirect);
    }
    let Some((token, user)) = token_and_user(&request, UNDO, Purpose::EmailUndo).await? else {
        return link_expired(request.page, "/login", "Sign in");
    };
    show(&LinkPage {
        page: request.page,
        title: "Restore your old address",
        text: format!(
            "The account {} will get its emails at {} again.",
            user.username, token.email
        ),
        button: "Restore it",
        action: UNDO,
        danger: true,
        aside: "This signs out all devices. Choose a new password right afterwards, because somebody may know the old one.",
    })
    .map(private)
}

/// `POST /email/undo`
async fn undo(request: AnyRequest) -> Result<HttpResponse> {
    let token = email_link::token(&request.session, UNDO);
    let action = request.action()?;
    let outcome = request
        .write(move |conn| email_change::undo(conn, &action, &token))
        .await?;
    email_link::forget(&request.session, UNDO);
    match outcome {
        EmailChangeOutcome::Changed(_) => {
            sign_out(&request.session);
            let message = "Your old address is restored. Now choose a new password.";
            Flash::ok(&request.session, message)?;
            Ok(private(redirect("/forgot")))
        }
        EmailChangeOutcome::AddressTaken => address_taken(request.page),
        EmailChangeOutcome::LinkExpired => link_expired(request.page, "/login", "Sign in"),
    }
}

/// The token that the cookie holds for this page, and its user. None when it is not valid.
async fn token_and_user(request: &AnyRequest, path: &str, purpose: Purpose) -> Result<Option<(Token, User)>> {
    let (token, now) = (email_link::token(&request.session, path), request.now());
    request
        .read(move |conn| {
            let Some(token) = Token::peek(conn, purpose, &token, now)? else {
                return Ok(None);
            };
            let user = User::find(conn, token.user)?;
            Ok(Some((token, user)))
        })
        .await
}

/// The page for a link that is used, expired or unknown.
pub fn link_expired(page: Page, href: &'static str, label: &'static str) -> Result<HttpResponse> {
    let view = LinkGonePage {
        page,
        title: "This link no longer works",
        text: "It was already used, replaced by a newer one, or it has expired.",
        href,
        label,
    };
    respond(StatusCode::GONE, &view).map(private)
}

fn address_taken(page: Page) -> Result<HttpResponse> {
    let view = LinkGonePage {
        page,
        title: "This address is in use",
        text: "Another account now uses this address, so nothing was changed.",
        href: "/account/email",
        label: "Choose another address",
    };
    respond(StatusCode::CONFLICT, &view).map(private)
}
