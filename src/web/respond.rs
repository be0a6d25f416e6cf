//! The few kinds of answer that pages give.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, LOCATION};
use actix_web::{HttpResponse, Route, guard, web};

use crate::error::{Error, Result};

/// A route for reading: GET, and HEAD with it.
pub fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// A rendered page or block.
pub fn html(status: StatusCode, body: askama::Result<String>) -> Result<HttpResponse> {
    let body = body.map_err(|error| Error::internal(error, "a template could not be rendered"))?;
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, kind))
        .body(body))
}

/// After a form: look at this next.
pub fn redirect(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}

/// For good, as far as we know today: a name that moved may be given to another, so nobody keeps the answer.
pub fn moved(to: &str) -> HttpResponse {
    let fresh = HeaderValue::from_static("no-cache");
    HttpResponse::MovedPermanently()
        .insert_header((LOCATION, to))
        .insert_header((CACHE_CONTROL, fresh))
        .finish()
}
