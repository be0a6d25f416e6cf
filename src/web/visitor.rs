//! Who visits: read once a request, and handed to handlers by what they may do.

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
use super::site::now;
use crate::accounts::{self, Factor, Origin, ShopRef, Visitor};
use crate::carts::{self, CartOwner};
use crate::db::Db;
use crate::error::{Error, Result, Step};
use crate::id::{CartId, SessionId, UserId};

/// Where the cookie keeps the id of the sign-in.
const SESSION: &str = "session";
/// Where the cookie keeps what lets this browser skip the second factor.
const BROWSER: &str = "browser";

/// The layer that recognizes who calls; inside the cookie's, outside the pages.
///
/// # Errors
/// The database cannot be read.
pub async fn recognize(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let session = request.get_session();
    let id = session.get::<i64>(SESSION).ok().flatten().map(SessionId);
    let (Some(id), false) = (id, is_file(request.path())) else {
        return next.call(request).await;
    };
    if let Some(mut visitor) = visitor_of(&request, id).await? {
        bring_cart(&request, &session, &mut visitor).await;
        request.extensions_mut().insert(Arc::new(visitor));
    } else {
        sign_out(&session);
    }
    let mut answer = next.call(request).await?;
    // Nothing that somebody sees while signed in is kept anywhere.
    answer
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
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
        // To be read must not depend on being able to write.
        if let Err(error) = seen {
            tracing::warn!(%error, "a visit could not be written down");
        }
    }
    Ok(visitor)
}

/// Who filled a cart as a guest and then signed in, by whichever way, has it among their own from now on.
async fn bring_cart(request: &ServiceRequest, session: &Session, visitor: &mut Visitor) {
    let (Some((cart, _)), Some(db)) = (guest_cart(session), request.app_data::<Data<Db>>()) else {
        return;
    };
    if visitor.factor == Factor::Pending {
        return;
    }
    let (user, now) = (visitor.user, now());
    match db.write_uncached(move |conn| carts::merge(conn, cart, user, now)).await {
        Ok(pieces) => {
            visitor.in_cart = Some(pieces);
            forget_cart(session);
        }
        // The cookie still knows it: the next page tries again.
        Err(error) => tracing::warn!(%error, "a guest's cart could not be brought along"),
    }
}

/// The cookie holds this sign-in from now on.
///
/// # Errors
/// The cookie cannot be written.
pub fn sign_in(session: &Session, id: SessionId) -> Result<()> {
    session.renew();
    session
        .insert(SESSION, id.0)
        .map_err(|error| Error::internal(error, "the sign-in could not be kept"))
}

/// The cookie forgets the sign-in; what belongs to the browser stays.
pub fn sign_out(session: &Session) {
    session.remove(SESSION);
}

/// What lets this browser skip the second factor, if it was told to be remembered.
pub fn browser(session: &Session) -> Option<String> {
    session.get(BROWSER).ok().flatten()
}

/// # Errors
/// The cookie cannot be written.
pub fn remember_browser(session: &Session, plain: String) -> Result<()> {
    session
        .insert(BROWSER, plain)
        .map_err(|error| Error::internal(error, "the browser could not be remembered"))
}

/// Whoever was recognized, even halfway.
fn recognized(request: &HttpRequest) -> Option<Arc<Visitor>> {
    request.extensions().get::<Arc<Visitor>>().cloned()
}

/// Whoever is signed in, all the way.
pub fn signed_in(request: &HttpRequest) -> Option<Arc<Visitor>> {
    recognized(request).filter(|visitor| visitor.factor != Factor::Pending)
}

/// Makes an extractor of a rule: who may come in, or what has to be done first.
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
    /// Someone who is signed in.
    SignedIn,
    signed_in_or_else
);

extractor!(
    /// Someone who showed their password just now.
    RecentlyAuthenticated,
    |request| {
        let visitor = signed_in_or_else(request)?;
        // A remembered browser spares the code at the door, not here.
        if visitor.recently_authenticated(now()) && visitor.factor != Factor::Browser {
            Ok(visitor)
        } else {
            Err(Error::StepRequired(Step::Confirm))
        }
    }
);

extractor!(
    /// Someone whose second factor is still asked for: they have no rights but to show it.
    PendingSecondFactor,
    |request| {
        recognized(request)
            .filter(|visitor| visitor.factor == Factor::Pending)
            .ok_or(Error::StepRequired(Step::SignIn))
    }
);

extractor!(
    /// an admin, who showed a second factor.
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

/// Someone who runs a shop.
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

/// Someone who buys, with an account or without; a guest may have a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buyer {
    Guest(Option<CartId>),
    User(UserId),
}

impl Buyer {
    /// None: a guest without a cart.
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
        let unknown = || Error::Internal(anyhow::anyhow!("a request came without an address"));
        ready(address.ok_or_else(unknown).map(|address| Self::new(address.0, &agent)))
    }
}
