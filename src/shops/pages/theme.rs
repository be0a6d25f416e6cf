//! The style sheet of a shop's look.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::web::{Data, Path};

use crate::db::Db;
use crate::error::{Error, Result};
use crate::shops::Shop;
use crate::text::is_slug;
use crate::web::Page;

/// `GET /shops/{shop}/theme.{hash}.css`: the shop's look. An old hash leads to the sheet of today.
pub async fn show(db: Data<Db>, path: Path<(String, String)>, page: Page) -> Result<HttpResponse> {
    let (slug, hash) = path.into_inner();
    if !is_slug(&slug) {
        return Err(Error::NotFound);
    }
    let own = page.own_shop(&slug);
    let theme = db.read(move |conn| Ok(Shop::at(conn, &slug, own)?.theme())).await?;
    let caching = if hash == theme.hash() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static(caching)))
        .body(theme.css()))
}
