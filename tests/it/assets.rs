//! What the binary carries: light, named by its bytes, and the vendored files untouched.

use std::fs;
use std::path::Path;

use pocketshop::web::assets;

use crate::support::{Market, attributes, run};

async fn bytes(market: &Market, path: &str, coding: &str) -> (usize, reqwest::header::HeaderMap) {
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
fn the_first_load_of_the_grid_is_light() {
    run(async {
        let market = Market::demo();
        let (css, _) = bytes(&market, assets::APP_CSS, "gzip").await;
        let (script, _) = bytes(&market, assets::APP_JS, "gzip").await;
        assert!(css <= 16 * 1024, "CSS is {css} bytes");
        assert!(script <= 15 * 1024, "our script is {script} bytes");
        let (page, headers) = bytes(&market, "/products", "gzip").await;
        assert_eq!(headers["content-encoding"], "gzip");
        let mut whole = page;
        let html = market.page("/products").await;
        let mut files = attributes(&html, "link[rel=stylesheet], link[rel=preload], link[rel=icon]", "href");
        files.extend(attributes(&html, "script[src]", "src"));
        // What the style sheet and the icons bring along; the extended letters come only where a page has them.
        files.push(assets::FONTS_BRICOLAGE_LATIN_700_WOFF2.to_owned());
        files.push(assets::ICONS_SVG.to_owned());
        for file in files {
            let (size, headers) = bytes(&market, &file, "gzip").await;
            assert!(
                headers["cache-control"].to_str().unwrap().contains("immutable"),
                "{file}"
            );
            whole += size;
        }
        assert!(whole <= 100 * 1024, "the first load is {whole} bytes");
    });
}

#[test]
fn minifying_keeps_the_meaning_of_the_style_sheet() {
    run(async {
        let sheet = Market::empty().get(assets::APP_CSS).await.text().await.unwrap();
        assert!(sheet.starts_with("@layer reset,tokens,base,layout,components,pages,utilities,shop;"));
        assert!(!sheet.contains("/*") && !sheet.contains('\n') && !sheet.contains("@import"));
        for kept in [
            "calc(100% + .375rem)",
            "@media (min-width:62rem) and (min-height:40rem){",
            ".prose :is(h1,h2,h3,h4){",
            "grid-template-areas:\"pic words cost\" \"pic acts acts\"",
            "[hidden]{display:none!important}",
        ] {
            assert!(sheet.contains(kept), "{kept}");
        }
    });
}

#[test]
fn files_come_in_an_encoding_that_the_browser_accepts() {
    run(async {
        let market = Market::empty();
        for (asked, got) in [
            ("br, gzip", Some("br")),
            ("gzip", Some("gzip")),
            ("identity", None),
            ("br;q=0, gzip", Some("gzip")),
        ] {
            let (_, headers) = bytes(&market, assets::APP_CSS, asked).await;
            let coding = headers
                .get("content-encoding")
                .map(|coding| coding.to_str().unwrap())
                .filter(|coding| *coding != "identity");
            assert_eq!(coding, got, "{asked}");
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
fn vendored_files_are_what_their_packages_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
    let list = fs::read_to_string(folder.join("VENDORED.md")).unwrap();
    let mut checked = 0;
    for line in list.lines().filter(|line| line.contains('|')) {
        let cells: Vec<&str> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let Some(sum) = cells
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
        assert_eq!(&sha256(&fs::read(folder.join(file)).unwrap()), sum, "{file}");
        checked += 1;
    }
    assert!(checked >= 4, "{checked} files have a checksum");
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |sum, byte| sum + &format!("{byte:02x}"))
}
