//! The face of errors: one page for every answer that went wrong, which needs nothing but itself.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use askama::Template;

use super::color_scheme::ColorScheme;
use super::layers::RequestId;
use crate::error::Error;

const HX_REQUEST: HeaderName = HeaderName::from_static("hx-request");

/// What makes htmx leave the page and its address as they are, and put the note where messages go.
const HTMX_NOTE: [(HeaderName, HeaderValue); 4] = [
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

/// In a response's extensions: it is for machines, and stays as it is.
pub struct PlainResponse;

/// What the page tells about the request that went wrong.
pub struct Cause<'a> {
    pub id: RequestId,
    pub path: &'a str,
    pub htmx: bool,
    pub theme: Option<ColorScheme>,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    status: u16,
    title: String,
    message: String,
    /// Empty unless something broke on our side.
    request_id: String,
    /// `light`, `dark`, or empty for the system's.
    theme: String,
}

#[derive(Template)]
#[template(
    source = "<p>{{ message }}{% if !request_id.is_empty() %} Reference: {{ request_id }}.{% endif %}</p>",
    ext = "html"
)]
struct ErrorNote {
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

    /// Bare: `dress` makes it a page, for which it finds the error in the response.
    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status_code());
        let wait = match self {
            Self::Unavailable(_) => Some(5),
            Self::RateLimited { retry_after: seconds } => Some(*seconds),
            _ => None,
        };
        if let Some(seconds) = wait {
            answer.insert_header((RETRY_AFTER, HeaderValue::from(seconds)));
        }
        answer.finish()
    }
}

pub fn is_htmx(headers: &HeaderMap) -> bool {
    headers.get(HX_REQUEST).is_some_and(|value| value.as_bytes() == b"true")
}

/// Whether an answer went wrong and says so only by its status, or in the framework's words.
pub fn is_bare(answer: &HttpResponse) -> bool {
    let is_page = |kind: &HeaderValue| kind.as_bytes().starts_with(b"text/html");
    answer.status().as_u16() >= 400
        && !answer.headers().get(CONTENT_TYPE).is_some_and(is_page)
        && answer.extensions().get::<PlainResponse>().is_none()
}

/// Gives a bare answer its page, or htmx its note; the answer's other headers stay.
pub fn dress(answer: HttpResponse, cause: &Cause<'_>) -> HttpResponse {
    let status = answer.status();
    log(&answer, cause);
    let (title, message) = words(&answer);
    let request_id = if status.is_server_error() {
        cause.id.to_string()
    } else {
        String::new()
    };
    let body = if cause.htmx {
        ErrorNote { message, request_id }.render()
    } else {
        let theme = cause.theme.map_or("", ColorScheme::as_str).to_owned();
        ErrorPage {
            status: status.as_u16(),
            title: title.to_owned(),
            message,
            request_id,
            theme,
        }
        .render()
    };
    let body = body.unwrap_or_else(|_| format!("<!doctype html><title>{title}</title><h1>{title}</h1>"));
    let mut answer = answer.set_body(BoxBody::new(body));
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if cause.htmx {
        for (name, value) in HTMX_NOTE {
            headers.insert(name, value);
        }
    }
    answer
}

/// Everything about what only we can mend; on one line, whatever the messages hold.
fn log(answer: &HttpResponse, cause: &Cause<'_>) {
    let Some(error) = answer.error() else { return };
    let whole = match error.as_error::<Error>() {
        Some(Error::Internal(source)) => format!("{source:#}"),
        None if answer.status().is_server_error() => error.to_string(),
        _ => return,
    };
    tracing::error!(error = whole, request_id = %cause.id, path = cause.path, "a request failed");
}

/// What happened, and what to do now.
fn words(answer: &HttpResponse) -> (&'static str, String) {
    let own = answer.error().and_then(|error| error.as_error::<Error>());
    let (title, message) = match answer.status().as_u16() {
        400 => (
            "We could not read that",
            "Check the address for typing mistakes, or go back and try again.",
        ),
        401 => ("Please sign in first", "Sign in, then open the page again."),
        403 => (
            "This is not open to you",
            "If you followed a link or sent a form from another site, open the page here and try again.",
        ),
        404 => (
            "Nothing in this pocket",
            "The page may have moved, or the product may be gone. Look through all products, or begin at the start.",
        ),
        405 => (
            "This address takes no such request",
            "Go back, and use the links and buttons on the page.",
        ),
        408 => (
            "That took too long to arrive",
            "Check your connection, then go back and send it again.",
        ),
        413 => (
            "That is more than fits",
            "Go back, shorten the text or choose smaller files, and send it again.",
        ),
        415 => (
            "We cannot read that kind of file",
            "Go back, and send it in one of the kinds that the page names.",
        ),
        422 => (
            "Something needs another look",
            "Go back, check what you typed, and send it again.",
        ),
        429 => return ("A short rest, please", rest(answer.headers())),
        431 => (
            "Your browser sent too much",
            "Clear the cookies of this site, then open the page again.",
        ),
        503 => (
            "Back in a moment",
            "PocketShop is very busy right now. Please try again in a minute.",
        ),
        500.. => (
            "Something broke on our side",
            "Try again in a moment. If it happens again, tell whoever runs this market the reference below.",
        ),
        _ => (
            "That did not work",
            "Go back and try again, or start from the front page.",
        ),
    };
    match own {
        Some(Error::Refused(why) | Error::Unavailable(why)) => (title, why.clone()),
        _ => (title, message.to_owned()),
    }
}

fn rest(headers: &HeaderMap) -> String {
    let seconds = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match seconds {
        Some(1) => "Many requests came from your connection. Wait a second, then try again.".to_owned(),
        Some(seconds) => format!("Many requests came from your connection. Wait {seconds} seconds, then try again."),
        None => "Many requests came from your connection. Wait a minute, then try again.".to_owned(),
    }
}
