//! What visitors see: the demo market, the original's data, and redirects from old links.

use std::path::Path;

use diesel::connection::SimpleConnection;
use pocketshop::ops;
use scraper::Html;

use crate::support::database::Database;
use crate::support::{Market, attributes, config, run, texts};

/// A market with the original's data in it.
fn original() -> Market {
    let database = Database::fresh();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pocketshop");
    ops::import_pocketshop(&config(database.folder.path(), &database), &folder).unwrap();
    Market::with_database(database, false, |_| {})
}

/// The titles of the product cards on a page.
fn titles(page: &Html) -> Vec<String> {
    texts(page, "#grid h3 a")
}

async fn location(market: &Market, path: &str) -> (u16, String) {
    let response = market.get(path).await;
    let target = response
        .headers()
        .get("location")
        .map_or("", |target| target.to_str().unwrap())
        .to_owned();
    (response.status().as_u16(), target)
}

#[test]
fn the_originals_links_redirect_to_the_new_addresses() {
    run(async {
        let market = original();
        let (status, product) = location(&market, "/products/1").await;
        assert!(
            market.get("/products/1").await.headers()["cache-control"] == "no-cache",
            "the redirect may be cached"
        );
        assert_eq!(
            (status, product.as_str()),
            (301, "/shops/luna-and-sol-jewelry/celestial-ring-set")
        );
        let page = market.page(&product).await;
        assert_eq!(texts(&page, "h1"), ["Celestial Ring Set"]);
        assert!(texts(&page, "main").join(" ").contains("$78.00"));
        assert_eq!(
            location(&market, "/shops/1").await,
            (301, "/shops/luna-and-sol-jewelry".to_owned())
        );
        for missing in [
            "/products/999",
            "/shops/999",
            "/products/x",
            "/products/99999999999999999999",
            "/shops/2",
        ] {
            assert_eq!(location(&market, missing).await.0, 404, "{missing}");
        }
    });
}

#[test]
fn pictures_of_the_original_are_resized_by_cloudinary() {
    run(async {
        let page = original().page("/shops/luna-and-sol-jewelry/celestial-ring-set").await;
        let sources = attributes(&page, "main img", "src");
        assert!(
            sources
                .iter()
                .any(|src| src.contains("/image/upload/c_fill,ar_4:5,w_640,f_auto,q_auto/")),
            "{sources:?}"
        );
        assert!(
            attributes(&page, "main img", "srcset")
                .iter()
                .all(|set| set.contains(" 320w") && set.contains(" 1440w"))
        );
        assert!(attributes(&page, "main img", "width").len() == sources.len());
    });
}

#[test]
fn an_old_slug_redirects_to_the_new_one() {
    run(async {
        let market = original();
        market
            .db
            .write(|conn| {
                conn.batch_execute(
                    "INSERT INTO shop_slugs (slug, shop_id) VALUES ('old-shop', 1);
                     INSERT INTO product_slugs (shop_id, slug, product_id) VALUES (1, 'old-ring', 1);",
                )?;
                Ok(())
            })
            .await
            .unwrap();
        let new = "/shops/luna-and-sol-jewelry/celestial-ring-set";
        assert_eq!(
            location(&market, "/shops/old-shop").await,
            (301, "/shops/luna-and-sol-jewelry".to_owned())
        );
        assert_eq!(
            location(&market, "/shops/luna-and-sol-jewelry/old-ring").await,
            (301, new.to_owned())
        );
        assert_eq!(
            location(&market, "/shops/old-shop/old-ring").await,
            (301, new.to_owned())
        );
        assert_eq!(
            location(&market, "/shops/old-shop/celestial-ring-set").await,
            (301, new.to_owned())
        );
        assert_eq!(location(&market, "/shops/old-shop/never").await.0, 404);
    });
}

#[test]
fn drafts_and_closed_shops_are_not_found() {
    run(async {
        let market = original();
        let ring = "/shops/luna-and-sol-jewelry/celestial-ring-set";
        market
            .db
            .write(|conn| Ok(conn.batch_execute("UPDATE products SET state = 'draft' WHERE id = 1")?))
            .await
            .unwrap();
        assert_eq!(market.get(ring).await.status(), 404);
        assert_eq!(market.get("/products/1").await.status(), 404);
        assert!(
            texts(&market.page("/products").await, "#count")
                .join(" ")
                .contains("37")
        );
        market
            .db
            .write(|conn| {
                Ok(conn.batch_execute(
                    "UPDATE products SET state = 'active'; UPDATE shops SET state = 'closed' WHERE id = 1",
                )?)
            })
            .await
            .unwrap();
        for path in [ring, "/shops/luna-and-sol-jewelry", "/shops/1", "/products/1"] {
            assert_eq!(market.get(path).await.status(), 404, "{path}");
        }
        assert!(!titles(&market.page("/products?n=240").await).contains(&"Celestial Ring Set".to_owned()));
    });
}

