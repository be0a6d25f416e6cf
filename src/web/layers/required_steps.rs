//! Something has to be done before a page opens: the way there, and back afterwards.

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, REFERER};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use url::Url;

use crate::error::{Error, Step};
use crate::web::error_page::is_htmx;
use crate::web::{Site, redirect as see_other, with_next};

/// What makes htmx open a page instead of putting it into this one.
const HX_REDIRECT: HeaderName = HeaderName::from_static("hx-redirect");

/// The redirect that an answer asks for, if it does. It is for who asks now, so nobody keeps it.
pub fn redirect(request: &HttpRequest, answer: &HttpResponse) -> Option<HttpResponse> {
    let Some(Error::StepRequired(step)) = answer.error()?.as_error::<Error>() else {
        return None;
    };
    let to = match step {
        Step::SignIn => with_next("/login", &back(request)),
        Step::Confirm => with_next("/confirm", &back(request)),
        Step::SecondFactor => "/account/second-factor".to_owned(),
        Step::OpenShop => "/dashboard/shop/new".to_owned(),
    };
    if !is_htmx(request.headers()) {
        return Some(unkept(see_other(&to)));
    }
    let header = HeaderValue::try_from(to).ok()?;
    let answer = HttpResponse::Ok().insert_header((HX_REDIRECT, header)).finish();
    Some(unkept(answer))
}

fn unkept(mut answer: HttpResponse) -> HttpResponse {
    let no = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(CACHE_CONTROL, no);
    answer
}

/// The page to come back to: this one, or the one that a form was on.
fn back(request: &HttpRequest) -> String {
    if request.method() != Method::POST && !is_htmx(request.headers()) {
        return request
            .uri()
            .path_and_query()
            .map_or("/".to_owned(), ToString::to_string);
    }
    let referer = request
        .headers()
        .get(REFERER)
        .and_then(|from| Url::parse(from.to_str().ok()?).ok());
    let site = request.app_data::<Data<Site>>();
    match (referer, site) {
        (Some(from), Some(site)) if from.origin() == site.public_url.origin() => {
            from[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
        }
        _ => "/account".to_owned(),
    }
}
