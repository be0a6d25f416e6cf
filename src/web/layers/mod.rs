//! The layers around all pages: checks of requests, limits, response headers, error pages, compression and the access log.

mod body;
mod client_ip;
mod csrf;
mod headers;
mod key_rotation;
pub mod limits;
mod policy;
mod rate_limit;
mod request_id;
mod required_steps;
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

use super::color_scheme::ColorScheme;
use super::error_page::{self, FailedRequest};

pub use client_ip::ClientIp;
pub use csrf::is_file;
pub use key_rotation::key_rotation;
pub use policy::{Policy, RateLimits};
pub use rate_limit::RateLimiter;
pub use request_id::RequestId;
pub use session_cookie::{SessionCookie, remove_empty_cookie};

use body::compress::Encoding;
use body::limits::Body;

/// The outermost layer. Every response passes through it.
///
/// # Errors
/// A handler panicked or a layer failed. The request is gone by then, so the error carries the finished response.
pub async fn outermost(
    policy: Data<Policy>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    let exchange = Exchange::begin(&policy, &request);
    let body = match csrf::refusal(&policy, exchange.address, &request) {
        None => body::limits::read(&mut request).await,
        Some(refusal) => Body::Refused(refusal),
    };
    let monitor = match body {
        Body::Read => None,
        Body::Streamed(monitor) => Some(monitor),
        Body::Refused(refusal) => {
            let (request, rest) = request.into_parts();
            let response = body::unread::leave_unread(exchange.finish(&policy, refusal), rest);
            return Ok(ServiceResponse::new(request, response));
        }
    };
    let finish = |response: HttpResponse| match monitor {
        Some(monitor) => monitor.finish(response, |response| exchange.finish(&policy, response)),
        None => exchange.finish(&policy, response),
    };
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Ok(Ok(response)) => {
            let (request, response) = response.into_parts();
            Ok(ServiceResponse::new(request, finish(response.map_into_boxed_body())))
        }
        Ok(Err(error)) => Err(FinishedResponse::error(finish(HttpResponse::from_error(error)))),
        Err(panic) => {
            tracing::error!(panic = panic_message(&*panic), request_id = %exchange.id, path = exchange.uri.path(), "a handler panicked");
            Err(FinishedResponse::error(finish(
                HttpResponse::InternalServerError().finish(),
            )))
        }
    }
}

/// Adds error pages inside the session layer, where the visitor's color scheme is known, and redirects to required steps.
///
/// # Errors
/// None of its own.
pub async fn error_pages(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    let (request, response) = next.call(request).await?.map_into_boxed_body().into_parts();
    if let Some(first) = required_steps::redirect(&request, &response) {
        return Ok(ServiceResponse::new(request, first));
    }
    if !error_page::needs_page(&response) {
        return Ok(ServiceResponse::new(request, response));
    }
    let id = request
        .extensions()
        .get::<RequestId>()
        .copied()
        .unwrap_or_else(RequestId::random);
    let failed = FailedRequest {
        id,
        path: request.path(),
        htmx: error_page::is_htmx(request.headers()),
        color_scheme: ColorScheme::chosen(&request.get_session()),
    };
    let response = error_page::render(response, &failed);
    Ok(ServiceResponse::new(request, response))
}

/// A request and its response, from the start of the request.
struct Exchange {
    started: Instant,
    id: RequestId,
    address: ClientIp,
    method: Method,
    uri: Uri,
    htmx: bool,
    encoding: Encoding,
}

impl Exchange {
    fn begin(policy: &Policy, request: &ServiceRequest) -> Self {
        let exchange = Self {
            started: Instant::now(),
            id: RequestId::random(),
            address: ClientIp::of(request.request(), &policy.trusted_proxies),
            method: request.method().clone(),
            uri: request.uri().clone(),
            htmx: error_page::is_htmx(request.headers()),
            encoding: Encoding::accepted(request.headers()),
        };
        let mut extensions = request.extensions_mut();
        extensions.insert(exchange.id);
        extensions.insert(exchange.address);
        drop(extensions);
        exchange
    }

    fn finish(&self, policy: &Policy, mut response: HttpResponse) -> HttpResponse {
        if error_page::needs_page(&response) {
            let failed = FailedRequest {
                id: self.id,
                path: self.uri.path(),
                htmx: self.htmx,
                color_scheme: None,
            };
            response = error_page::render(response, &failed);
        }
        if body::compress::is_text(&response) {
            headers::add_vary(response.headers_mut(), &["Accept-Encoding"]);
            response = body::compress::compress(response, self.encoding);
        }
        if headers::is_html(response.headers()) {
            headers::add_page_headers(response.headers_mut());
        }
        headers::add_security_headers(response.headers_mut(), policy.production, self.id);
        let duration = self.started.elapsed();
        policy.request_metrics.count(&self.method, response.status(), duration);
        self.log(&response, duration);
        response
    }

    /// Writes one line to the access log. The log format escapes control characters.
    fn log(&self, response: &HttpResponse, duration: Duration) {
        let bytes = match response.body().size() {
            BodySize::Sized(bytes) => Some(bytes),
            BodySize::None => Some(0),
            BodySize::Stream => None,
        };
        tracing::info!(
            target: "access",
            method = self.method.as_str(),
            path = self.uri.path(),
            status = response.status().as_u16(),
            ms = (duration.as_secs_f64() * 100_000.0).round() / 100.0,
            bytes,
            ip = %self.address.0,
            request_id = %self.id,
            "request"
        );
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

/// An error with a finished response.
struct FinishedResponse(RefCell<Option<HttpResponse>>);

impl FinishedResponse {
    fn error(response: HttpResponse) -> actix_web::Error {
        Self(RefCell::new(Some(response))).into()
    }
}

impl fmt::Debug for FinishedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FinishedResponse")
    }
}

impl fmt::Display for FinishedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the response is finished")
    }
}

impl ResponseError for FinishedResponse {
    fn error_response(&self) -> HttpResponse {
        self.0
            .take()
            .unwrap_or_else(|| HttpResponse::InternalServerError().finish())
    }
}
