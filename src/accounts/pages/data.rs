//! "My data": everything that is stored about someone, to take away.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use actix_web::web;
use askama::Template;

use super::context::Desk;
use crate::accounts::export::Export;
use crate::accounts::{Event, EventKind};
use crate::error::Result;
use crate::web::email_link::private;
use crate::web::{Page, RecentlyAuthenticated, SignedIn, get, html};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/account/data").route(get().to(show)))
        .service(web::resource("/account/data.zip").route(web::post().to(download)));
}

#[derive(Template)]
#[template(path = "accounts/data.html")]
struct DataPage {
    page: Page,
}

/// `GET /account/data`
async fn show(page: Page, _visitor: SignedIn) -> Result<HttpResponse> {
    html(StatusCode::OK, DataPage { page }.render())
}

/// `POST /account/data.zip`: it is written down, so it is no mere look.
async fn download(desk: Desk, page: Page, visitor: RecentlyAuthenticated) -> Result<HttpResponse> {
    desk.count(|limits| &limits.downloads)?;
    let (user, currency) = (visitor.user, page.site.currency);
    let (origin, now) = (desk.origin, page.now);
    let export = desk.db.read(move |conn| Export::of(conn, user, currency)).await?;
    desk.db
        .write_uncached(move |conn| Event::record(conn, user, EventKind::DataDownloaded, "", &origin, now))
        .await?;
    let answer = HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("application/zip")))
        .insert_header((
            CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"pocketshop-my-data.zip\""),
        ))
        .body(export.zip()?);
    Ok(private(answer))
}
