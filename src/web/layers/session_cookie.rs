//! The session cookie: its name, lifetime and keys.

use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_session::storage::CookieSessionStore;
use actix_session::{SessionExt, SessionMiddleware, SessionStatus};
use actix_web::body::MessageBody;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, Key, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::config::SecretKeys;

/// How long a browser keeps the cookie.
const COOKIE_TTL: Duration = Duration::days(90);

/// Makes and reads the session cookie.
#[derive(Clone)]
pub struct SessionCookie {
    /// Newest first.
    keys: Vec<Key>,
    production: bool,
}

impl SessionCookie {
    pub fn new(keys: &SecretKeys, production: bool) -> Self {
        Self {
            keys: keys.all().map(Key::from).collect(),
            production,
        }
    }

    pub fn name(&self) -> &'static str {
        if self.production {
            "__Host-pocketshop"
        } else {
            "pocketshop"
        }
    }

    pub(super) fn newest(&self) -> &Key {
        &self.keys[0]
    }

    pub(super) fn older(&self) -> &[Key] {
        &self.keys[1..]
    }

    /// The session layer. It stores the session in one encrypted cookie, and sets none for an empty session.
    pub fn layer(&self) -> SessionMiddleware<CookieSessionStore> {
        SessionMiddleware::builder(CookieSessionStore::default(), self.newest().clone())
            .cookie_name(self.name().to_owned())
            .cookie_secure(self.production)
            .cookie_http_only(true)
            .cookie_same_site(SameSite::Lax)
            .cookie_content_security(CookieContentSecurity::Private)
            .session_lifecycle(PersistentSession::default().session_ttl(COOKIE_TTL))
            .build()
    }

    /// The cookie as the session layer makes it, not encrypted yet.
    pub(super) fn with(&self, value: String) -> Cookie<'static> {
        Cookie::build(self.name(), value)
            .secure(self.production)
            .http_only(true)
            .same_site(SameSite::Lax)
            .path("/")
            .max_age(COOKIE_TTL)
            .finish()
    }
}

/// Deletes the cookie of a session that has become empty. Done after the handler, because nothing can be stored in a purged
/// session. Runs just inside the session layer.
///
/// # Errors
/// None of its own.
pub async fn remove_empty_cookie<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let session = request.get_session();
    let response = next.call(request).await?;
    if session.status() != SessionStatus::Unchanged && session.entries().is_empty() {
        session.purge();
    }
    Ok(response)
}
