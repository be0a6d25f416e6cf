//! Pictures: uploads, processing, storage and deletion.

mod cloudinary;
mod finishing;
mod hostile;
mod limits;
mod load;
mod local_store;

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
use crate::support::visitor::Visitor;
use crate::support::{Market, texts};

/// The form with one file.
fn form(name: &str, bytes: impl Into<Vec<u8>>) -> Form {
    let part = Part::bytes(bytes.into()).file_name(name.to_owned());
    Form::new().part("image", part)
}

async fn send(visitor: &Visitor, name: &str, bytes: impl Into<Vec<u8>>) -> Response {
    visitor.upload("/account/picture", form(name, bytes)).await
}

/// Uploads a picture that must be accepted. Returns its address on the page.
async fn face(visitor: &Visitor, name: &str, bytes: impl Into<Vec<u8>>) -> String {
    let answer = send(visitor, name, bytes).await;
    assert_eq!(answer.status(), 303, "{name}");
    shown(visitor).await.unwrap_or_else(|| panic!("{name} is not shown"))
}

async fn shown(visitor: &Visitor) -> Option<String> {
    let page = visitor.page("/account").await;
    attributes(&page, ".self .avatar img", "src").into_iter().next()
}

/// The message when a picture is refused.
async fn refusal(visitor: &Visitor, name: &str, bytes: impl Into<Vec<u8>>) -> String {
    let answer = send(visitor, name, bytes).await;
    assert_eq!(answer.status(), 422, "{name}");
    let page = scraper::Html::parse_document(&answer.text().await.unwrap());
    assert!(texts(&page, "title")[0].starts_with("Error: "));
    texts(&page, "#problems li").join("; ")
}

/// The picture at an address: decoded, and its bytes.
async fn served(visitor: &Visitor, url: &str) -> (DynamicImage, Vec<u8>) {
    let answer = visitor.get(url).await;
    assert_eq!(answer.status(), 200, "{url}");
    let bytes = answer.bytes().await.unwrap().to_vec();
    (image::load_from_memory(&bytes).unwrap(), bytes)
}

/// The files in the folder of pictures.
fn files(market: &Market) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(shelf(market)) else {
        return Vec::new();
    };
    let mut files: Vec<String> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    files
}

fn shelf(market: &Market) -> PathBuf {
    market.config.media().join("pictures")
}

/// Waits until the condition holds, while all jobs are due at once.
async fn until(market: &Market, what: &str, mut done: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    let mut conn = market.config.database.connect().unwrap();
    while !done().await {
        assert!(Instant::now() < end, "{what} did not come");
        conn.batch_execute("UPDATE jobs SET run_at = '2026-01-01 00:00:00' WHERE leased_until IS NULL")
            .unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Whether no job is left.
async fn idle(market: &Market) -> bool {
    let mut conn = market.config.database.connect().unwrap();
    let waiting = |conn: &mut _, kind| pocketshop::jobs::count_waiting(conn, Some(kind)).unwrap();
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
