//! The few kinds of answer that pages give.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
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

/// For good.
pub fn moved(to: &str) -> HttpResponse {
    HttpResponse::MovedPermanently().insert_header((LOCATION, to)).finish()
}