#[test]
fn a_list_is_filtered_sorted_and_loads_more() {
    run(async {
        let market = Market::demo();
        let all = titles(&market.page("/products?n=240").await);
        assert!(all.len() >= 60, "{}", all.len());
        let first = market.page("/products").await;
        assert_eq!(titles(&first), all[..24]);

        let more = market.page("/products?n=48").await;
        assert_eq!(titles(&more), all[..48]);
        let fetch = attributes(&first, "#show-more", "hx-get").remove(0);
        let block = Html::parse_fragment(&format!("<ul>{}</ul>", market.block(&fetch).await));
        assert_eq!(texts(&block, "h3 a"), all[24..48]);

        let (cheap, dear) = (
            market.page("/products?sort=price&n=240").await,
            market.page("/products?sort=-price&n=240").await,
        );
        let cents = |page: &Html| -> Vec<u64> {
            let digits = |price: &String| {
                price
                    .chars()
                    .filter(char::is_ascii_digit)
                    .collect::<String>()
                    .parse()
                    .unwrap()
            };
            texts(page, "#grid .price").iter().map(digits).collect()
        };
        assert!(cents(&cheap).is_sorted() && cents(&dear).is_sorted_by(|one, next| one >= next));

        let home = market.page("/categories/home-living?n=240").await;
        let filtered = market.page("/products?category=home-living&n=240").await;
        assert_eq!(titles(&home), titles(&filtered));
        let both = market
            .page("/products?category=home-living&category=vintage&n=240")
            .await;
        let vintage = market.page("/products?category=vintage&n=240").await;
        assert_eq!(titles(&both).len(), titles(&home).len() + titles(&vintage).len());
        let in_stock = market.page("/products?stock=in&n=240").await;
        assert!(titles(&in_stock).len() < all.len());
        assert!(!texts(&in_stock, "#grid .flag").contains(&"Sold out".to_owned()));
    });
}

/// Following the cursors shows every product once, even where prices are equal.
#[test]
fn pages_after_a_cursor_miss_and_repeat_nothing() {
    run(async {
        let market = Market::demo();
        market
            .db
            .write(|conn| Ok(conn.batch_execute("UPDATE products SET price = 1000 WHERE price < 4000")?))
            .await
            .unwrap();
        for sort in ["newest", "price", "-price"] {
            let mut seen = Vec::new();
            let mut next = Some(format!("/products?sort={sort}"));
            while let Some(path) = next {
                let page = Html::parse_fragment(&format!(
                    "<ul>{}</ul>",
                    if seen.is_empty() {
                        market.get(&path).await.text().await.unwrap()
                    } else {
                        market.block(&path).await
                    }
                ));
                let cards = attributes(&page, "li.product-card", "id");
                assert!(!cards.is_empty() && seen.len() < 500);
                seen.extend(cards);
                next = attributes(&page, "#show-more", "hx-get").pop();
            }
            let mut once = seen.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), seen.len(), "{sort}");
            assert_eq!(
                seen.len(),
                titles(&market.page("/products?n=240").await).len(),
                "{sort}"
            );
        }
    });
}

