//! A password or a code that was not accepted.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use chrono::TimeDelta;

/// `in 2 minutes`, rounded up.
pub fn rest(wait: TimeDelta) -> String {
    let seconds = wait.num_seconds().max(1);
    match seconds {
        1 => "in a second".to_owned(),
        2..=90 => format!("in {seconds} seconds"),
        _ => format!("in {} minutes", (seconds + 59) / 60),
    }
}

/// Why a password or a code was not taken.
pub struct Refusal {
    pub message: String,
    /// How long until the next try counts.
    pub wait: Option<TimeDelta>,
}

impl Refusal {
    pub fn wrong(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            wait: None,
        }
    }

    pub fn too_often(what: &str, wait: TimeDelta) -> Self {
        Self {
            message: format!("There were many wrong {what}. Try again {}.", rest(wait)),
            wait: Some(wait),
        }
    }

    pub fn status(&self) -> StatusCode {
        match self.wait {
            Some(_) => StatusCode::TOO_MANY_REQUESTS,
            None => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// Tells programs too how long to wait.
    pub fn mark(&self, mut answer: HttpResponse) -> HttpResponse {
        if let Some(wait) = self.wait {
            let seconds = HeaderValue::from(wait.num_seconds() + 1);
            answer.headers_mut().insert(RETRY_AFTER, seconds);
        }
        answer
    }
}
