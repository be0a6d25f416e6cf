//! `/media/…`: the pictures in the data folder.

use std::path::PathBuf;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use actix_web::web::{self, Data, Path};

use super::get;
use crate::error::{Error, Result};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/media/{folder}/{name}").route(get().to(show)));
}

/// The folder that pictures are served from.
pub struct Media(pub PathBuf);

/// `GET /media/{folder}/{name}`: a picture. Its name changes when it does, so it may be kept for good.
async fn show(media: Data<Media>, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (folder, name) = path.into_inner();
    let kind = kind(&name).ok_or(Error::NotFound)?;
    if !plain(&folder) || !plain(&name) {
        return Err(Error::NotFound);
    }
    let file = media.0.join(folder).join(name);
    let bytes = web::block(move || std::fs::read(file))
        .await
        .map_err(|error| Error::internal(error, "reading a picture was cut short"))?
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::IsADirectory | std::io::ErrorKind::NotADirectory => {
                Error::NotFound
            }
            _ => Error::internal(error, "a picture could not be read"),
        })?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static(kind)))
        .insert_header((
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        ))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ))
        .insert_header(("Cross-Origin-Resource-Policy", HeaderValue::from_static("cross-origin")))
        .body(bytes))
}

/// Letters, digits, hyphens and dots inside: nothing that leads out of the folder.
fn plain(name: &str) -> bool {
    !name.starts_with('.')
        && name.len() <= 120
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn kind(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "avif" => Some("image/avif"),
        "webp" => Some("image/webp"),
        "jpg" => Some("image/jpeg"),
        "png" => Some("image/png"),
        // Only the demo market's own drawings; nothing uploaded is ever SVG.
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_lead_out_of_the_folder() {
        for name in [
            "..",
            "../x",
            "a/b",
            "a\\b",
            ".htaccess",
            "C:\\x",
            "a\0b",
            "",
            &"x".repeat(300),
            "ｘ.png",
        ] {
            assert!(!plain(name) || kind(name).is_none(), "{name:?}");
        }
        assert!(plain("dipped-mug-1.svg"));
        assert_eq!(kind("notes.html"), None);
    }
}
