//! Pictures: uploads, processing, storage and deletion.

mod cloudinary;
mod hostile;
mod limits;
mod local_store;
mod memory;
mod processing;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use image::DynamicImage;
use pocketshop::error::Result;
use pocketshop::id::{ImageId, ProductId, UserId};
use pocketshop::images::{Image, Pictures, UploadedFile};
use reqwest::Response;
use reqwest::multipart::{Form, Part};

use crate::support::attributes;
use crate::support::jobs::count_waiting;
use crate::support::visitor::Visitor;
use crate::support::{Market, texts};

/// A form with one file.
fn form(name: &str, bytes: impl Into<Vec<u8>>) -> Form {
    let part = Part::bytes(bytes.into()).file_name(name.to_owned());
    Form::new().part("image", part)
}

/// Submits a picture for the visitor's account.
async fn send(visitor: &Visitor, name: &str, bytes: impl Into<Vec<u8>>) -> Response {
    visitor.upload("/account/picture", form(name, bytes)).await
}

/// Uploads a profile picture that must be accepted. Returns its URL on the page.
async fn upload_avatar(visitor: &Visitor, name: &str, bytes: impl Into<Vec<u8>>) -> String {
    let response = send(visitor, name, bytes).await;
    assert_eq!(response.status(), 303, "{name}");
    avatar_url(visitor)
        .await
        .unwrap_or_else(|| panic!("{name} is not shown"))
}

/// The URL of the profile picture on the account page.
async fn avatar_url(visitor: &Visitor) -> Option<String> {
    let page = visitor.page("/account").await;
    attributes(&page, ".profile-head .avatar img", "src").into_iter().next()
}

/// Uploads a picture that must be refused. Returns the error message.
async fn upload_error(visitor: &Visitor, name: &str, bytes: impl Into<Vec<u8>>) -> String {
    let response = send(visitor, name, bytes).await;
    assert_eq!(response.status(), 422, "{name}");
    let page = scraper::Html::parse_document(&response.text().await.unwrap());
    assert!(texts(&page, "title")[0].starts_with("Error: "));
    texts(&page, "#problems li").join("; ")
}

/// Requests a picture. Returns it decoded, and its bytes.
async fn fetch_picture(visitor: &Visitor, url: &str) -> (DynamicImage, Vec<u8>) {
    let response = visitor.get(url).await;
    assert_eq!(response.status(), 200, "{url}");
    let bytes = response.bytes().await.unwrap().to_vec();
    (image::load_from_memory(&bytes).unwrap(), bytes)
}

/// The files in the folder of pictures.
fn files(market: &Market) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(pictures_folder(market)) else {
        return Vec::new();
    };
    let mut files: Vec<String> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    files
}

fn pictures_folder(market: &Market) -> PathBuf {
    market.config.media().join("pictures")
}

/// Waits until the condition holds. All jobs run at once, without their delays.
async fn wait_until(market: &Market, what: &str, mut done: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    let mut conn = market.config.database.connect().unwrap();
    while !done().await {
        assert!(Instant::now() < end, "timed out waiting for {what}");
        conn.batch_execute("UPDATE jobs SET run_at = '2026-01-01 00:00:00' WHERE leased_until IS NULL")
            .unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Whether all jobs for pictures are done.
async fn picture_jobs_done(market: &Market) -> bool {
    let mut conn = market.config.database.connect().unwrap();
    let waiting = |conn: &mut _, kind| count_waiting(conn, Some(kind));
    waiting(&mut conn, "picture") + waiting(&mut conn, "picture-removal") == 0
}

pub use crate::support::roles::now;

impl Market {
    /// Another `Pictures` with the server's settings.
    fn pictures(&self) -> Pictures {
        Pictures::new(&self.config)
    }

    /// Creates a pending picture. Returns its id.
    async fn pending(&self, owner: i64, bytes: Vec<u8>) -> i64 {
        let pictures = self.pictures();
        let mut sent = UploadedFile::new(pictures.uploads(), "images", "a.png").unwrap();
        sent.write(&bytes).unwrap();
        let image = pictures.receive(&self.db, UserId(owner), sent, now()).await.unwrap();
        assert!(image.tint.starts_with('#') && image.tint.len() == 7, "{}", image.tint);
        image.id.0
    }

    async fn arrange(&self, owner: i64, product: i64, wanted: &[(i64, &str)]) -> Result<()> {
        let wanted: Vec<(ImageId, String)> = wanted
            .iter()
            .map(|(id, alt)| (ImageId(*id), (*alt).to_owned()))
            .collect();
        self.db
            .write(move |conn| Image::arrange(conn, UserId(owner), ProductId(product), &wanted, now()))
            .await
    }
}
