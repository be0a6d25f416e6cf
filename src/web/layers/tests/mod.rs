//! The layers around a small app, as a visitor sees them.

mod closing;
mod errors;
mod pages;

use actix_session::storage::CookieSessionStore;
use actix_session::{Session, SessionMiddleware};
use actix_web::body::to_bytes;
use actix_web::cookie::Key;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderMap;
use actix_web::middleware::from_fn;
use actix_web::test::{self, TestRequest};
use actix_web::web::{self, Bytes, Data, Path};
use actix_web::{App, HttpResponse};

use super::{Policy, error_pages, outermost};
use crate::error::{Error, Result};
use crate::web::get;

const HTML: &str = "text/html; charset=utf-8";

fn policy(public_url: &str) -> Data<Policy> {
    Data::new(Policy::new(&public_url.parse().unwrap(), Vec::new(), None))
}

fn local() -> Data<Policy> {
    policy("http://localhost:8080")
}

fn routes(cfg: &mut web::ServiceConfig) {
    crate::web::health::routes(cfg);
    let page = get().to(|| async { HttpResponse::Ok().content_type(HTML).body("<p>mug</p>".repeat(300)) });
    let sent = web::post().to(|body: Bytes| async move {
        HttpResponse::SeeOther()
            .insert_header(("Location", format!("/{}", body.len())))
            .finish()
    });
    cfg.service(web::resource("/page").route(page).route(sent));
    let form = get().to(|| async {
        HttpResponse::UnprocessableEntity()
            .content_type(HTML)
            .body("the form again")
    });
    cfg.service(web::resource("/form").route(form));
    cfg.route("/number/{n}", get().to(|n: Path<u32>| async move { n.to_string() }));
    cfg.route(
        "/broken",
        get().to(|| async { fail(Error::Internal(anyhow::anyhow!("diesel says SELECT\nfrom /srv/data"))) }),
    );
    cfg.route(
        "/refused",
        get().to(|| async { fail(Error::Refused("Only <2> are left.".into())) }),
    );
    cfg.route("/forbidden", get().to(|| async { fail(Error::Forbidden) }));
    cfg.route("/gone", get().to(|| async { fail(Error::NotFound) }));
    cfg.route(
        "/busy",
        get().to(|| async { fail(Error::Unavailable("Very busy; come back soon.".into())) }),
    );
    cfg.route("/panic", get().to(panics));
    cfg.route(
        "/dark",
        get().to(|session: Session| async move { session.insert("theme", "dark").map(|()| HttpResponse::Ok()) }),
    );
    cfg.route(
        "/a/file",
        get().to(|| async {
            HttpResponse::Ok()
                .content_type("text/css")
                .insert_header(("Vary", "Accept-Encoding"))
                .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
                .insert_header(("Content-Security-Policy", "default-src 'none'; sandbox"))
                .insert_header(("Cache-Control", "immutable"))
                .body("a{}")
        }),
    );
}

async fn panics() -> HttpResponse {
    panic!("a secret in a panic")
}

fn fail(error: Error) -> Result<HttpResponse> {
    Err(error)
}

fn app(
    policy: Data<Policy>,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = actix_web::Error, InitError = ()>,
> {
    App::new()
        .app_data(policy)
        .wrap(from_fn(error_pages))
        .wrap(
            SessionMiddleware::builder(CookieSessionStore::default(), Key::from(&[7; 64]))
                .cookie_secure(false)
                .build(),
        )
        .wrap(from_fn(outermost))
        .configure(routes)
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// All values of a header, joined.
    fn all(&self, name: &str) -> String {
        let lines: Vec<_> = self.headers.get_all(name).map(|line| line.to_str().unwrap()).collect();
        lines.join(", ")
    }

    fn body(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }
}

async fn ask(policy: &Data<Policy>, request: TestRequest) -> Answer {
    let app = test::init_service(app(policy.clone())).await;
    let (status, headers, body) = match test::try_call_service(&app, request.to_request()).await {
        Ok(response) => {
            let answer = response.into_parts().1;
            (answer.status(), answer.headers().clone(), answer.into_body())
        }
        Err(error) => {
            let answer = error.error_response();
            (answer.status(), answer.headers().clone(), answer.into_body())
        }
    };
    Answer {
        status: status.as_u16(),
        headers,
        bytes: to_bytes(body).await.unwrap(),
    }
}

fn get_of(path: &str) -> TestRequest {
    TestRequest::with_uri(path)
}

/// As one of our forms sends it.
fn post_of(path: &str) -> TestRequest {
    TestRequest::post()
        .uri(path)
        .insert_header(("Sec-Fetch-Site", "same-origin"))
}
