//! From the sign-up form to a product that everyone can see, on a phone; every page and field on the way is counted.

use std::path::PathBuf;

use tempfile::TempDir;

use super::browse;
use super::person::{EMAIL, home};
use super::tab::Tab;
use crate::support::image_files::jpeg;
use crate::support::visitor::PASSWORD;

/// Pictures as they lie on a phone.
pub struct Album {
    _folder: TempDir,
    pub one: PathBuf,
    pub two: PathBuf,
}

impl Album {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let file = |name: &str, width, height| {
            let path = folder.path().join(name);
            std::fs::write(&path, jpeg(width, height)).unwrap();
            path
        };
        Self {
            one: file("one.jpg", 1200, 1500),
            two: file("two.jpg", 1500, 1000),
            _folder: folder,
        }
    }
}

/// What a newcomer goes through.
struct Way<'a> {
    tab: &'a Tab,
    pages: Vec<String>,
    fields: Vec<&'static str>,
}

impl Way<'_> {
    async fn fill(&mut self, field: &'static str, text: &str) {
        self.tab.fill(&format!("#{field}"), text).await;
        self.fields.push(field);
    }

    async fn press(&mut self, selector: &str) {
        self.tab.follow(selector).await;
        self.stand().await;
    }

    async fn stand(&mut self) {
        self.pages.push(self.tab.place().await);
    }
}

async fn go_all_the_way(tab: &Tab) {
    let (market, album) = (home(false), Album::new());
    tab.width(390).await;
    let mut way = Way {
        tab,
        pages: Vec::new(),
        fields: Vec::new(),
    };
    tab.go(&format!("{}/register", market.url)).await;
    way.stand().await;
    way.fill("email", EMAIL).await;
    way.fill("username", "robin").await;
    way.fill("first_name", "Robin").await;
    way.fill("last_name", "Tester").await;
    way.fill("password", PASSWORD).await;
    way.press("main form[action='/register'] button:not([type=button])")
        .await;
    tab.go(&format!("{}{}", market.url, market.link(EMAIL, 1).await)).await;
    way.stand().await;
    way.press("main form[action='/verify'] button").await;
    tab.click(".menu summary").await;
    way.press(".menu a[href='/dashboard/shop/new']").await;
    way.fill("name", "Clay and Co").await;
    way.press("#next").await;
    way.press("#next").await;
    tab.attach("#images", &[&album.one, &album.two]).await;
    way.fields.push("images");
    way.fill("title", "Moon jar").await;
    way.fill("price", "48").await;
    way.fill("quantity", "3").await;
    tab.pick("#category", "HOME").await;
    way.fields.push("category");
    way.press("#next").await;
    way.press("#open").await;
    way.press("#grid h3 a").await;

    assert_eq!(tab.text("h1").await, "Moon jar");
    assert_eq!(tab.count("#gallery .shot img").await, 2);
    tab.until("[...document.querySelectorAll('#gallery .shot img')].every(shot => shot.loading === 'lazy' || shot.naturalWidth > 0)")
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
    assert_eq!(way.pages, pages);
    assert_eq!(way.fields.len(), 11, "{:?}", way.fields);
    tab.assert_calm(&[]).await;
    // Others see it too.
    let shown = market.page("/shops/clay-and-co/moon-jar").await;
    assert_eq!(crate::support::attributes(&shown, "#gallery .shot img", "src").len(), 2);
}

#[test]
fn from_the_sign_up_form_to_a_live_product_in_ten_pages_and_eleven_fields() {
    browse(async |tab| go_all_the_way(tab).await);
}

#[test]
fn without_script_the_first_product_goes_live() {
    browse(async |tab| {
        tab.without_script().await;
        go_all_the_way(tab).await;
        assert_eq!(tab.count("html.js").await, 0, "script still runs");
    });
}
