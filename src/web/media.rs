//! `/media/…`: the pictures in the data folder.

use std::path::PathBuf;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use actix_web::web::{self, Data, Path};

use super::get;
use crate::error::{Error, Result};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/media/{folder}/{name}").route(get().to(show)));
}

/// The folder of the pictures.
pub struct Media(pub PathBuf);

/// `GET /media/{folder}/{name}`: a picture. The name changes with the content, so browsers may cache it forever.
async fn show(media: Data<Media>, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (folder, name) = path.into_inner();
    let content_type = content_type(&name).ok_or(Error::NotFound)?;
    if !is_plain(&folder) || !is_plain(&name) {
        return Err(Error::NotFound);
    }
    let file = media.0.join(folder).join(name);
    let bytes = web::block(move || std::fs::read(file))
        .await
        .map_err(|error| Error::internal(error, "reading a picture was interrupted"))?
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::IsADirectory | std::io::ErrorKind::NotADirectory => {
                Error::NotFound
            }
            _ => Error::internal(error, "could not read a picture"),
        })?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static(content_type)))
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

/// Whether the name has only letters, digits, hyphens, underscores and dots, so that it cannot leave the folder.
fn is_plain(name: &str) -> bool {
    !name.starts_with('.')
        && name.len() <= 120
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn content_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "avif" => Some("image/avif"),
        "webp" => Some("image/webp"),
        "jpg" => Some("image/jpeg"),
        "png" => Some("image/png"),
        // Drawings of the demo market. Uploads are never stored as SVG.
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
            assert!(!is_plain(name) || content_type(name).is_none(), "{name:?}");
        }
        assert!(is_plain("dipped-mug-1.svg"));
        assert_eq!(content_type("notes.html"), None);
    }
}
