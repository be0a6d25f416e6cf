//! Redirects to a step that is required before a page opens, with the address to return to.

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::error::{Error, Step};
use crate::web::error_page::is_htmx;
use crate::web::{Site, form_page, redirect as see_other, with_next};

/// Makes htmx navigate to a page.
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// The redirect for a response with `StepRequired`. It depends on the visitor, so it is not cached.
pub fn redirect(request: &HttpRequest, response: &HttpResponse) -> Option<HttpResponse> {
    let Some(Error::StepRequired(step)) = response.error()?.as_error::<Error>() else {
        return None;
    };
    let address = match step {
        Step::SignIn => with_next("/login", &return_address(request)),
        Step::Confirm => with_next("/confirm", &return_address(request)),
        Step::SecondFactor => "/account/second-factor".to_owned(),
        Step::OpenShop => "/dashboard/shop/new".to_owned(),
    };
    if !is_htmx(request.headers()) {
        return Some(no_store(see_other(&address)));
    }
    let header = HeaderValue::try_from(address).ok()?;
    let response = HttpResponse::Ok().insert_header((HX_REDIRECT, header)).finish();
    Some(no_store(response))
}

fn no_store(mut response: HttpResponse) -> HttpResponse {
    let value = HeaderValue::from_static("no-store");
    response.headers_mut().insert(CACHE_CONTROL, value);
    response
}

/// The page to return to: this one, or the one that a form was on.
fn return_address(request: &HttpRequest) -> String {
    if request.method() != Method::POST && !is_htmx(request.headers()) {
        return request
            .uri()
            .path_and_query()
            .map_or("/".to_owned(), ToString::to_string);
    }
    let site = request.app_data::<Data<Site>>();
    let page = site.and_then(|site| form_page(request.headers(), &site.public_url));
    page.unwrap_or_else(|| "/account".to_owned())
}
