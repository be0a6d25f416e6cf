//! Embedded assets: small, minified correctly, compressed, and vendored files unchanged.

use std::fs;
use std::path::Path;

use pocketshop::web::assets;

use crate::support::{Market, attributes, run};

async fn fetch(market: &Market, path: &str, coding: &str) -> (usize, reqwest::header::HeaderMap) {
    let response = market
        .request("GET", path)
        .header("Accept-Encoding", coding)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200, "{path}");
    let headers = response.headers().clone();
    (response.bytes().await.unwrap().len(), headers)
}

#[test]
fn the_first_load_of_the_product_grid_is_small() {
    run(async {
        let market = Market::demo();
        let (css, _) = fetch(&market, assets::APP_CSS, "gzip").await;
        let (script, _) = fetch(&market, assets::APP_JS, "gzip").await;
        assert!(css <= 16 * 1024, "CSS is {css} bytes");
        assert!(script <= 15 * 1024, "our script is {script} bytes");
        let (page, headers) = fetch(&market, "/products", "gzip").await;
        assert_eq!(headers["content-encoding"], "gzip");
        let mut total = page;
        let html = market.page("/products").await;
        let mut files = attributes(&html, "link[rel=stylesheet], link[rel=preload], link[rel=icon]", "href");
        files.extend(attributes(&html, "script[src]", "src"));
        // The style sheet loads this font and the icons. The extended font is only loaded by pages that need it.
        files.push(assets::FONTS_BRICOLAGE_LATIN_700_WOFF2.to_owned());
        files.push(assets::ICONS_SVG.to_owned());
        for file in files {
            let (size, headers) = fetch(&market, &file, "gzip").await;
            assert!(
                headers["cache-control"].to_str().unwrap().contains("immutable"),
                "{file}"
            );
            total += size;
        }
        assert!(total <= 100 * 1024, "the first load is {total} bytes");
    });
}

#[test]
fn minifying_keeps_the_meaning_of_the_style_sheet() {
    run(async {
        let sheet = Market::empty().get(assets::APP_CSS).await.text().await.unwrap();
        assert!(sheet.starts_with("@layer reset,tokens,base,layout,components,pages,utilities,shop;"));
        assert!(!sheet.contains("/*") && !sheet.contains('\n') && !sheet.contains("@import"));
        for rule in [
            "calc(100% + .375rem)",
            "@media (min-width:62rem) and (min-height:40rem){",
            ".prose :is(h1,h2,h3,h4){",
            "grid-template-areas:\"pic words cost\" \"pic acts acts\"",
            "[hidden]{display:none!important}",
        ] {
            assert!(sheet.contains(rule), "{rule}");
        }
    });
}

#[test]
fn files_are_sent_in_an_encoding_that_the_browser_accepts() {
    run(async {
        let market = Market::empty();
        for (accepted, expected) in [
            ("br, gzip", Some("br")),
            ("gzip", Some("gzip")),
            ("identity", None),
            ("br;q=0, gzip", Some("gzip")),
        ] {
            let (_, headers) = fetch(&market, assets::APP_CSS, accepted).await;
            let coding = headers
                .get("content-encoding")
                .map(|coding| coding.to_str().unwrap())
                .filter(|coding| *coding != "identity");
            assert_eq!(coding, expected, "{accepted}");
            assert!(
                headers
                    .get_all("vary")
                    .iter()
                    .any(|vary| vary.to_str().unwrap().contains("Accept-Encoding"))
            );
        }
        assert_eq!(market.get("/a/app.0000.css").await.status(), 404);
    });
}

#[test]
fn vendored_files_match_their_checksums() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    let list = fs::read_to_string(folder.join("VENDORED.md")).unwrap();
    let mut checked = 0;
    for line in list.lines().filter(|line| line.contains('|')) {
        let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let Some(checksum) = cells
            .iter()
            .find(|cell| cell.len() == 64 && cell.bytes().all(|byte| byte.is_ascii_hexdigit()))
        else {
            continue;
        };
        let Some(file) = cells
            .iter()
            .find(|cell| folder.join(cell).is_file() && !cell.is_empty())
        else {
            panic!("{line}: no such file")
        };
        assert_eq!(&sha256(&fs::read(folder.join(file)).unwrap()), checksum, "{file}");
        checked += 1;
    }
    assert!(checked >= 4, "{checked} files have a checksum");
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |checksum, byte| checksum + &format!("{byte:02x}"))
}
