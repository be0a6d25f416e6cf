//! Links from letters: a look at one changes nothing, its button does.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::context::Desk;
use crate::accounts::email_change::{self, Changed};
use crate::accounts::sessions::sign_in::first_factor;
use crate::accounts::{Device, Factor, Purpose, Session as SignIn, Token, User, send_verification, verify as prove};
use crate::error::Result;
use crate::orders::gather;
use crate::web::email_link::{self, LinkQuery, private};
use crate::web::visitor::{browser, sign_in, sign_out};
use crate::web::{Flash, Page, Query, SignedIn, get, html, redirect};

const VERIFY: &str = "/verify";
const CONFIRM: &str = "/email/confirm";
const UNDO: &str = "/email/undo";

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(
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
    title: String,
    text: String,
    button: String,
    action: String,
    danger: bool,
    aside: String,
}

/// A link that is used, expired or unknown, and a way on.
#[derive(Template)]
#[template(path = "accounts/email_link_gone.html")]
struct LinkGonePage {
    page: Page,
    title: String,
    text: String,
    way: String,
    label: String,
}

/// `GET /verify`
async fn show_verify(desk: Desk, page: Page, session: Session, Query(query): Query<LinkQuery>) -> Result<HttpResponse> {
    if let Some(on) = query.keep(&session, VERIFY)? {
        return Ok(on);
    }
    let Some((_, user)) = peek(&desk, &page, &session, VERIFY, Purpose::Verify).await? else {
        return gone(page, "/account", "Go to your account");
    };
    show(&LinkPage {
        page,
        title: "Confirm your account".to_owned(),
        text: format!(
            "The account {} was made with {}. Is it yours?",
            user.username, user.email
        ),
        button: "Yes, this is my account".to_owned(),
        action: VERIFY.to_owned(),
        danger: false,
        aside: "If you did not make this account, leave this page: without you it cannot open a shop.".to_owned(),
    })
}

/// `POST /verify`: confirms the address and signs in.
async fn verify(desk: Desk, page: Page, session: Session) -> Result<HttpResponse> {
    let (token, browser) = (email_link::token(&session, VERIFY), browser(&session));
    let (before, origin, now) = (page.visitor.clone(), desk.origin.clone(), page.now);
    let done = desk
        .db
        .write_uncached(move |conn| {
            let device = before.as_ref().and_then(|one| Device::of(conn, one.session).ok());
            let Some(user) = prove(conn, &token, &origin, now)? else {
                return Ok(None);
            };
            gather(conn, user.id, now)?;
            // This browser's sign-in so far makes way, so that it is not among the devices twice.
            if let Some(one) = &before {
                SignIn::end(conn, one.user, one.session)?;
            }
            let own = before.as_ref().filter(|one| one.user == user.id);
            if let (Some(one), Some(device)) = (own, device) {
                return Ok(Some((device.go_on(conn, one.factor, &origin, now)?, one.factor)));
            }
            let factor = first_factor(conn, &user, browser.as_deref(), now)?;
            Ok(Some((
                SignIn::start(conn, user.id, factor, None, &origin, now)?,
                factor,
            )))
        })
        .await?;
    email_link::forget(&session, VERIFY);
    let Some((id, factor)) = done else {
        return gone(page, "/account", "Go to your account");
    };
    sign_in(&session, id)?;
    if factor == Factor::Pending {
        return Ok(private(redirect("/login/code")));
    }
    Flash::ok(&session, "Your email address is confirmed, and you are signed in.")?;
    Ok(private(redirect("/account")))
}

/// `POST /verify/resend`: once in five minutes; who asks more often hears the same.
async fn resend(desk: Desk, page: Page, session: Session, visitor: SignedIn) -> Result<HttpResponse> {
    let (user, outbox, now) = (visitor.user, desk.outbox, page.now);
    desk.db
        .write_uncached(move |conn| {
            let user = User::find(conn, user)?;
            send_verification(conn, &outbox, &user, now)
        })
        .await?;
    Flash::ok(
        &session,
        "A letter is on its way. If it does not come within five minutes, look in the spam folder.",
    )?;
    Ok(redirect("/account"))
}

/// `GET /email/confirm`
async fn show_confirm(
    desk: Desk,
    page: Page,
    session: Session,
    Query(query): Query<LinkQuery>,
) -> Result<HttpResponse> {
    if let Some(on) = query.keep(&session, CONFIRM)? {
        return Ok(on);
    }
    let Some((token, user)) = peek(&desk, &page, &session, CONFIRM, Purpose::EmailChange).await? else {
        return gone(page, "/account/email", "Ask for a new link");
    };
    show(&LinkPage {
        page,
        title: "Confirm your new address".to_owned(),
        text: format!(
            "From now on, the account {} gets its letters at {}.",
            user.username, token.email
        ),
        button: "Use this address".to_owned(),
        action: CONFIRM.to_owned(),
        danger: false,
        aside: "All devices are signed out by it. Sign in with the new address afterwards.".to_owned(),
    })
}

