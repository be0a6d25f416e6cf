//! Where someone is signed in, and the browsers that skip the second factor.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path};
use askama::Template;

use super::context::Desk;
use crate::accounts::{Browser, Event, EventKind, Session as SignIn, User, device};
use crate::error::{Error, Result};
use crate::id::{BrowserId, SessionId};
use crate::text::when;
use crate::web::visitor::sign_in;
use crate::web::{Flash, Page, SignedIn, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/account/devices").route(get().to(index)))
        .service(web::resource("/account/devices/revocation").route(web::post().to(revoke_all)))
        .service(web::resource("/account/devices/{session}/revocation").route(web::post().to(revoke)))
        .service(web::resource("/account/browsers/{browser}/revocation").route(web::post().to(forget)));
}

struct DeviceRow {
    id: SessionId,
    name: String,
    address: String,
    since: String,
    seen: String,
    current: bool,
}

struct BrowserRow {
    id: BrowserId,
    name: String,
    address: String,
    since: String,
    until: String,
}

#[derive(Template)]
#[template(path = "accounts/devices.html")]
struct DevicesPage {
    page: Page,
    devices: Vec<DeviceRow>,
    browsers: Vec<BrowserRow>,
}

/// `GET /account/devices`
async fn index(desk: Desk, page: Page, visitor: SignedIn) -> Result<HttpResponse> {
    let (id, seller, now) = (visitor.user, visitor.shop.is_some(), page.now);
    let (sessions, browsers) = desk
        .db
        .read(move |conn| {
            let user = User::find(conn, id)?;
            Ok((SignIn::list(conn, &user, seller, now)?, Browser::list(conn, id, now)?))
        })
        .await?;
    let device_row = |one: SignIn| DeviceRow {
        id: one.id,
        name: device(&one.agent),
        address: one.address,
        since: when(one.created_at),
        seen: when(one.seen_at),
        current: one.id == visitor.session,
    };
    let browser_row = |one: Browser| BrowserRow {
        id: one.id,
        name: device(&one.agent),
        address: one.address,
        since: when(one.created_at),
        until: when(one.expires_at),
    };
    let view = DevicesPage {
        page,
        devices: sessions.into_iter().map(device_row).collect(),
        browsers: browsers.into_iter().map(browser_row).collect(),
    };
    html(StatusCode::OK, view.render())
}

/// `POST /account/devices/{session}/revocation`: signs one device out.
async fn revoke(desk: Desk, page: Page, session: Session, visitor: SignedIn, id: Path<i64>) -> Result<HttpResponse> {
    let (user, id, origin, now) = (visitor.user, SessionId(id.into_inner()), desk.origin, page.now);
    desk.db
        .write_uncached(move |conn| {
            if !SignIn::end(conn, user, id)? {
                return Err(Error::NotFound);
            }
            Event::record(conn, user, EventKind::DeviceRevoked, "", &origin, now)
        })
        .await?;
    Flash::ok(&session, "That device is signed out.")?;
    Ok(redirect("/account/devices"))
}

/// `POST /account/devices/revocation`: signs out everywhere; this device goes on under a new id.
async fn revoke_all(desk: Desk, page: Page, session: Session, visitor: SignedIn) -> Result<HttpResponse> {
    let (user, id, factor) = (visitor.user, visitor.session, visitor.factor);
    let (origin, now) = (desk.origin, page.now);
    let fresh = desk
        .db
        .write_uncached(move |conn| {
            Event::record(conn, user, EventKind::AllRevoked, "", &origin, now)?;
            SignIn::renew(conn, id, factor, &origin, now)
        })
        .await?;
    sign_in(&session, fresh)?;
    Flash::ok(
        &session,
        "All other devices are signed out, and no browser skips the second factor.",
    )?;
    Ok(redirect("/account/devices"))
}

/// `POST /account/browsers/{browser}/revocation`: this browser is asked for a code again.
async fn forget(desk: Desk, page: Page, session: Session, visitor: SignedIn, id: Path<i64>) -> Result<HttpResponse> {
    let (user, id, origin, now) = (visitor.user, BrowserId(id.into_inner()), desk.origin, page.now);
    desk.db
        .write_uncached(move |conn| {
            if !Browser::forget(conn, user, id)? {
                return Err(Error::NotFound);
            }
            Event::record(conn, user, EventKind::BrowserRevoked, "", &origin, now)
        })
        .await?;
    Flash::ok(&session, "That browser is asked for a code again.")?;
    Ok(redirect("/account/devices"))
}
