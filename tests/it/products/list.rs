//! What the list shows, in which order, and what it costs.

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{Connection, sql_query};
use pocketshop::catalog::{
    SellerProductCounts, SellerProductFilter, SellerProductRow, SellerProductSort, SellerProductView,
};
use pocketshop::db::Conn;
use pocketshop::id::ShopId;
use scraper::Html;

use super::Desk;
use crate::support::{attributes, run, texts};

fn titles(page: &Html) -> Vec<String> {
    texts(page, "#rows .what a.strong")
}

#[test]
fn each_view_lists_and_counts_its_products() {
    run(async {
        let desk = Desk::open().await;
        desk.live("Live one", 100, 3);
        desk.live("Live two", 200, 1);
        desk.live("Sold out", 300, 0);
        desk.draft("Draft", 0, 0);
        let archived = desk.live("Archived", 500, 5);
        desk.sql(&format!("UPDATE products SET state = 'archived' WHERE id = {archived}"));
        desk.draft_in(desk.other_shop, "Somebody else's", 100, 1);
        desk.market.db.write(|_| Ok(())).await.unwrap();
        let page = desk.ines.page("/dashboard/products").await;
        assert_eq!(
            texts(&page, ".seg a"),
            ["All 4", "Live 2", "Drafts 1", "Sold out 1", "Archived 1"]
        );
        for (view, expected) in [
            ("all", vec!["Draft", "Live one", "Live two", "Sold out"]),
            ("live", vec!["Live one", "Live two"]),
            ("draft", vec!["Draft"]),
            ("sold-out", vec!["Sold out"]),
            ("archived", vec!["Archived"]),
            ("nonsense", vec!["Draft", "Live one", "Live two", "Sold out"]),
        ] {
            let page = desk
                .ines
                .page(&format!("/dashboard/products?view={view}&sort=title"))
                .await;
            assert_eq!(titles(&page), expected, "{view}");
        }
        let page = desk.ines.page("/dashboard/products?view=sold-out").await;
        assert_eq!(texts(&page, "#rows .badge"), ["Sold out"]);
    });
}

#[test]
fn products_with_variants_show_lowest_price_and_total_stock() {
    run(async {
        let desk = Desk::open().await;
        let id = desk.live("Shirt", 2_000, 4);
        desk.kind(id, "Large", 2_500, 6);
        desk.sell(id);
        let page = desk.ines.page("/dashboard/products").await;
        let cell = |name: &str| texts(&page, &format!("#{name}-{id}")).join("");
        assert!(cell("price").starts_with("From $20.00"), "{}", cell("price"));
        assert!(cell("quantity").starts_with("10 in total"), "{}", cell("quantity"));
        let edit = format!("/dashboard/products/{id}/edit");
        assert_eq!(attributes(&page, &format!("#price-{id}"), "href"), [edit.as_str()]);
        assert_eq!(attributes(&page, &format!("#title-{id}"), "href"), [edit.as_str()]);
        assert_eq!(texts(&page, "#rows [data-th=Sold]"), ["3"]);
        for (cell, form) in [("price", [("price", "1")]), ("stock", [("quantity", "1")])] {
            let path = format!("/dashboard/products/{id}/{cell}");
            let mut form = form.to_vec();
            form.push(("seen", "1"));
            assert_eq!(desk.ines.post(&path, &form).await.status(), 422, "{cell}");
        }
        assert_eq!(desk.numbers(id), (2_000, 10, 2_000, 10));
    });
}

#[test]
fn pages_by_key_show_every_product_once_in_every_order() {
    run(async {
        let desk = Desk::open().await;
        let mut made = Vec::new();
        // Many are alike in what they are sorted by.
        for number in 0_i64..120 {
            made.push(desk.draft(&format!("Mug - {}, 5 % off-{}", number % 7, number % 3), number % 5, 2));
        }
        desk.sql("UPDATE products SET updated_at = created_at");
        for order in SellerProductSort::all() {
            let mut path = format!("/dashboard/products?sort={order}");
            let (mut seen, mut values) = (Vec::new(), Vec::new());
            for _ in 0..4 {
                let page = desk.ines.page(&path).await;
                seen.extend(attributes(&page, "#rows tr", "id"));
                values.extend(titles(&page));
                match attributes(&page, "#show-more", "href").pop() {
                    Some(next) => path = next,
                    None => break,
                }
            }
            assert_eq!(seen.len(), 120, "{order}");
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 120, "{order}");
            match order.to_string().as_str() {
                "title" => assert!(values.is_sorted()),
                "-title" => assert!(values.iter().rev().is_sorted()),
                _ => {}
            }
        }
        let more = desk
            .market
            .request("GET", "/dashboard/products?sort=title&after=Mug-1")
            .header("Cookie", desk.ines.cookie().unwrap())
            .header("HX-Request", "true")
            .header("HX-Request-Type", "partial");
        let block = more.send().await.unwrap().text().await.unwrap();
        assert!(
            block.trim_start().starts_with("<tr") && !block.contains("<html"),
            "{block}"
        );
        assert!(block.contains("hx-swap-oob"));
        for nonsense in ["x", "x-1", "-", "1-", "\u{0}-1", "99999999999999999999-1", "-5-1"] {
            let address = format!("/dashboard/products?sort=price&after={}", nonsense.replace('\0', "%00"));
            assert_eq!(desk.ines.get(&address).await.status(), 200, "{nonsense:?}");
        }
    });
}

