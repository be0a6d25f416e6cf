//! What stands around every page: who calls, what is let in, what every answer carries, what happens when one breaks.

mod address;
mod body;
mod compress;
mod first;
mod guard;
mod headers;
mod key_rotation;
pub mod limits;
mod passing;
mod rate_limit;
mod request_id;
mod session_cookie;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use actix_session::SessionExt;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpResponse, ResponseError};
use futures_util::FutureExt;
use ipnet::IpNet;
use url::Url;

use super::error_page::{self, Cause};
use super::theme::Theme;
use super::traffic::Traffic;
use crate::config::{Limit, Limits};
use crate::error::Error;

pub use address::ClientIp;
pub use guard::is_file;
pub use key_rotation::key_rotation;
pub use rate_limit::RateLimiter;
pub use request_id::RequestId;
pub use session_cookie::{SessionCookie, no_empty_cookie};

use body::Body;
use compress::Coding;

/// What the layers need to know, taken once from the configuration.
pub struct Policy {
    /// Scheme, host and port of `PUBLIC_URL`, as browsers write them in `Origin`.
    pub origin: String,
    /// Host and port of `PUBLIC_URL`, as browsers write them in `Host`.
    pub host: String,
    /// `PUBLIC_URL` is https.
    pub production: bool,
    pub trusted_proxies: Vec<IpNet>,
    /// None: off.
    pub rate_limit: Option<RateLimits>,
    /// All that passed.
    pub traffic: Traffic,
}

/// What is counted by address, each on its own.
pub struct RateLimits {
    pub requests: RateLimiter,
    pub sign_ups: RateLimiter,
    pub email_links: RateLimiter,
    pub downloads: RateLimiter,
    pub sign_ins: RateLimiter,
    pub checkouts: RateLimiter,
    pub uploads: RateLimiter,
}

impl RateLimits {
    pub fn new(limits: &Limits) -> Self {
        let limiter = |limit: Limit| RateLimiter::new(limit.count, limit.period);
        Self {
            requests: limiter(limits.requests),
            sign_ups: limiter(limits.sign_ups),
            email_links: limiter(limits.email_links),
            downloads: limiter(limits.downloads),
            sign_ins: limiter(limits.sign_ins),
            checkouts: limiter(limits.checkouts),
            uploads: limiter(limits.uploads),
        }
    }
}

impl Policy {
    pub fn new(public_url: &Url, trusted_proxies: Vec<IpNet>, limits: Option<&Limits>) -> Self {
        let origin = public_url.origin().ascii_serialization();
        Self {
            host: origin
                .split_once("://")
                .map_or(String::new(), |(_, host)| host.to_owned()),
            production: public_url.scheme() == "https",
            origin,
            trusted_proxies,
            rate_limit: limits.map(RateLimits::new),
            traffic: Traffic::default(),
        }
    }

    /// Counts one of a class from this address.
    ///
    /// # Errors
    /// There were too many.
    pub fn count(&self, class: fn(&RateLimits) -> &RateLimiter, address: ClientIp) -> Result<(), Error> {
        match self
            .rate_limit
            .as_ref()
            .map(|limits| class(limits).check_address(address.0))
        {
            Some(Err(wait)) => Err(Error::Rest(wait.as_secs() + 1)),
            _ => Ok(()),
        }
    }
}

/// The outermost layer. Nothing leaves the app but through here.
///
/// # Errors
/// When a page panicked, or a layer failed: by then the request is gone, so the finished answer is the error's face.
pub async fn safe(
    policy: Data<Policy>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    let visit = Visit::begin(&policy, &request);
    let body = match guard::refusal(&policy, visit.address, &request) {
        None => body::read(&mut request).await,
        Some(refusal) => Body::Refused(refusal),
    };
    let watch = match body {
        Body::Read => None,
        Body::Passing(watch) => Some(watch),
        Body::Refused(refusal) => {
            let (request, rest) = request.into_parts();
            let answer = body::leave_unread(visit.finish(&policy, refusal), rest);
            return Ok(ServiceResponse::new(request, answer));
        }
    };
    let finish = |answer: HttpResponse| match watch {
        Some(watch) => watch.settle(answer, |answer| visit.finish(&policy, answer)),
        None => visit.finish(&policy, answer),
    };
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => {
            let (request, answer) = response.into_parts();
            Ok(ServiceResponse::new(request, finish(answer.map_into_boxed_body())))
        }
        Ok(Err(error)) => Err(Finished::error(finish(HttpResponse::from_error(error)))),
        Err(panic) => {
            tracing::error!(panic = said(&*panic), request_id = %visit.id, path = visit.uri.path(), "a page panicked");
            Err(Finished::error(finish(HttpResponse::InternalServerError().finish())))
        }
    }
}

