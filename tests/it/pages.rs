//! Pages: blocks for htmx, titles and ids, and links.

use crate::support::totp::totp_code;
use crate::support::visitor::Visitor;
use crate::support::{Market, attributes, run, texts};

/// Collapses white space as a browser does.
fn collapse_spaces(html: &str) -> String {
    html.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The block itself, and its parts that htmx swaps into other places of the page.
fn parts(block: &str) -> Vec<String> {
    const OUT_OF_BAND: &str = " hx-swap-oob=\"true\"";
    let starts: Vec<usize> = block
        .match_indices(OUT_OF_BAND)
        .map(|(at, _)| block[..at].rfind('<').unwrap())
        .collect();
    let ends = starts.iter().copied().chain([block.len()]);
    let begins = [0].into_iter().chain(starts.iter().copied());
    begins
        .zip(ends)
        .map(|(begin, end)| block[begin..end].replace(OUT_OF_BAND, "").trim().to_owned())
        .collect()
}

#[test]
fn a_block_is_part_of_its_page() {
    run(async {
        let market = Market::demo();
        for path in [
            "/products",
            "/products?category=home-living&stock=in",
            "/categories/vintage?sort=price",
            "/products?category=digital-goods&n=48",
            "/shops/barro-e-sal/dipped-speckle-mug",
        ] {
            let response = market.request("GET", path).send().await.unwrap();
            assert!(
                response
                    .headers()
                    .get_all("vary")
                    .iter()
                    .any(|vary| vary.to_str().unwrap().contains("HX-Request")),
                "{path}"
            );
            let page_text = collapse_spaces(&response.text().await.unwrap());
            let block = collapse_spaces(&market.block(path).await);
            assert!(block.len() > 200 && block.len() < page_text.len(), "{path}");
            assert!(!block.contains("<html"), "{path}");
            for part in parts(&block) {
                assert!(page_text.contains(&part), "{path}: not part of the page: {part}");
            }
            // History and full-page requests of htmx get the page.
            let full = market
                .request("GET", path)
                .header("HX-Request", "true")
                .header("HX-Request-Type", "full")
                .send()
                .await
                .unwrap();
            assert_eq!(collapse_spaces(&full.text().await.unwrap()), page_text, "{path}");
        }
    });
}

#[test]
fn every_page_has_one_heading_a_title_and_its_address() {
    run(async {
        let market = Market::demo();
        let mut seen = Vec::new();
        for path in [
            "/",
            "/products",
            "/categories/vintage",
            "/shops",
            "/shops/barro-e-sal",
            "/shops/barro-e-sal/dipped-speckle-mug",
        ] {
            let page = market.page(path).await;
            assert_eq!(texts(&page, "h1").len(), 1, "{path}");
            let title = texts(&page, "title").remove(0);
            assert!(title.contains("PocketShop"), "{path}: {title}");
            assert!(!seen.contains(&title), "the title {title} is used twice");
            seen.push(title);
            assert_eq!(
                attributes(&page, "link[rel=canonical]", "href"),
                [format!("http://localhost{path}")],
                "{path}"
            );
            for name in ["og:title", "og:description", "og:type", "og:url", "og:site_name"] {
                let content = attributes(&page, &format!("meta[property='{name}']"), "content");
                assert!(content.len() == 1 && !content[0].is_empty(), "{path}: {name}");
            }
            let description = attributes(&page, "meta[name=description]", "content").remove(0);
            assert!(
                (20..=200).contains(&description.chars().count()),
                "{path}: {description}"
            );
            let mut ids = attributes(&page, "[id]", "id");
            let count = ids.len();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), count, "{path}: an id is used twice");
            assert!(
                attributes(&page, "a[href]", "href")
                    .iter()
                    .all(|href| !href.is_empty() && href != "#"),
                "{path}: an empty link"
            );
        }
    });
}

/// Follows every link of every page once. Links on pages whose path begins with one of `known` are not followed.
async fn follow_all(visitor: &Visitor, from: &[&str], known: &[&str]) -> Vec<String> {
    let mut seen: Vec<String> = from.iter().map(|&path| path.to_owned()).collect();
    let mut next = seen.clone();
    while let Some(path) = next.pop() {
        let response = visitor.get(&path).await;
        assert!(response.status() == 200, "{path}: {}", response.status());
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        if !kind.starts_with("text/html") || known.iter().any(|known| path.starts_with(known)) {
            continue;
        }
        let page = scraper::Html::parse_document(&response.text().await.unwrap());
        let links = [
            ("a[href]", "href"),
            ("link[href]", "href"),
            ("script[src]", "src"),
            ("img[src]", "src"),
        ];
        for link in links
            .iter()
            .flat_map(|(selector, name)| attributes(&page, selector, name))
        {
            let link = link.split('#').next().unwrap().to_owned();
            if link.starts_with('/') && !seen.contains(&link) && seen.len() < 600 {
                seen.push(link.clone());
                next.push(link);
            }
        }
    }
    seen
}

#[test]
fn no_link_is_broken() {
    run(async {
        let market = Market::demo();
        let seen = follow_all(&Visitor::new(&market), &["/"], &[]).await;
        assert!(seen.len() > 200, "{}", seen.len());
    });
}

#[test]
fn no_link_is_broken_for_signed_in_users() {
    const ACCOUNT: [&str; 7] = [
        "/account/email",
        "/account/password",
        "/account/second-factor",
        "/account/devices",
        "/account/activity",
        "/account/data",
        "/account/deletion",
    ];
    run(async {
        let market = Market::demo();
        let public = ["/products", "/shops", "/categories"];
        let seller = Visitor::new(&market);
        seller.sign_in("ines", "twelve small pockets").await;
        let seen = follow_all(&seller, &["/"], &public).await;
        for path in ACCOUNT.iter().chain(&["/account", "/dashboard"]) {
            assert!(seen.iter().any(|seen| seen == path), "no page links to {path}");
        }
        assert!(!seen.iter().any(|path| path.starts_with("/admin")));

        pocketshop::ops::users::make_admin(&market.config, "ines", None, None).unwrap();
        let admin = Visitor::new(&market);
        admin.sign_in("ines", "twelve small pockets").await;
        admin.post("/account/second-factor/setup", &[]).await;
        let key = texts(&admin.page("/account/second-factor").await, ".key").remove(0);
        let on = admin
            .post("/account/second-factor", &[("code", &totp_code(&key, 0))])
            .await;
        assert_eq!(on.status(), 200);
        let seen = follow_all(&admin, &["/"], &public).await;
        for path in ACCOUNT.iter().chain(&["/account", "/dashboard", "/admin"]) {
            assert!(seen.iter().any(|seen| seen == path), "no page links to {path}");
        }
    });
}
