//! The responses to a password or a code that was not accepted.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use chrono::TimeDelta;

use crate::error::Result;
use crate::web::{View, respond};

/// Why a password or a code was not accepted.
pub struct Rejection {
    pub message: String,
    /// How long until the next attempt is allowed, if there were too many.
    retry_after: Option<TimeDelta>,
}

impl Rejection {
    /// The password or code is wrong.
    pub fn wrong(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            retry_after: None,
        }
    }

    /// There were too many failed attempts.
    pub fn throttled(wait: TimeDelta) -> Self {
        Self {
            message: format!("Too many failed attempts. Try again {}.", in_words(wait)),
            retry_after: Some(wait),
        }
    }

    /// The form again: status 429 with `Retry-After` if there were too many attempts, else 422.
    pub fn respond(&self, view: &impl View) -> Result<HttpResponse> {
        let Some(wait) = self.retry_after else {
            return respond(StatusCode::UNPROCESSABLE_ENTITY, view);
        };
        let mut response = respond(StatusCode::TOO_MANY_REQUESTS, view)?;
        let seconds = HeaderValue::from(wait.num_seconds() + 1);
        response.headers_mut().insert(RETRY_AFTER, seconds);
        Ok(response)
    }
}

/// `in 2 minutes`, rounded up.
fn in_words(wait: TimeDelta) -> String {
    let seconds = wait.num_seconds().max(1);
    match seconds {
        1 => "in a second".to_owned(),
        2..=90 => format!("in {seconds} seconds"),
        _ => format!("in {} minutes", (seconds + 59) / 60),
    }
}
