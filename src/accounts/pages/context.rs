//! What the account pages work with.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::accounts::{Hasher, Origin};
use crate::crypto::Cipher;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::mail::Outbox;
use crate::web::layers::{ClientIp, Policy, RateLimiter, RateLimits};

/// What the pages of people work with.
pub struct Desk {
    pub db: Data<Db>,
    pub hasher: Data<Hasher>,
    pub outbox: Data<Outbox>,
    pub cipher: Data<Cipher>,
    pub policy: Data<Policy>,
    pub address: ClientIp,
    pub origin: Origin,
}

impl Desk {
    /// Counts one of a class from this visitor's address.
    pub fn count(&self, class: fn(&RateLimits) -> &RateLimiter) -> Result<()> {
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