/// `POST /email/confirm`
async fn confirm(desk: Desk, page: Page, session: Session) -> Result<HttpResponse> {
    let token = email_link::token(&session, CONFIRM);
    let (outbox, origin, now) = (desk.outbox, desk.origin, page.now);
    let who = page.visitor.clone();
    let (changed, again) = desk
        .db
        .write(move |conn| {
            let device = who
                .as_ref()
                .map(|visitor| Device::of(conn, visitor.session))
                .transpose()?;
            let changed = email_change::confirm(conn, &outbox, &token, &origin, now)?;
            // Who did it on a device where they are signed in stays so, under a new id.
            let again = match (&changed, &who, device) {
                (Changed::Done(user), Some(visitor), Some(device)) if *user == visitor.user => {
                    Some(device.go_on(conn, visitor.factor, &origin, now)?)
                }
                _ => None,
            };
            Ok((changed, again))
        })
        .await?;
    email_link::forget(&session, CONFIRM);
    match changed {
        Changed::Done(_) => {
            match again {
                Some(id) => sign_in(&session, id)?,
                None => sign_out(&session),
            }
            Flash::ok(&session, "Your new address is confirmed. We told the old one.")?;
            Ok(private(redirect(if again.is_some() {
                "/account/email"
            } else {
                "/login"
            })))
        }
        Changed::Taken => taken(page),
        Changed::Gone => gone(page, "/account/email", "Ask for a new link"),
    }
}

/// `GET /email/undo`
async fn show_undo(desk: Desk, page: Page, session: Session, Query(query): Query<LinkQuery>) -> Result<HttpResponse> {
    if let Some(on) = query.keep(&session, UNDO)? {
        return Ok(on);
    }
    let Some((token, user)) = peek(&desk, &page, &session, UNDO, Purpose::EmailUndo).await? else {
        return gone(page, "/login", "Sign in");
    };
    show(&LinkPage {
        page,
        title: "Bring the old address back".to_owned(),
        text: format!(
            "The account {} gets its letters at {} again.",
            user.username, token.email
        ),
        button: "Bring it back".to_owned(),
        action: UNDO.to_owned(),
        danger: true,
        aside: "All devices are signed out. Ask for a new password right after, since somebody may know the old one."
            .to_owned(),
    })
}

/// `POST /email/undo`
async fn undo(desk: Desk, page: Page, session: Session) -> Result<HttpResponse> {
    let token = email_link::token(&session, UNDO);
    let (outbox, origin, now) = (desk.outbox, desk.origin, page.now);
    let changed = desk
        .db
        .write(move |conn| email_change::undo(conn, &outbox, &token, &origin, now))
        .await?;
    email_link::forget(&session, UNDO);
    match changed {
        Changed::Done(_) => {
            sign_out(&session);
            Flash::ok(&session, "Your old address is back. Now choose a new password.")?;
            Ok(private(redirect("/forgot")))
        }
        Changed::Taken => taken(page),
        Changed::Gone => gone(page, "/login", "Sign in"),
    }
}

/// What the token in the cookie stands for, and whose it is.
async fn peek(
    desk: &Desk,
    page: &Page,
    session: &Session,
    path: &str,
    purpose: Purpose,
) -> Result<Option<(Token, User)>> {
    let (token, now) = (email_link::token(session, path), page.now);
    desk.db
        .read(move |conn| {
            let Some(token) = Token::peek(conn, purpose, &token, now)? else {
                return Ok(None);
            };
            let user = User::find(conn, token.user)?;
            Ok(Some((token, user)))
        })
        .await
}

fn show(view: &LinkPage) -> Result<HttpResponse> {
    html(StatusCode::OK, view.render()).map(private)
}

/// The page for a link that does nothing any more.
pub fn gone(page: Page, way: &str, label: &str) -> Result<HttpResponse> {
    let view = LinkGonePage {
        page,
        title: "This link is no longer good".to_owned(),
        text: "It was used already, a newer letter took its place, or its time ran out.".to_owned(),
        way: way.to_owned(),
        label: label.to_owned(),
    };
    html(StatusCode::GONE, view.render()).map(private)
}

fn taken(page: Page) -> Result<HttpResponse> {
    let view = LinkGonePage {
        page,
        title: "This address is in use".to_owned(),
        text: "Another account has this address by now, so nothing was changed.".to_owned(),
        way: "/account/email".to_owned(),
        label: "Choose another address".to_owned(),
    };
    html(StatusCode::CONFLICT, view.render()).map(private)
}
