//! "My data": a download of everything that is stored about a user.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::EventKind;
use crate::accounts::export::Export;
use crate::error::Result;
use crate::web::email_link::private;
use crate::web::{Page, RecentRequest, UserRequest, get, show as show_page, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/account/data").route(get().to(show)))
        .service(web::resource("/account/data.zip").route(web::post().to(download)));
}

#[derive(Template)]
#[template(path = "accounts/data.html")]
struct DataPage {
    page: Page,
}

view!(DataPage);

/// `GET /account/data`
async fn show(request: UserRequest) -> Result<HttpResponse> {
    show_page(&DataPage { page: request.page })
}

/// `POST /account/data.zip`: a POST, since it records a security event.
async fn download(request: RecentRequest) -> Result<HttpResponse> {
    request.limit(|limits| &limits.downloads)?;
    let (user, currency) = (request.who.user, request.page.site.currency);
    let export = request.read(move |conn| Export::of_user(conn, user, currency)).await?;
    let action = request.action()?;
    request
        .write_uncached(move |conn| action.record(conn, user, EventKind::DataDownloaded))
        .await?;
    let response = HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("application/zip")))
        .insert_header((
            CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"pocketshop-my-data.zip\""),
        ))
        .body(export.zip()?);
    Ok(private(response))
}
