//! The files every page shares (style sheet, scripts, icons, fonts), embedded under names that change with their bytes.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, AcceptEncoding, ContentEncoding, Encoding, Header as _};
use actix_web::web::{self, Bytes, Path};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::RustEmbed;

use crate::error::{Error, Result};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// What `build.rs` prepared: each file as it is, and its `.br` and `.gz` twins where they help.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets/"]
struct Files;

/// A name never stands for other bytes, so a year is as good as for ever.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// What asks for it finds it by a name that stays.
const A_DAY: &str = "public, max-age=86400";

pub fn routes(cfg: &mut web::ServiceConfig) {
    let file = web::resource("/a/{file}")
        .route(web::get().to(show))
        .route(web::head().to(show));
    let favicon = web::resource("/favicon.ico")
        .route(web::get().to(favicon))
        .route(web::head().to(favicon));
    cfg.service(file).service(favicon);
}

/// `GET /a/{file}`: one embedded file.
async fn show(request: HttpRequest, file: Path<String>) -> Result<HttpResponse> {
    serve(&request, &file, IMMUTABLE)
}

/// `GET /favicon.ico`: what browsers ask for unasked, answered with the icon pages link to.
async fn favicon(request: HttpRequest) -> Result<HttpResponse> {
    serve(&request, ICON_SVG.trim_start_matches("/a/"), A_DAY)
}

fn serve(request: &HttpRequest, name: &str, caching: &'static str) -> Result<HttpResponse> {
    let content_type = content_type(name).ok_or(Error::NotFound)?;
    let plain = Files::get(name).ok_or(Error::NotFound)?;
    let brotli = Files::get(&format!("{name}.br"));
    let has_twins = brotli.is_some();
    let (data, encoding) = match wanted(request) {
        ContentEncoding::Brotli => (brotli, ContentEncoding::Brotli),
        ContentEncoding::Gzip => (Files::get(&format!("{name}.gz")), ContentEncoding::Gzip),
        _ => (None, ContentEncoding::Identity),
    };
    let (data, encoding) = data.map_or((plain.data, ContentEncoding::Identity), |twin| (twin.data, encoding));

    // The name holds the hash, so name and encoding tell one answer from any other.
    let tag = format!("\"{name}.{}\"", encoding.as_str());
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let unchanged = known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let mut answer = HttpResponse::build(if unchanged {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    });
    answer
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::ETAG, tag));
    if has_twins {
        answer.insert_header((header::VARY, "Accept-Encoding"));
    }
    if unchanged {
        return Ok(answer.finish());
    }
    // Said even when it is `identity`: the layer that compresses pages then leaves the answer alone.
    answer
        .insert_header((header::CONTENT_ENCODING, encoding.as_str()))
        .content_type(content_type);
    Ok(match data {
        Cow::Borrowed(bytes) => answer.body(Bytes::from_static(bytes)),
        Cow::Owned(bytes) => answer.body(bytes),
    })
}

/// The densest of our encodings the visitor's browser takes; a browser that says nothing gets the plain file.
fn wanted(request: &HttpRequest) -> ContentEncoding {
    if !request.headers().contains_key(header::ACCEPT_ENCODING) {
        return ContentEncoding::Identity;
    }
    let ours = [Encoding::brotli(), Encoding::gzip(), Encoding::identity()];
    match AcceptEncoding::parse(request)
        .ok()
        .and_then(|accepted| accepted.negotiate(ours.iter()))
    {
        Some(Encoding::Known(encoding)) => encoding,
        _ => ContentEncoding::Identity,
    }
}

fn content_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml; charset=utf-8"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}
