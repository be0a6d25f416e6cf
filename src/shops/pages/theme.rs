//! The style sheet of a shop's theme.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::web::Path;

use crate::error::{Error, Result};
use crate::shops::Shop;
use crate::text::is_slug;
use crate::web::AnyRequest;

/// `GET /shops/{shop}/theme.{hash}.css`: the shop's theme. An old hash gets the current style sheet.
pub async fn show(request: AnyRequest, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (slug, hash) = path.into_inner();
    if !is_slug(&slug) {
        return Err(Error::NotFound);
    }
    let own_shop = request.page.own_shop(&slug);
    let theme = request
        .read(move |conn| Ok(Shop::by_slug(conn, &slug, own_shop)?.theme))
        .await?;
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
