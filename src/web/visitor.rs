//! The visitor: loaded once per request, and given to handlers by what they require.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::sync::Arc;

use actix_session::{Session, SessionExt};
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, USER_AGENT};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::cart_cookie::{forget_cart, guest_cart};
use super::layers::{ClientIp, is_file};
use crate::accounts::{self, Factor, Origin, ShopRef, Visitor};
use crate::carts::{self, CartOwner};
use crate::clock::now;
use crate::db::Db;
use crate::error::{Error, Result, Step};
use crate::id::{CartId, SessionId, UserId};

/// Key of the session id in the cookie.
const SESSION: &str = "session";
/// Key of the token that lets this browser skip the second factor.
const BROWSER_TOKEN: &str = "browser";

/// The layer that loads the visitor. Runs inside the session layer and around the handlers.
///
/// # Errors
/// The database cannot be read.
pub async fn load_visitor(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let session = request.get_session();
    let id = session.get::<i64>(SESSION).ok().flatten().map(SessionId);
    let (Some(id), false) = (id, is_file(request.path())) else {
        return next.call(request).await;
    };
    if let Some(mut visitor) = visitor_of(&request, id).await? {
        merge_guest_cart(&request, &session, &mut visitor).await;
        request.extensions_mut().insert(Arc::new(visitor));
    } else {
        sign_out(&session);
    }
    let mut response = next.call(request).await?;
    // Responses to signed-in users must not be cached.
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn visitor_of(request: &ServiceRequest, id: SessionId) -> Result<Option<Visitor>> {
    let Some(db) = request.app_data::<Data<Db>>() else {
        return Ok(None);
    };
    let now = now();
    let visitor = db.read(move |conn| Visitor::of_session(conn, id, now)).await?;
    if visitor.as_ref().is_some_and(|visitor| visitor.needs_touch(now)) {
        let seen = db
            .write_uncached(move |conn| accounts::Session::touch(conn, id, now))
            .await;
        // A page that only reads must not fail because writing fails.
        if let Err(error) = seen {
            tracing::warn!(%error, "could not record the last visit of a session");
        }
    }
    Ok(visitor)
}

/// Moves the items of a guest's cart into the user's cart after they signed in.
async fn merge_guest_cart(request: &ServiceRequest, session: &Session, visitor: &mut Visitor) {
    let (Some((cart, _)), Some(db)) = (guest_cart(session), request.app_data::<Data<Db>>()) else {
        return;
    };
    if visitor.factor == Factor::Pending {
        return;
    }
    let (user, now) = (visitor.user, now());
    match db.write_uncached(move |conn| carts::merge(conn, cart, user, now)).await {
        Ok(item_count) => {
            visitor.in_cart = Some(item_count);
            forget_cart(session);
        }
        // The cart is still in the cookie, so the next request tries again.
        Err(error) => tracing::warn!(%error, "could not merge a guest's cart"),
    }
}

/// Stores the session in the cookie.
///
/// # Errors
/// The cookie cannot be written.
pub fn sign_in(session: &Session, id: SessionId) -> Result<()> {
    session.renew();
    session
        .insert(SESSION, id.0)
        .map_err(|error| Error::internal(error, "could not store the session in the cookie"))
}

/// Removes the session from the cookie. The token of a remembered browser stays.
pub fn sign_out(session: &Session) {
    session.remove(SESSION);
}

/// The token that lets a remembered browser skip the second factor.
pub fn browser_token(session: &Session) -> Option<String> {
    session.get(BROWSER_TOKEN).ok().flatten()
}

/// Stores the token of a remembered browser in the cookie.
///
/// # Errors
/// The cookie cannot be written.
pub fn remember_browser(session: &Session, token: String) -> Result<()> {
    session
        .insert(BROWSER_TOKEN, token)
        .map_err(|error| Error::internal(error, "could not store the token of the browser in the cookie"))
}

/// The visitor, even if the second factor is still missing.
fn visitor(request: &HttpRequest) -> Option<Arc<Visitor>> {
    request.extensions().get::<Arc<Visitor>>().cloned()
}

/// The visitor, if they are fully signed in.
pub fn signed_in(request: &HttpRequest) -> Option<Arc<Visitor>> {
    visitor(request).filter(|visitor| visitor.factor != Factor::Pending)
}

/// Defines an extractor with a rule: it returns the visitor, or the step that is required first.
macro_rules! extractor {
    ($(#[$doc:meta])* $name:ident, $rule:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name(pub Arc<Visitor>);

        impl Deref for $name {
            type Target = Visitor;

            fn deref(&self) -> &Visitor {
                &self.0
            }
        }

        impl FromRequest for $name {
            type Error = Error;
            type Future = Ready<Result<Self>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let rule: fn(&HttpRequest) -> Result<Arc<Visitor>> = $rule;
                ready(rule(request).map(Self))
            }
        }
    };
}

fn signed_in_or_else(request: &HttpRequest) -> Result<Arc<Visitor>> {
    signed_in(request).ok_or(Error::StepRequired(Step::SignIn))
}

extractor!(
    /// A signed-in user.
    SignedIn,
    signed_in_or_else
);

extractor!(
    /// A user who entered their password in the last 10 minutes.
    RecentlyAuthenticated,
    |request| {
        let visitor = signed_in_or_else(request)?;
        // A remembered browser replaces the second factor at sign-in, but not here.
        if visitor.recently_authenticated(now()) && visitor.factor != Factor::Browser {
            Ok(visitor)
        } else {
            Err(Error::StepRequired(Step::Confirm))
        }
    }
);

extractor!(
    /// A user who entered the password but not the second factor yet. They may only enter the second factor.
    PendingSecondFactor,
    |request| {
        visitor(request)
            .filter(|visitor| visitor.factor == Factor::Pending)
            .ok_or(Error::StepRequired(Step::SignIn))
    }
);

extractor!(
    /// An admin who signed in with a second factor.
    Admin,
    |request| {
        let visitor = signed_in_or_else(request)?;
        if !visitor.admin {
            Err(Error::Forbidden)
        } else if visitor.factor.is_second() {
            Ok(visitor)
        } else {
            Err(Error::StepRequired(Step::SecondFactor))
        }
    }
);

/// A user with a shop.
#[derive(Debug, Clone)]
pub struct Seller {
    pub visitor: Arc<Visitor>,
    pub shop: ShopRef,
}

impl FromRequest for Seller {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(signed_in_or_else(request).and_then(|visitor| {
            let shop = visitor.shop.clone().ok_or(Error::StepRequired(Step::OpenShop))?;
            Ok(Self { visitor, shop })
        }))
    }
}

/// A buyer: a user, or a guest who may have a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buyer {
    Guest(Option<CartId>),
    User(UserId),
}

impl Buyer {
    /// None for a guest without a cart.
    pub fn cart_owner(self) -> Option<CartOwner> {
        match self {
            Self::Guest(cart) => cart.map(CartOwner::Guest),
            Self::User(user) => Some(CartOwner::User(user)),
        }
    }
}

impl FromRequest for Buyer {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(match signed_in(request) {
            Some(visitor) => Self::User(visitor.user),
            None => Self::Guest(guest_cart(&request.get_session()).map(|(cart, _)| cart)),
        }))
    }
}

impl FromRequest for Origin {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let agent = request.headers().get(USER_AGENT).map(HeaderValue::as_bytes);
        let agent = String::from_utf8_lossy(agent.unwrap_or_default());
        let address = request.extensions().get::<ClientIp>().copied();
        let unknown = || Error::Internal(anyhow::anyhow!("the request has no client address"));
        ready(address.ok_or_else(unknown).map(|address| Self::new(address.0, &agent)))
    }
}
