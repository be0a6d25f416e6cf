//! From the sign-up form to a live product, on a phone. Counts the pages and fields that it takes.

use std::path::PathBuf;

use tempfile::TempDir;

use super::browse;
use super::tab::Tab;
use super::user::{EMAIL, open_market};
use crate::support::image_files::jpeg;
use crate::support::visitor::PASSWORD;

/// Two photos on disk.
pub struct TestPhotos {
    _folder: TempDir,
    pub portrait: PathBuf,
    pub landscape: PathBuf,
}

impl TestPhotos {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let file = |name: &str, width, height| {
            let path = folder.path().join(name);
            std::fs::write(&path, jpeg(width, height)).unwrap();
            path
        };
        Self {
            portrait: file("one.jpg", 1200, 1500),
            landscape: file("two.jpg", 1500, 1000),
            _folder: folder,
        }
    }
}

/// Records the pages that a new seller visits and the fields that they fill in.
struct Recorder<'a> {
    tab: &'a Tab,
    pages: Vec<String>,
    fields: Vec<&'static str>,
}

impl Recorder<'_> {
    async fn fill(&mut self, field: &'static str, text: &str) {
        self.tab.fill(&format!("#{field}"), text).await;
        self.fields.push(field);
    }

    async fn follow(&mut self, selector: &str) {
        self.tab.follow(selector).await;
        self.record_page().await;
    }

    async fn record_page(&mut self) {
        self.pages.push(self.tab.path().await);
    }
}

async fn create_first_product(tab: &Tab) {
    let (market, photos) = (open_market(false), TestPhotos::new());
    tab.set_width(390).await;
    let mut recorder = Recorder {
        tab,
        pages: Vec::new(),
        fields: Vec::new(),
    };
    tab.go(&format!("{}/register", market.url)).await;
    recorder.record_page().await;
    recorder.fill("email", EMAIL).await;
    recorder.fill("username", "robin").await;
    recorder.fill("first_name", "Robin").await;
    recorder.fill("last_name", "Tester").await;
    recorder.fill("password", PASSWORD).await;
    recorder
        .follow("main form[action='/register'] button:not([type=button])")
        .await;
    tab.go(&format!("{}{}", market.url, market.link(EMAIL, 1).await)).await;
    recorder.record_page().await;
    recorder.follow("main form[action='/verify'] button").await;
    tab.click(".menu summary").await;
    recorder.follow(".menu a[href='/dashboard/shop/new']").await;
    recorder.fill("name", "Clay and Co").await;
    recorder.follow("#next").await;
    recorder.follow("#next").await;
    tab.attach_files("#images", &[&photos.portrait, &photos.landscape])
        .await;
    recorder.fields.push("images");
    recorder.fill("title", "Moon jar").await;
    recorder.fill("price", "48").await;
    recorder.fill("quantity", "3").await;
    tab.select_option("#category", "HOME").await;
    recorder.fields.push("category");
    recorder.follow("#next").await;
    recorder.follow("#open").await;
    recorder.follow("#grid h3 a").await;

    assert_eq!(tab.text("h1").await, "Moon jar");
    assert_eq!(tab.count("#gallery .gallery-picture img").await, 2);
    tab.wait_until("[...document.querySelectorAll('#gallery .gallery-picture img')].every(image => image.loading === 'lazy' || image.naturalWidth > 0)")
        .await;
    assert!(tab.text("main").await.contains("$48.00"));
    let pages = [
        "/register",
        "/register/sent",
        "/verify",
        "/account",
        "/dashboard/shop/new/name",
        "/dashboard/shop/new/look",
        "/dashboard/shop/new/product",
        "/dashboard/shop/new/opening",
        "/shops/clay-and-co",
        "/shops/clay-and-co/moon-jar",
    ];
    assert_eq!(recorder.pages, pages);
    assert_eq!(recorder.fields.len(), 11, "{:?}", recorder.fields);
    tab.assert_clean_log(&[]).await;
    // Guests see it too.
    let page = market.page("/shops/clay-and-co/moon-jar").await;
    assert_eq!(
        crate::support::attributes(&page, "#gallery .gallery-picture img", "src").len(),
        2
    );
}

#[test]
fn a_new_seller_publishes_a_product_in_ten_pages_and_eleven_fields() {
    browse(async |tab| create_first_product(tab).await);
}

#[test]
fn without_script_a_new_seller_publishes_a_product() {
    browse(async |tab| {
        tab.disable_script().await;
        create_first_product(tab).await;
        assert_eq!(tab.count("html.js").await, 0, "JavaScript is still enabled");
    });
}
