//! Pages of people: sign up, sign in, letters' links, and the account.

mod activity;
mod addresses;
mod confirm;
mod data;
mod deletion;
mod devices;
mod email;
mod email_links;
mod login;
mod password;
mod picture;
mod profile;
mod register;
mod reset;
mod second_factor;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::{self, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use chrono::TimeDelta;

use super::Origin;
use super::passwords::hasher::Hasher;
use crate::crypto::Cipher;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::mail::Outbox;
use crate::web::layers::{ClientIp, Policy, RateLimiter, RateLimits};

pub fn routes(to: &mut web::ServiceConfig) {
    register::routes(to);
    login::routes(to);
    email_links::routes(to);
    reset::routes(to);
    confirm::routes(to);
    profile::routes(to);
    picture::routes(to);
    addresses::routes(to);
    email::routes(to);
    password::routes(to);
    second_factor::routes(to);
    devices::routes(to);
    activity::routes(to);
    data::routes(to);
    deletion::routes(to);
}

/// What the pages of people work with.
pub struct Desk {
    db: Data<Db>,
    hasher: Data<Hasher>,
    outbox: Data<Outbox>,
    cipher: Data<Cipher>,
    policy: Data<Policy>,
    address: ClientIp,
    origin: Origin,
}

impl Desk {
    /// Counts one of a class from this visitor's address.
    fn count(&self, class: fn(&RateLimits) -> &RateLimiter) -> Result<()> {
        self.policy.count(class, self.address)
    }
}

impl FromRequest for Desk {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        fn data<T: 'static>(request: &HttpRequest) -> Result<Data<T>> {
            let missing = || Error::Internal(anyhow::anyhow!("the app's data is not complete"));
            request.app_data::<Data<T>>().cloned().ok_or_else(missing)
        }
        let address = request.extensions().get::<ClientIp>().copied();
        let origin = Origin::from_request(request, payload).into_inner();
        ready((|| {
            Ok(Self {
                db: data(request)?,
                hasher: data(request)?,
                outbox: data(request)?,
                cipher: data(request)?,
                policy: data(request)?,
                address: address.ok_or(Error::Forbidden)?,
                origin: origin?,
            })
        })())
    }
}

/// `in 2 minutes`, rounded up.
fn rest(wait: TimeDelta) -> String {
    let seconds = wait.num_seconds().max(1);
    match seconds {
        1 => "in a second".to_owned(),
        2..=90 => format!("in {seconds} seconds"),
        _ => format!("in {} minutes", (seconds + 59) / 60),
    }
}

/// Why a password or a code was not taken.
struct Refusal {
    message: String,
    /// How long until the next try counts.
    wait: Option<TimeDelta>,
}

impl Refusal {
    fn wrong(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            wait: None,
        }
    }

    fn too_often(what: &str, wait: TimeDelta) -> Self {
        Self {
            message: format!("There were many wrong {what}. Try again {}.", rest(wait)),
            wait: Some(wait),
        }
    }

    fn status(&self) -> StatusCode {
        match self.wait {
            Some(_) => StatusCode::TOO_MANY_REQUESTS,
            None => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// Tells programs too how long to wait.
    fn mark(&self, mut answer: HttpResponse) -> HttpResponse {
        if let Some(wait) = self.wait {
            let seconds = HeaderValue::from(wait.num_seconds() + 1);
            answer.headers_mut().insert(RETRY_AFTER, seconds);
        }
        answer
    }
}