#[test]
fn invalid_addresses_and_parameters_get_a_helpful_page() {
    run(async {
        let market = Market::demo();
        let long = "x".repeat(3000);
        for query in [
            "n=-1",
            "n=999999999999",
            "n=x",
            "after=x",
            "after=1-",
            "after=-6300000000000000000-1",
            "after=6300000000000000000-1",
            "after=0-0",
            "after=1--1",
            "sort=evil",
            "sort=a&sort=b",
            "category=%00",
            "category[]=1",
            "category=%ff%fe",
            "stock=%27%20OR%201%3D1",
            "a=b&a=c",
            "&&&",
            "=",
            "%",
            "variant=%00",
            &long,
        ] {
            for path in ["/products", "/", "/shops", "/categories/vintage"] {
                let status = market.get(&format!("{path}?{query}")).await.status().as_u16();
                assert!(status == 200 || status == 422, "{path}?{query}: {status}");
            }
        }
        for path in ["/products?after=0-0", "/shops?after=0-0", "/shops/fjordull?after=0-0"] {
            let text = texts(&market.page(path).await, "main").join(" ");
            assert!(
                text.contains("End of the list") && !text.contains("No shop is open"),
                "{path}: {text}"
            );
        }
        assert_eq!(market.get("/media/demo/fjordull-banner.svg/x.webp").await.status(), 404);
        for path in [
            "/shops/%00",
            "/shops/a%00b/c",
            "/shops/..%2f",
            "/shops/%ff",
            "/categories/%00",
            "/products/-1",
            "/shops/A",
            "/shops/x/%F0%9F%98%80",
            "/media/demo/..%2f..%2fsecret.key",
            "/media/%2e%2e/secret.key",
            "/a/..%2fapp.css",
        ] {
            assert_eq!(market.get(path).await.status(), 404, "{path}");
        }
    });
}

#[test]
fn stock_and_variants_are_shown_exactly() {
    run(async {
        let market = original();
        let ring = "/shops/luna-and-sol-jewelry/celestial-ring-set";
        for (quantity, expected) in [(3, "In stock (3 available)"), (1, "Last one"), (0, "Sold out")] {
            let change = format!(
                "UPDATE product_variants SET quantity = {quantity} WHERE product_id = 1; UPDATE products SET quantity = {quantity} WHERE id = 1"
            );
            market
                .db
                .write(move |conn| Ok(conn.batch_execute(&change)?))
                .await
                .unwrap();
            let text = texts(&market.page(ring).await, "#buy").join(" ");
            assert!(text.contains(expected), "{quantity}: {text}");
        }
        let demo = Market::demo();
        let page = demo.page("/shops/barro-e-sal/dipped-speckle-mug").await;
        let links = attributes(&page, "#buy a[href*='variant=']", "href");
        assert!(links.len() > 1);
        assert!(texts(&page, "#buy").join(" ").contains("From $"));
        let chosen = demo.page(&links[1]).await;
        assert_eq!(texts(&chosen, "#buy a[aria-current]").len(), 1);
        assert!(!texts(&chosen, "#buy .price").join(" ").contains("From"));
    });
}

#[test]
fn a_market_with_no_shops_says_how_to_open_the_first() {
    run(async {
        let market = Market::empty();
        for path in ["/", "/products", "/shops"] {
            let text = texts(&market.page(path).await, "main").join(" ");
            assert!(text.contains("pocketshop serve --demo"), "{path}: {text}");
        }
    });
}

#[test]
fn the_demo_market_never_changes_existing_data() {
    run(async {
        let market = original();
        let before = market
            .db
            .read(|conn| Ok(crate::support::rows::dump(conn)))
            .await
            .unwrap();
        ops::fill_demo(&market.config, ops::Demo::WithoutPurchases).unwrap();
        let after = market
            .db
            .read(|conn| Ok(crate::support::rows::dump(conn)))
            .await
            .unwrap();
        assert_eq!(before, after);
    });
}

#[test]
fn the_demo_market_has_shops_products_and_orders() {
    run(async {
        let market = Market::demo();
        let home = market.page("/").await;
        assert!(texts(&home, ".product-card").len() >= 8);
        let shops = market.page("/shops").await;
        assert!(texts(&shops, ".list-head p").join(" ").starts_with("10 shops"));
        let page = market.page("/products?n=240").await;
        for flag in ["Last one", "Sold out", "New"] {
            assert!(texts(&page, ".flag").iter().any(|text| text == flag), "{flag}");
        }
        for picture in attributes(&page, "#grid img", "src").iter().take(12) {
            let response = market.get(picture).await;
            assert_eq!(
                (
                    response.status().as_u16(),
                    response.headers()["content-type"].to_str().unwrap()
                ),
                (200, "image/svg+xml")
            );
            assert_eq!(
                response.headers()["content-security-policy"],
                "default-src 'none'; sandbox"
            );
            assert!(
                response.headers()["cache-control"]
                    .to_str()
                    .unwrap()
                    .contains("immutable")
            );
        }
        let empty_categories: Vec<String> = texts(&page, "#facets .check .n")
            .into_iter()
            .filter(|count| {
                count.contains('0') && count.trim_matches(|character: char| !character.is_ascii_digit()) == "0"
            })
            .collect();
        assert!(empty_categories.is_empty(), "a category is empty");
    });
}

