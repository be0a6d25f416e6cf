//! The devices where a user is signed in, and the browsers that skip the second factor.

use actix_web::HttpResponse;
use actix_web::web::{self, Path};
use askama::Template;

use crate::accounts::{EventKind, Session, TrustedBrowser, User, device_name};
use crate::error::{Error, Result};
use crate::id::{BrowserId, SessionId};
use crate::text::when;
use crate::web::visitor::sign_in as set_session;
use crate::web::{Flash, Page, UserRequest, get, redirect, show, view};

const DEVICES: &str = "/account/devices";

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource(DEVICES).route(get().to(index)))
        .service(web::resource("/account/devices/revocation").route(web::post().to(revoke_all)))
        .service(web::resource("/account/devices/{session}/revocation").route(web::post().to(revoke)))
        .service(web::resource("/account/browsers/{browser}/revocation").route(web::post().to(revoke_browser)));
}

struct DeviceRow {
    id: SessionId,
    name: String,
    address: String,
    since: String,
    seen: String,
    current: bool,
}

impl DeviceRow {
    fn new(session: Session, current: SessionId) -> Self {
        Self {
            id: session.id,
            name: device_name(&session.agent),
            address: session.address,
            since: when(session.created_at),
            seen: when(session.seen_at),
            current: session.id == current,
        }
    }
}

struct BrowserRow {
    id: BrowserId,
    name: String,
    address: String,
    since: String,
    until: String,
}

impl BrowserRow {
    fn new(browser: TrustedBrowser) -> Self {
        Self {
            id: browser.id,
            name: device_name(&browser.agent),
            address: browser.address,
            since: when(browser.created_at),
            until: when(browser.expires_at),
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/devices.html")]
struct DevicesPage {
    page: Page,
    devices: Vec<DeviceRow>,
    browsers: Vec<BrowserRow>,
}

view!(DevicesPage);

/// `GET /account/devices`
async fn index(request: UserRequest) -> Result<HttpResponse> {
    let (id, is_seller, now) = (request.who.user, request.who.shop.is_some(), request.now());
    let (sessions, browsers) = request
        .read(move |conn| {
            let user = User::find(conn, id)?;
            let sessions = Session::of_user(conn, &user, is_seller, now)?;
            Ok((sessions, TrustedBrowser::of_user(conn, id, now)?))
        })
        .await?;
    let current = request.who.session;
    show(&DevicesPage {
        page: request.page,
        devices: sessions
            .into_iter()
            .map(|session| DeviceRow::new(session, current))
            .collect(),
        browsers: browsers.into_iter().map(BrowserRow::new).collect(),
    })
}

/// `POST /account/devices/{session}/revocation`: signs out one device.
async fn revoke(request: UserRequest, id: Path<i64>) -> Result<HttpResponse> {
    let (action, user, id) = (request.action()?, request.who.user, SessionId(id.into_inner()));
    request
        .write_uncached(move |conn| {
            if !Session::end(conn, user, id)? {
                return Err(Error::NotFound);
            }
            action.record(conn, user, EventKind::DeviceRevoked)
        })
        .await?;
    Flash::ok(&request.session, "That device is signed out.")?;
    Ok(redirect(DEVICES))
}

/// `POST /account/devices/revocation`: signs out all other devices; this one gets a new session id.
async fn revoke_all(request: UserRequest) -> Result<HttpResponse> {
    let (action, visitor) = (request.action()?, request.who.0.clone());
    let new_session = request
        .write_uncached(move |conn| {
            action.record(conn, visitor.user, EventKind::AllRevoked)?;
            Session::end_others(conn, &action, visitor.session, visitor.factor)
        })
        .await?;
    set_session(&request.session, new_session)?;
    let message = "All other devices are signed out, and all browsers must enter a code again.";
    Flash::ok(&request.session, message)?;
    Ok(redirect(DEVICES))
}

/// `POST /account/browsers/{browser}/revocation`: the browser no longer skips the second factor.
async fn revoke_browser(request: UserRequest, id: Path<i64>) -> Result<HttpResponse> {
    let (action, user, id) = (request.action()?, request.who.user, BrowserId(id.into_inner()));
    request
        .write_uncached(move |conn| {
            if !TrustedBrowser::revoke(conn, user, id)? {
                return Err(Error::NotFound);
            }
            action.record(conn, user, EventKind::BrowserRevoked)
        })
        .await?;
    Flash::ok(&request.session, "That browser must enter a code again.")?;
    Ok(redirect(DEVICES))
}
