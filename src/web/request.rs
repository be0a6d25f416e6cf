//! `Request`: what a handler works with, for each kind of visitor.
//!
//! A handler names who may call it: `SellerRequest` sends everyone else to sign in or to open a shop first. The request
//! then carries the page, the session, the database, and the other services.

use std::future::{Ready, ready};

use actix_session::{Session, SessionExt};
use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use chrono::NaiveDateTime;

use super::forms::errors::FormErrors;
use super::layers::{ClientIp, Policy, RateLimiter, RateLimits};
use super::page::Page;
use super::respond::{self, View};
use super::visitor::{Admin, Buyer, PendingSecondFactor, RecentlyAuthenticated, Seller, SignedIn};
use crate::accounts::{ActionContext, Hasher, Origin};
use crate::checkout::PaymentProcessor;
use crate::crypto::Cipher;
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::images::Pictures;
use crate::mail::Outbox;

/// What handlers work with, made once at start.
pub struct Services {
    pub db: Db,
    pub hasher: Hasher,
    pub outbox: Outbox,
    pub cipher: Cipher,
    pub pictures: Pictures,
    pub processor: PaymentProcessor,
    pub policy: Data<Policy>,
}

/// A request from anyone whom `Who` lets through.
pub struct Request<Who> {
    pub who: Who,
    pub page: Page,
    pub session: Session,
    pub services: Data<Services>,
    pub http: HttpRequest,
}

/// Anyone, signed in or not; `page.visitor` tells.
#[derive(Debug, Clone, Copy)]
pub struct Anyone;

pub type AnyRequest = Request<Anyone>;
pub type BuyerRequest = Request<Buyer>;
pub type UserRequest = Request<SignedIn>;
/// By someone who entered their password in the last 10 minutes.
pub type RecentRequest = Request<RecentlyAuthenticated>;
/// By someone who has not entered the second factor yet.
pub type PendingRequest = Request<PendingSecondFactor>;
pub type SellerRequest = Request<Seller>;
pub type AdminRequest = Request<Admin>;

impl FromRequest for Anyone {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self))
    }
}

impl<Who> FromRequest for Request<Who>
where
    Who: FromRequest<Error = Error, Future = Ready<Result<Who>>>,
{
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(http: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // Who comes first: reading the page takes the flash message out of the cookie.
        ready(Who::from_request(http, payload).into_inner().and_then(|who| {
            let services = http.app_data::<Data<Services>>().cloned();
            Ok(Self {
                who,
                page: Page::from_request(http, payload).into_inner()?,
                session: http.get_session(),
                services: services.ok_or_else(|| Error::Internal(anyhow::anyhow!("the app has no services")))?,
                http: http.clone(),
            })
        }))
    }
}

impl<Who> Request<Who> {
    pub fn now(&self) -> NaiveDateTime {
        self.page.now
    }

    /// As `Db::read`.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.services.db.read(work).await
    }

    /// As `Db::write`.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.services.db.write(work).await
    }

    /// As `Db::write_uncached`.
    pub async fn write_uncached<T, F>(&self, work: F) -> Result<T>
    where
        F: Fn(&mut Conn) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.services.db.write_uncached(work).await
    }

    /// The visitor's address and browser.
    pub fn origin(&self) -> Result<Origin> {
        Origin::extract(&self.http).into_inner()
    }

    /// What a change of an account records and sends.
    pub fn action(&self) -> Result<ActionContext> {
        Ok(ActionContext {
            outbox: self.services.outbox.clone(),
            origin: self.origin()?,
            now: self.now(),
        })
    }

    /// Counts this request against one of the limits per network address.
    ///
    /// # Errors
    /// `RateLimited` when there were too many.
    pub fn limit(&self, class: fn(&RateLimits) -> &RateLimiter) -> Result<()> {
        let client = self.http.extensions().get::<ClientIp>().copied();
        self.services.policy.count(class, client.ok_or(Error::Forbidden)?)
    }

    /// Responds to a form. After a success, `done` responds. After a refusal, the page of `again` is shown, with status
    /// 422 and the message above the form.
    pub async fn respond_to_form<T, V: View>(
        self,
        outcome: Result<T>,
        done: impl FnOnce(&Self, T) -> Result<HttpResponse>,
        again: impl AsyncFnOnce(Self, FormErrors) -> Result<V>,
    ) -> Result<HttpResponse> {
        match outcome {
            Ok(value) => done(&self, value),
            Err(error) => self.respond_to_error(error, again).await,
        }
    }

    /// Responds to a form that failed. After a refusal, the page of `again` is shown, with status 422 and the message
    /// above the form. Other errors are returned.
    pub async fn respond_to_error<V: View>(
        self,
        error: Error,
        again: impl AsyncFnOnce(Self, FormErrors) -> Result<V>,
    ) -> Result<HttpResponse> {
        match error {
            Error::Refused(message) => respond::invalid(&again(self, FormErrors::one("", message)).await?),
            error => Err(error),
        }
    }

    /// Responds with the block of `view` to htmx; everyone else is sent on by `done`.
    pub async fn respond_with_block<V: View>(
        self,
        done: impl FnOnce(&Self) -> Result<HttpResponse>,
        view: impl AsyncFnOnce(Self) -> Result<V>,
    ) -> Result<HttpResponse> {
        if self.page.htmx {
            respond::show(&view(self).await?)
        } else {
            done(&self)
        }
    }
}