/// A page runs the same number of queries for a large market as for a small one.
#[test]
fn a_pages_queries_do_not_grow_with_its_rows() {
    run(async {
        let (large, small) = (Market::demo(), Market::demo());
        let statement =
            "DELETE FROM products WHERE shop_id <> (SELECT shop_id FROM products WHERE slug = 'dipped-speckle-mug')";
        small
            .db
            .write(move |conn| Ok(conn.batch_execute(statement)?))
            .await
            .unwrap();
        let product = "/shops/barro-e-sal/dipped-speckle-mug";
        for (path, max) in [
            ("/", 6),
            ("/products", 4),
            ("/products?n=240&stock=in&category=home-living", 4),
            (product, 8),
            ("/shops/barro-e-sal", 6),
            ("/shops", 5),
            ("/categories/home-living", 4),
        ] {
            let mut queries = Vec::new();
            for market in [&large, &small] {
                // Any write clears the query cache.
                market.db.write(|_| Ok(())).await.unwrap();
                let before = market.db.queries();
                market.page(path).await;
                queries.push(market.db.queries() - before);
            }
            assert!(
                queries[0] > 0 && queries[0] <= max,
                "{path}: {queries:?} queries, at most {max} are allowed"
            );
            assert_eq!(queries[0], queries[1], "{path}");
        }
    });
}

/// A cached page runs no queries until the next write.
#[test]
fn a_page_is_cached_until_the_next_write() {
    run(async {
        let market = Market::demo();
        let mug = "/shops/barro-e-sal/dipped-speckle-mug";
        for path in ["/", "/products", "/shops", "/shops/barro-e-sal", mug] {
            market.page(path).await;
            let before = market.db.queries();
            market.page(path).await;
            assert_eq!(market.db.queries(), before, "{path}");
        }
        let change = "UPDATE products SET title = 'Renamed mug' WHERE slug = 'dipped-speckle-mug'";
        market
            .db
            .write(move |conn| Ok(conn.batch_execute(change)?))
            .await
            .unwrap();
        for path in ["/", "/products", "/shops/barro-e-sal", mug] {
            assert!(
                texts(&market.page(path).await, "main")
                    .join(" ")
                    .contains("Renamed mug"),
                "{path}"
            );
        }
    });
}

#[test]
fn shops_and_their_products_are_paged_too() {
    run(async {
        let market = Market::demo();
        market
            .db
            .write(|conn| {
                // Thirty more shops with the same time, and thirty more products for one, so that ids break the ties.
                for number in 1..=30 {
                    conn.batch_execute(&format!(
                        "INSERT INTO shops (id, owner_id, name, slug, tagline, bio, announcement, location, shop_image, state,
                             vacation_from, vacation_until, vacation_message, hue, vividness, corner, created_at, updated_at)
                         SELECT {number}, NULL, name, 'copy-{number}', tagline, bio, announcement, location, shop_image, state,
                             NULL, NULL, '', hue, vividness, corner, '2025-01-01 00:00:00', '2025-01-01 00:00:00' FROM shops WHERE slug = 'barro-e-sal';
                         INSERT INTO products (id, owner_id, shop_id, category, title, slug, description, price, quantity,
                             option1, option2, option3, state, published_at, created_at, updated_at)
                         SELECT {number}, NULL, shop_id, category, title, 'copy-{number}', description, price, quantity,
                             '', '', '', state, '2025-01-01 00:00:00', '2025-01-01 00:00:00', '2025-01-01 00:00:00' FROM products WHERE slug = 'dipped-speckle-mug';"
                    ))?;
                }
                Ok(())
            })
            .await
            .unwrap();
        for (path, link, total) in [("/shops", "h2 a", 40), ("/shops/barro-e-sal", "h3 a", 37)] {
            let first = market.page(path).await;
            let mut seen = attributes(&first, &format!("#grid {link}"), "href");
            assert_eq!(seen.len(), 24, "{path}");
            let fetch = attributes(&first, "#show-more", "hx-get").remove(0);
            let block = Html::parse_fragment(&format!("<ul>{}</ul>", market.block(&fetch).await));
            seen.extend(attributes(&block, link, "href"));
            assert!(attributes(&block, "#show-more", "href").is_empty(), "{path} ends here");
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), total, "{path}");
        }
    });
}
