//! Headers of all responses.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, CROSS_ORIGIN_OPENER_POLICY, CROSS_ORIGIN_RESOURCE_POLICY,
    HeaderMap, HeaderName, HeaderValue, PERMISSIONS_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use super::RequestId;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// No inline scripts or styles, no frames, and nothing from other hosts except pictures from Cloudinary.
macro_rules! content_policy {
    ($more:literal) => {
        concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; ",
            "img-src 'self' blob: https://res.cloudinary.com; connect-src 'self'; font-src 'self'; ",
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
            $more
        )
    };
}

/// Adds the security headers. A `Content-Security-Policy`, `Cross-Origin-Resource-Policy` or `Referrer-Policy` that the
/// handler set is kept.
pub fn add_security_headers(headers: &mut HeaderMap, production: bool, id: RequestId) {
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    default(
        CONTENT_SECURITY_POLICY,
        if production {
            content_policy!("; upgrade-insecure-requests")
        } else {
            content_policy!("")
        },
    );
    default(CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
    default(REFERRER_POLICY, "strict-origin-when-cross-origin");
    let mut always = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    always(CROSS_ORIGIN_OPENER_POLICY, "same-origin");
    always(X_CONTENT_TYPE_OPTIONS, "nosniff");
    always(X_FRAME_OPTIONS, "DENY");
    always(
        PERMISSIONS_POLICY,
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    );
    if production {
        always(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    headers.insert(X_REQUEST_ID, id.to_header());
}

pub fn is_html(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// Adds the caching headers of a page: it depends on the cookie and on htmx, and browsers revalidate it each time.
pub fn add_page_headers(headers: &mut HeaderMap) {
    add_vary(headers, &["Cookie", "HX-Request"]);
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    }
}

/// Adds the names that are not in `Vary` yet.
pub fn add_vary(headers: &mut HeaderMap, names: &[&'static str]) {
    for name in names {
        let known = headers
            .get_all(VARY)
            .filter_map(|line| line.to_str().ok())
            .any(|line| line.split(',').any(|known| known.trim().eq_ignore_ascii_case(name)));
        if !known {
            headers.append(VARY, HeaderValue::from_static(name));
        }
    }
}