#[test]
fn a_search_finds_titles_and_skus_and_has_no_wildcards() {
    run(async {
        let desk = Desk::open().await;
        let mug = desk.draft("Blue Mug, 50% wool_free", 100, 1);
        desk.draft("Bowl", 100, 1);
        desk.draft("Écharpe \"rouge\" \\o/", 100, 1);
        desk.sql(&format!(
            "UPDATE product_variants SET sku = 'BM-07' WHERE product_id = {mug}"
        ));
        for (typed, found) in [
            ("mug", vec!["Blue Mug, 50% wool_free"]),
            ("MUG", vec!["Blue Mug, 50% wool_free"]),
            ("bm-0", vec!["Blue Mug, 50% wool_free"]),
            ("50%25 wool_", vec!["Blue Mug, 50% wool_free"]),
            ("0%25w", vec![]),
            ("u_", vec![]),
            ("%25", vec!["Blue Mug, 50% wool_free"]),
            ("_", vec!["Blue Mug, 50% wool_free"]),
            ("écharpe", vec!["Écharpe \"rouge\" \\o/"]),
            ("ÉCHARPE", vec!["Écharpe \"rouge\" \\o/"]),
            ("\"rouge\"", vec!["Écharpe \"rouge\" \\o/"]),
            ("\\", vec!["Écharpe \"rouge\" \\o/"]),
            ("bo%00wl", vec!["Bowl"]),
            ("'; DROP TABLE products; --", vec![]),
        ] {
            let page = desk.ines.page(&format!("/dashboard/products?q={typed}")).await;
            assert_eq!(titles(&page), found, "{typed}");
        }
        let long = "m".repeat(10_000);
        assert_eq!(
            desk.ines.get(&format!("/dashboard/products?q={long}")).await.status(),
            200
        );
        let page = desk.ines.page("/dashboard/products?q=<img hx-get=/logout>").await;
        assert!(texts(&page, "#shelf").join(" ").contains("<img hx-get=/logout>"));
        assert_eq!(attributes(&page, "#shelf img", "hx-get").len(), 0);
    });
}

#[test]
fn the_number_of_list_queries_does_not_depend_on_the_products() {
    run(async {
        let desk = Desk::open().await;
        let cost = async || {
            // Nothing is remembered.
            desk.market.db.write(|_| Ok(())).await.unwrap();
            let before = desk.market.db.queries();
            desk.ines.page("/dashboard/products").await;
            desk.market.db.queries() - before
        };
        desk.live("One", 100, 1);
        let few = cost().await;
        for number in 0..60 {
            desk.live(&format!("Number {number}"), 100, 1);
        }
        let many = cost().await;
        assert_eq!(few, many);
        assert!(many <= 6, "{many} statements");
    });
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// What SQLite means to do for the first statement that runs.
fn plan(conn: &mut Conn, work: impl FnOnce(&mut Conn)) -> String {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hearing = heard.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            hearing.lock().unwrap().push(query.to_string());
        }
    });
    work(conn);
    let first = heard.lock().unwrap()[0].clone();
    let statement = first.split("-- binds").next().unwrap();
    let Conn::Sqlite(conn) = conn else { panic!("not SQLite") };
    let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(conn).unwrap();
    let details: Vec<String> = steps.into_iter().map(|step| step.detail).collect();
    details.join("\n")
}

#[test]
fn the_list_uses_an_index_in_every_sort_order() {
    run(async {
        let desk = Desk::open().await;
        let mut conn = desk.conn();
        if matches!(conn, Conn::Postgres(_)) {
            return;
        }
        let shop = ShopId(desk.shop);
        for view in [SellerProductView::All, SellerProductView::Live] {
            for order in SellerProductSort::all() {
                let wanted = SellerProductFilter {
                    view,
                    search: String::new(),
                    sort: order,
                    after: None,
                };
                let plan = plan(&mut conn, |conn| {
                    SellerProductRow::list(conn, shop, &wanted, 51).unwrap();
                });
                let index = format!("products_shop_{}", order.by.as_str());
                assert!(plan.contains(&index), "{order}: {plan}");
                assert!(!plan.contains("TEMP B-TREE FOR ORDER BY"), "{order}: {plan}");
                assert!(!plan.contains("SCAN products"), "{order}: {plan}");
            }
        }
        let plan = plan(&mut conn, |conn| {
            SellerProductCounts::of_shop(conn, shop).unwrap();
        });
        assert!(plan.contains("COVERING INDEX products_shop_counted"), "{plan}");
    });
}
