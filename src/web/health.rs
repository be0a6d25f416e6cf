//! `/healthz`, `/readyz`: whether the process lives, and whether it can do its work.

use std::path::PathBuf;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::web::{self, Data};

use super::error_page::AsIs;
use super::get;
use crate::config::try_writing;
use crate::db::{self, Db};

/// What does not answer by then is not ready.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/healthz").route(get().to(alive)))
        .service(web::resource("/readyz").route(get().to(ready)));
}

/// The folder for everything that is kept in files.
pub struct DataDir(pub PathBuf);

/// `GET /healthz`: the process answers.
async fn alive() -> HttpResponse {
    line(StatusCode::OK, "ok\n")
}

/// `GET /readyz`: the database answers and is up to date, and the data folder can be written.
async fn ready(db: Data<Db>, folder: Data<DataDir>) -> HttpResponse {
    match tokio::time::timeout(CHECK_TIMEOUT, missing(&db, folder)).await {
        Ok(None) => line(StatusCode::OK, "ready\n"),
        Ok(Some(what)) => line(StatusCode::SERVICE_UNAVAILABLE, what),
        Err(_) => line(
            StatusCode::SERVICE_UNAVAILABLE,
            "the database or the disk is too slow\n",
        ),
    }
}

async fn missing(db: &Db, folder: Data<DataDir>) -> Option<&'static str> {
    match db.read(db::is_current).await {
        Ok(true) => {}
        Ok(false) => return Some("the database is not up to date\n"),
        Err(error) => {
            tracing::error!(error = error.to_string(), "not ready: the database does not answer");
            return Some("the database does not answer\n");
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
        Err(_) => Some("the data folder could not be tried\n"),
    }
}

/// One line for a machine, whatever it says it accepts.
fn line(status: StatusCode, text: &'static str) -> HttpResponse {
    let mut answer = HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .body(text);
    answer.extensions_mut().insert(AsIs);
    answer
}
