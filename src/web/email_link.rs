//! Links in emails: the token moves from the address into the cookie, where it stays until the button is pressed.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, REFERRER_POLICY};
use serde::Deserialize;

use super::redirect;
use crate::error::{Error, Result};

#[derive(Deserialize)]
pub struct LinkQuery {
    token: Option<String>,
}

impl LinkQuery {
    /// Moves the token into the cookie: stores it and redirects to the same page without it. None if there is no token.
    ///
    /// # Errors
    /// The cookie cannot be written.
    pub fn move_to_cookie(self, session: &Session, path: &str) -> Result<Option<HttpResponse>> {
        let Some(token) = self.token.filter(|token| token.len() <= 100) else {
            return Ok(None);
        };
        session
            .insert(path, token)
            .map_err(|error| Error::internal(error, "the token of a link could not be stored in the cookie"))?;
        Ok(Some(private(redirect(path))))
    }
}

/// The token of the page at this path. It stays in the cookie.
pub fn token(session: &Session, path: &str) -> String {
    session.get(path).ok().flatten().unwrap_or_default()
}

/// Removes the token after it was used or found invalid.
pub fn forget(session: &Session, path: &str) {
    session.remove(path);
}

/// Makes a response private: it is not cached, and its address is not sent to other sites.
pub fn private(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}
