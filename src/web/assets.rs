//! Style sheet, scripts, icons and fonts, embedded under names with a hash of their content.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, AcceptEncoding, ContentEncoding, Encoding, Header as _};
use actix_web::web::{self, Bytes, Path};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::RustEmbed;

use crate::error::{Error, Result};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The files from `build.rs`: each file, and compressed copies with `.br` and `.gz` for text.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets/"]
struct Files;

/// The content of a name never changes.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// For names that do not change with the content.
const ONE_DAY: &str = "public, max-age=86400";

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

/// `GET /favicon.ico`: the icon that pages link to, for browsers that ask for this address.
async fn favicon(request: HttpRequest) -> Result<HttpResponse> {
    serve(&request, ICON_SVG.trim_start_matches("/a/"), ONE_DAY)
}

fn serve(request: &HttpRequest, name: &str, caching: &'static str) -> Result<HttpResponse> {
    let content_type = content_type(name).ok_or(Error::NotFound)?;
    let plain = Files::get(name).ok_or(Error::NotFound)?;
    let brotli = Files::get(&format!("{name}.br"));
    let has_copies = brotli.is_some();
    let (data, encoding) = match accepted_encoding(request) {
        ContentEncoding::Brotli => (brotli, ContentEncoding::Brotli),
        ContentEncoding::Gzip => (Files::get(&format!("{name}.gz")), ContentEncoding::Gzip),
        _ => (None, ContentEncoding::Identity),
    };
    let (data, encoding) = data.map_or((plain.data, ContentEncoding::Identity), |copy| (copy.data, encoding));

    // The name contains the hash, so name and encoding identify the content.
    let tag = format!("\"{name}.{}\"", encoding.as_str());
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let unchanged = known.is_some_and(|known| {
        known
            .split(',')
            .any(|tag_of_list| tag_of_list.trim().trim_start_matches("W/") == tag)
    });
    let mut response = HttpResponse::build(if unchanged {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    });
    response
        .insert_header((header::CACHE_CONTROL, caching))
        .insert_header((header::ETAG, tag));
    if has_copies {
        response.insert_header((header::VARY, "Accept-Encoding"));
    }
    if unchanged {
        return Ok(response.finish());
    }
    // Set even to `identity`, so that the layer that compresses pages does not change the response.
    response
        .insert_header((header::CONTENT_ENCODING, encoding.as_str()))
        .content_type(content_type);
    Ok(match data {
        Cow::Borrowed(bytes) => response.body(Bytes::from_static(bytes)),
        Cow::Owned(bytes) => response.body(bytes),
    })
}

/// The best encoding that the browser accepts. Without the header, none.
fn accepted_encoding(request: &HttpRequest) -> ContentEncoding {
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
