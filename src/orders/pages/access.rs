//! Access to the page of a purchase: the buyer's sign-in, or the link in a guest's email.

use std::future::{Ready, ready};

use actix_session::Session;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse};

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::orders::Purchase;
use crate::web::email_link::private;
use crate::web::{Flash, Request, SignedIn, redirect};

/// A request for a purchase's page, or for something below it.
pub type PurchaseRequest = Request<PurchaseAccess>;

#[derive(Debug, Clone)]
pub struct PurchaseAccess {
    number: String,
    grant: Grant,
    /// The visitor's account, if they are signed in.
    pub user: Option<UserId>,
}

#[derive(Debug, Clone)]
enum Grant {
    Buyer(UserId),
    Link { token: String },
}

impl PurchaseAccess {
    /// Loads the purchase.
    ///
    /// # Errors
    /// `NotFound` if there is no such purchase, or if the visitor has no access to it.
    pub fn open(&self, conn: &mut Conn) -> Result<Purchase> {
        match &self.grant {
            Grant::Buyer(user) => Purchase::placed_of_buyer(conn, *user, &self.number),
            Grant::Link { token } => Purchase::placed_of_link(conn, &self.number, token),
        }
    }

    /// The path of the page. The paths of all actions on the purchase start with it.
    pub fn base(&self) -> String {
        match &self.grant {
            Grant::Buyer(_) => format!("/dashboard/orders/{}", self.number),
            Grant::Link { token } => format!("/orders/{}/{token}", self.number),
        }
    }

    pub fn is_link(&self) -> bool {
        matches!(self.grant, Grant::Link { .. })
    }

    /// For a link: sets the headers that keep the response out of caches and its address out of `Referer`.
    pub fn protect(&self, response: HttpResponse) -> HttpResponse {
        if self.is_link() { private(response) } else { response }
    }

    pub fn redirect(&self, to: &str) -> HttpResponse {
        self.protect(redirect(to))
    }

    /// Redirects to the purchase's page with a message.
    pub fn redirect_with_flash(&self, session: &Session, message: impl Into<String>) -> Result<HttpResponse> {
        Flash::ok(session, message)?;
        Ok(self.redirect(&self.base()))
    }

    /// Redirects to the purchase's page with a warning.
    pub fn redirect_with_warning(&self, session: &Session, message: impl Into<String>) -> Result<HttpResponse> {
        Flash::warn(session, message)?;
        Ok(self.redirect(&self.base()))
    }
}

impl FromRequest for PurchaseAccess {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = SignedIn::from_request(request, payload).into_inner();
        let user = visitor.as_ref().ok().map(|visitor| visitor.user);
        let segment = |name: &str| request.match_info().get(name).map(str::to_owned);
        let number = segment("number").unwrap_or_default();
        // No number or token has other characters, and PostgreSQL refuses texts with a NUL.
        let is_valid = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        let token = segment("token");
        if !is_valid(&number) || !token.as_deref().is_none_or(is_valid) {
            return ready(Err(Error::NotFound));
        }
        ready(match token {
            Some(token) => Ok(Self {
                number,
                grant: Grant::Link { token },
                user,
            }),
            None => visitor.map(|visitor| Self {
                number,
                grant: Grant::Buyer(visitor.user),
                user,
            }),
        })
    }
}
