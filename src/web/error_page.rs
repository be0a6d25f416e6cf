//! The page for errors. It needs no database and no session, so it can be shown whatever failed.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use super::color_scheme::ColorScheme;
use super::layers::RequestId;
use crate::error::Error;

const HX_REQUEST: HeaderName = HeaderName::from_static("hx-request");

/// Headers that make htmx keep the page and its address, and show the message in the flash area.
const HTMX_HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        HeaderName::from_static("hx-retarget"),
        HeaderValue::from_static("#flash"),
    ),
    (
        HeaderName::from_static("hx-reswap"),
        HeaderValue::from_static("innerHTML"),
    ),
    (
        HeaderName::from_static("hx-push-url"),
        HeaderValue::from_static("false"),
    ),
    (
        HeaderName::from_static("hx-replace-url"),
        HeaderValue::from_static("false"),
    ),
];

/// In a response's extensions: the response is for machines and gets no error page.
pub struct PlainResponse;

/// What the error page needs to know about the request.
pub struct FailedRequest<'a> {
    pub id: RequestId,
    pub path: &'a str,
    pub htmx: bool,
    pub color_scheme: Option<ColorScheme>,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    status: u16,
    title: String,
    message: String,
    /// Empty unless the error is the server's.
    request_id: String,
    /// `light`, `dark`, or empty for the system's.
    color_scheme: String,
}

#[derive(Template)]
#[template(
    source = "<p>{{ message }}{% if !request_id.is_empty() %} Reference: {{ request_id }}.{% endif %}</p>",
    ext = "html"
)]
struct ErrorMessage {
    message: String,
    request_id: String,
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::StepRequired(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// An empty response with the error attached. `render` turns it into a page.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        let wait = match self {
            Self::Unavailable(_) => Some(5),
            Self::RateLimited { retry_after: seconds } => Some(*seconds),
            _ => None,
        };
        if let Some(seconds) = wait {
            response.insert_header((RETRY_AFTER, HeaderValue::from(seconds)));
        }
        response.finish()
    }
}

pub fn is_htmx(headers: &HeaderMap) -> bool {
    headers.get(HX_REQUEST).is_some_and(|value| value.as_bytes() == b"true")
}

/// Whether this is an error response without a page of its own.
pub fn needs_page(response: &HttpResponse) -> bool {
    let is_page = |kind: &HeaderValue| kind.as_bytes().starts_with(b"text/html");
    response.status().as_u16() >= 400
        && !response.headers().get(CONTENT_TYPE).is_some_and(is_page)
        && response.extensions().get::<PlainResponse>().is_none()
}

/// Adds the error page to a response, or just the message for htmx. Keeps the other headers.
pub fn render(response: HttpResponse, request: &FailedRequest<'_>) -> HttpResponse {
    let status = response.status();
    log(&response, request);
    let (title, message) = title_and_message(&response);
    let request_id = if status.is_server_error() {
        request.id.to_string()
    } else {
        String::new()
    };
    let body = if request.htmx {
        ErrorMessage { message, request_id }.render()
    } else {
        let color_scheme = request.color_scheme.map_or("", ColorScheme::as_str).to_owned();
        ErrorPage {
            status: status.as_u16(),
            title: title.to_owned(),
            message,
            request_id,
            color_scheme,
        }
        .render()
    };
    let body = body.unwrap_or_else(|_| format!("<!doctype html><title>{title}</title><h1>{title}</h1>"));
    let mut response = response.set_body(BoxBody::new(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if request.htmx {
        for (name, value) in HTMX_HEADERS {
            headers.insert(name, value);
        }
    }
    response
}

/// Logs internal errors with all their causes, in one line.
fn log(response: &HttpResponse, request: &FailedRequest<'_>) {
    let Some(error) = response.error() else { return };
    let message = match error.as_error::<Error>() {
        Some(Error::Internal(source)) => format!("{source:#}"),
        None if response.status().is_server_error() => error.to_string(),
        _ => return,
    };
    tracing::error!(error = message, request_id = %request.id, path = request.path, "request failed");
}

/// What happened, and what to do next.
fn title_and_message(response: &HttpResponse) -> (&'static str, String) {
    let own = response.error().and_then(|error| error.as_error::<Error>());
    let (title, message) = match response.status().as_u16() {
        400 => ("Bad request", "Check the address for typos, or go back and try again."),
        401 => ("Please sign in first", "Sign in, then open the page again."),
        403 => (
            "Access denied",
            "Your account may not open this page. If you came from a link or a form on another site, open the page here and try again.",
        ),
        404 => (
            "Page not found",
            "The page may have moved, or the product is no longer sold. Browse all products, or go to the home page.",
        ),
        405 => (
            "Method not allowed",
            "Go back and use the links and buttons on the page.",
        ),
        408 => (
            "Request timed out",
            "Check your connection, then go back and try again.",
        ),
        413 => (
            "Too large",
            "Go back, shorten the text or choose smaller files, and try again.",
        ),
        415 => (
            "Unsupported file type",
            "Go back and choose a file of one of the types listed on the page.",
        ),
        422 => (
            "Something needs your attention",
            "Go back, check what you entered, and try again.",
        ),
        429 => return ("Too many requests", rate_limit_message(response.headers())),
        431 => (
            "Headers too large",
            "Delete the cookies of this site in your browser, then reload the page.",
        ),
        503 => (
            "Temporarily unavailable",
            "PocketShop is very busy right now. Please try again in a minute.",
        ),
        500.. => (
            "Something went wrong",
            "Try again in a moment. If it happens again, send the reference below to the admin of this market.",
        ),
        _ => ("Something went wrong", "Go back and try again, or go to the home page."),
    };
    match own {
        Some(Error::Refused(why) | Error::Unavailable(why)) => (title, why.clone()),
        _ => (title, message.to_owned()),
    }
}

fn rate_limit_message(headers: &HeaderMap) -> String {
    let seconds = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match seconds {
        Some(1) => "There were too many requests from your network. Wait a second, then try again.".to_owned(),
        Some(seconds) => {
            format!("There were too many requests from your network. Wait {seconds} seconds, then try again.")
        }
        None => "There were too many requests from your network. Wait a minute, then try again.".to_owned(),
    }
}
