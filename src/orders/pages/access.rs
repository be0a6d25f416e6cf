//! What opens a purchase's page: having bought it, or the link of the letter.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse};

use crate::accounts::hash;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::orders::Purchase;
use crate::web::SignedIn;
use crate::web::email_link::private;

#[derive(Debug, Clone)]
pub struct Key {
    number: String,
    way: Way,
    /// Whoever calls, if they are signed in.
    pub user: Option<UserId>,
}

#[derive(Debug, Clone)]
enum Way {
    Own(UserId),
    Link(String),
}

impl Key {
    /// The purchase, or none for whoever may not see it.
    pub fn open(&self, conn: &mut Conn) -> Result<Purchase> {
        match &self.way {
            Way::Own(user) => Purchase::of_buyer(conn, *user, &self.number),
            Way::Link(token) => Purchase::of_link(conn, &self.number, &hash(token)),
        }
    }

    /// The address of the page; what is done with the purchase hangs below it.
    pub fn base(&self) -> String {
        match &self.way {
            Way::Own(_) => format!("/dashboard/orders/{}", self.number),
            Way::Link(token) => format!("/orders/{}/{token}", self.number),
        }
    }

    pub fn is_link(&self) -> bool {
        matches!(self.way, Way::Link(_))
    }

    /// A page by link is kept nowhere, and nobody elsewhere learns its address.
    pub fn seal(&self, answer: HttpResponse) -> HttpResponse {
        if self.is_link() { private(answer) } else { answer }
    }
}

impl FromRequest for Key {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let visitor = SignedIn::from_request(request, payload).into_inner();
        let user = visitor.as_ref().ok().map(|visitor| visitor.user);
        let part = |name: &str| request.match_info().get(name).map(str::to_owned);
        let number = part("number").unwrap_or_default();
        // No number of ours, and PostgreSQL takes no NUL in a text.
        let fits = |text: &str| {
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        };
        let token = part("token");
        if !fits(&number) || !token.as_deref().is_none_or(fits) {
            return ready(Err(Error::NotFound));
        }
        ready(match token {
            Some(token) => Ok(Self {
                number,
                way: Way::Link(token),
                user,
            }),
            None => visitor.map(|visitor| Self {
                number,
                way: Way::Own(visitor.user),
                user,
            }),
        })
    }
}
