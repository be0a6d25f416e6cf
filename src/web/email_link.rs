//! A link from a letter: its token leaves the address at once and waits in the cookie for the button.

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
    /// The way on to the same page without the token, which waits in the cookie; None when there is none to keep.
    ///
    /// # Errors
    /// The cookie cannot be written.
    pub fn keep(self, session: &Session, path: &str) -> Result<Option<HttpResponse>> {
        let Some(token) = self.token.filter(|token| token.len() <= 100) else {
            return Ok(None);
        };
        session
            .insert(path, token)
            .map_err(|error| Error::internal(error, "a link could not be kept"))?;
        Ok(Some(private(redirect(path))))
    }
}

/// The token that waits for the page at this path; looking at it changes nothing.
pub fn token(session: &Session, path: &str) -> String {
    session.get(path).ok().flatten().unwrap_or_default()
}

/// The link was used, or is of no use.
pub fn forget(session: &Session, path: &str) {
    session.remove(path);
}

/// Nobody keeps this answer, and nobody elsewhere learns its address.
pub fn private(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer
}
