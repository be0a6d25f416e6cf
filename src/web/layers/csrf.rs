//! Requests that are refused before any handler runs: too many, for unknown hosts, with other methods, or forged forms.
//!
//! The check against forged forms (CSRF) is our own code because `actix-csrf` and similar crates need a token in every form.
//! The `Sec-Fetch-Site` and `Origin` headers, which every browser sends, prove the same without a token.

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HOST, HeaderName, HeaderValue, ORIGIN, RETRY_AFTER};

use super::{ClientIp, Policy};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The empty response for a request that is refused.
pub fn refusal(policy: &Policy, address: ClientIp, request: &ServiceRequest) -> Option<HttpResponse> {
    let path = request.path();
    let health = matches!(path, "/healthz" | "/readyz");
    if let Some(limits) = &policy.rate_limit
        && !health
        && !is_file(path)
        && let Err(wait) = limits.requests.check_address(address.0)
    {
        let seconds = HeaderValue::from(wait.as_secs() + 1);
        return Some(
            HttpResponse::TooManyRequests()
                .insert_header((RETRY_AFTER, seconds))
                .finish(),
        );
    }
    if policy.production && !health && !is_our_host(policy, request) {
        return Some(HttpResponse::BadRequest().finish());
    }
    match *request.method() {
        Method::GET | Method::HEAD => None,
        Method::POST if is_own_form(policy, request) => None,
        Method::POST => Some(HttpResponse::Forbidden().finish()),
        _ => {
            let allowed = HeaderValue::from_static("GET, HEAD, POST");
            Some(
                HttpResponse::MethodNotAllowed()
                    .insert_header((ALLOW, allowed))
                    .finish(),
            )
        }
    }
}

/// Whether this is a file. Files are cheap, and a page loads many at once, so they are not counted.
pub fn is_file(path: &str) -> bool {
    path.starts_with("/a/") || path.starts_with("/media/") || path == "/favicon.ico"
}

fn is_our_host(policy: &Policy, request: &ServiceRequest) -> bool {
    let is_ours = |host: &str| {
        let bare = host.strip_suffix(":443").unwrap_or(host);
        host.eq_ignore_ascii_case(&policy.host) || bare.eq_ignore_ascii_case(&policy.host)
    };
    let header = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    // The request line may also name a host: `GET http://elsewhere/ HTTP/1.1`.
    let line = request.uri().authority().map(actix_web::http::uri::Authority::as_str);
    header.is_some_and(is_ours) && line.is_none_or(is_ours)
}

/// Whether the form was sent from one of our pages, according to the browser's headers.
fn is_own_form(policy: &Policy, request: &ServiceRequest) -> bool {
    let headers = request.headers();
    match headers.get(SEC_FETCH_SITE) {
        Some(site) => matches!(site.as_bytes(), b"same-origin" | b"none"),
        None => headers
            .get(ORIGIN)
            .is_some_and(|origin| origin.as_bytes() == policy.origin.as_bytes()),
    }
}
