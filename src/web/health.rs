//! `/healthz` and `/readyz`: whether the process runs, and whether it can serve pages.

use std::path::PathBuf;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::web::{self, Data};

use super::error_page::PlainResponse;
use super::get;
use crate::config::try_writing;
use crate::db::{self, Db};

/// A check that takes longer has failed.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/healthz").route(get().to(healthz)))
        .service(web::resource("/readyz").route(get().to(readyz)));
}

/// The data folder.
pub struct DataDir(pub PathBuf);

/// `GET /healthz`: the process responds.
async fn healthz() -> HttpResponse {
    line(StatusCode::OK, "ok\n")
}

/// `GET /readyz`: the database responds and is up to date, and the data folder can be written.
async fn readyz(db: Data<Db>, folder: Data<DataDir>) -> HttpResponse {
    match tokio::time::timeout(CHECK_TIMEOUT, problem(&db, folder)).await {
        Ok(None) => line(StatusCode::OK, "ready\n"),
        Ok(Some(problem)) => line(StatusCode::SERVICE_UNAVAILABLE, problem),
        Err(_) => line(
            StatusCode::SERVICE_UNAVAILABLE,
            "the database or the disk is too slow\n",
        ),
    }
}

/// Why the market is not ready.
async fn problem(db: &Db, folder: Data<DataDir>) -> Option<&'static str> {
    match db.read(db::is_current).await {
        Ok(true) => {}
        Ok(false) => return Some("the database is not up to date\n"),
        Err(error) => {
            tracing::error!(error = error.to_string(), "not ready: the database does not respond");
            return Some("the database does not respond\n");
        }
    }
    match web::block(move || try_writing(&folder.0)).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => {
            tracing::error!(
                error = error.to_string(),
                "not ready: the data folder cannot be written"
            );
            Some("the data folder cannot be written\n")
        }
        Err(_) => Some("the data folder could not be checked\n"),
    }
}

/// A line of plain text, whatever the client accepts.
fn line(status: StatusCode, text: &'static str) -> HttpResponse {
    let mut response = HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .body(text);
    response.extensions_mut().insert(PlainResponse);
    response
}