/// Inside the session, around the visitor and the pages: what they refuse is shown in the visitor's own theme.
///
/// # Errors
/// None of its own.
pub async fn error_pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    let (request, answer) = next.call(request).await?.map_into_boxed_body().into_parts();
    if let Some(first) = first::redirect(&request, &answer) {
        return Ok(ServiceResponse::new(request, first));
    }
    if !error_page::is_bare(&answer) {
        return Ok(ServiceResponse::new(request, answer));
    }
    let id = request
        .extensions()
        .get::<RequestId>()
        .copied()
        .unwrap_or_else(RequestId::random);
    let cause = Cause {
        id,
        path: request.path(),
        htmx: error_page::is_htmx(request.headers()),
        theme: Theme::chosen(&request.get_session()),
    };
    let answer = error_page::dress(answer, &cause);
    Ok(ServiceResponse::new(request, answer))
}

/// One request, from when it came in.
struct Visit {
    started: Instant,
    id: RequestId,
    address: ClientIp,
    method: Method,
    uri: Uri,
    htmx: bool,
    coding: Coding,
}

impl Visit {
    fn begin(policy: &Policy, request: &ServiceRequest) -> Self {
        let visit = Self {
            started: Instant::now(),
            id: RequestId::random(),
            address: ClientIp::of(request.request(), &policy.trusted_proxies),
            method: request.method().clone(),
            uri: request.uri().clone(),
            htmx: error_page::is_htmx(request.headers()),
            coding: Coding::accepted(request.headers()),
        };
        let mut extensions = request.extensions_mut();
        extensions.insert(visit.id);
        extensions.insert(visit.address);
        drop(extensions);
        visit
    }

    fn finish(&self, policy: &Policy, mut answer: HttpResponse) -> HttpResponse {
        if error_page::is_bare(&answer) {
            let cause = Cause {
                id: self.id,
                path: self.uri.path(),
                htmx: self.htmx,
                theme: None,
            };
            answer = error_page::dress(answer, &cause);
        }
        if compress::is_text(&answer) {
            headers::vary(answer.headers_mut(), &["Accept-Encoding"]);
            answer = compress::shrink(answer, self.coding);
        }
        if headers::is_html(answer.headers()) {
            headers::page(answer.headers_mut());
        }
        headers::secure(answer.headers_mut(), policy.production, self.id);
        let took = self.started.elapsed();
        policy.traffic.count(&self.method, answer.status(), took);
        self.log(&answer, took);
        answer
    }

    /// Texts are written with their control characters escaped, so that one request is one line.
    fn log(&self, answer: &HttpResponse, took: Duration) {
        let bytes = match answer.body().size() {
            BodySize::Sized(bytes) => Some(bytes),
            BodySize::None => Some(0),
            BodySize::Stream => None,
        };
        tracing::info!(
            target: "access",
            method = self.method.as_str(),
            path = self.uri.path(),
            status = answer.status().as_u16(),
            ms = (took.as_secs_f64() * 100_000.0).round() / 100.0,
            bytes,
            ip = %self.address.0,
            request_id = %self.id,
            "request"
        );
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
}

/// An error whose face is already made.
struct Finished(RefCell<Option<HttpResponse>>);

impl Finished {
    fn error(answer: HttpResponse) -> actix_web::Error {
        Self(RefCell::new(Some(answer))).into()
    }
}

impl fmt::Debug for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Finished")
    }
}

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer is finished")
    }
}

impl ResponseError for Finished {
    fn error_response(&self) -> HttpResponse {
        self.0
            .take()
            .unwrap_or_else(|| HttpResponse::InternalServerError().finish())
    }
}
