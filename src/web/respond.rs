//! The responses that handlers give: pages, blocks of pages, redirects.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, LOCATION};
use actix_web::{HttpResponse, Route, guard, web};
use askama::Template;

use crate::error::{Error, Result};

/// A page. A request of htmx gets its block, if it has one, and any other request the whole page.
pub trait View: Template {
    /// Whether htmx asks, so that the block is enough.
    fn is_htmx(&self) -> bool;

    fn render_block(&self) -> Option<askama::Result<String>> {
        None
    }
}

/// Implements `View` for a template with a field `page`: `view!(CartPage, as_cart)`, or `view!(LoginPage)` without a block.
macro_rules! view {
    ($name:ty) => {
        impl $crate::web::View for $name {
            fn is_htmx(&self) -> bool {
                self.page.htmx
            }
        }
    };
    ($name:ty, $block:ident) => {
        impl $crate::web::View for $name {
            fn is_htmx(&self) -> bool {
                self.page.htmx
            }

            fn render_block(&self) -> Option<askama::Result<String>> {
                Some(askama::Template::render(&self.$block()))
            }
        }
    };
}
pub(crate) use view;

/// A route for GET and HEAD.
pub fn get() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Status 200 with the page or its block.
pub fn show(view: &impl View) -> Result<HttpResponse> {
    respond(StatusCode::OK, view)
}

/// Status 422 with the page or its block, for a form with errors.
pub fn invalid(view: &impl View) -> Result<HttpResponse> {
    respond(StatusCode::UNPROCESSABLE_ENTITY, view)
}

pub fn respond(status: StatusCode, view: &impl View) -> Result<HttpResponse> {
    let block = if view.is_htmx() { view.render_block() } else { None };
    html(status, block.unwrap_or_else(|| view.render()))
}

/// A response with a rendered template.
pub fn html(status: StatusCode, body: askama::Result<String>) -> Result<HttpResponse> {
    let body = body.map_err(|error| Error::internal(error, "a template could not be rendered"))?;
    let content_type = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, content_type))
        .body(body))
}

/// A redirect to the next page after a form.
pub fn redirect(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}

/// A permanent redirect that is not cached, because an address that is free now may be used again.
pub fn moved(to: &str) -> HttpResponse {
    let no_cache = HeaderValue::from_static("no-cache");
    HttpResponse::MovedPermanently()
        .insert_header((LOCATION, to))
        .insert_header((CACHE_CONTROL, no_cache))
        .finish()
}
