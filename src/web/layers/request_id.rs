//! The id of a request: in the log, in the response headers, and on the error page.

use std::fmt;

use actix_web::http::header::HeaderValue;

/// 64 random bits, written as 16 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    pub fn random() -> Self {
        // If the system has no random bytes, the id is zero. The request should not fail for that.
        Self(getrandom::u64().unwrap_or_default())
    }

    pub fn to_header(self) -> HeaderValue {
        HeaderValue::try_from(self.to_string()).unwrap_or(HeaderValue::from_static(""))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
