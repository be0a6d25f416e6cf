//! The product list: views, sort orders, pages, search, and the cost of its queries.

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

use super::Setup;
use crate::support::{attributes, run, texts};

fn titles(page: &Html) -> Vec<String> {
    texts(page, "#rows .row-main a.strong")
}

#[test]
fn each_view_lists_and_counts_its_products() {
    run(async {
        let setup = Setup::new().await;
        setup.add_live("Live one", 100, 3);
        setup.add_live("Live two", 200, 1);
        setup.add_live("Sold out", 300, 0);
        setup.add_draft("Draft", 0, 0);
        let archived = setup.add_live("Archived", 500, 5);
        setup.sql(&format!("UPDATE products SET state = 'archived' WHERE id = {archived}"));
        setup.add_draft_to(setup.other_shop, "Somebody else's", 100, 1);
        setup.market.db.write(|_| Ok(())).await.unwrap();
        let page = setup.ines.page("/dashboard/products").await;
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
            let page = setup
                .ines
                .page(&format!("/dashboard/products?view={view}&sort=title"))
                .await;
            assert_eq!(titles(&page), expected, "{view}");
        }
        let page = setup.ines.page("/dashboard/products?view=sold-out").await;
        assert_eq!(texts(&page, "#rows .badge"), ["Sold out"]);
    });
}

#[test]
fn products_with_variants_show_lowest_price_and_total_stock() {
    run(async {
        let setup = Setup::new().await;
        let id = setup.add_live("Shirt", 2_000, 4);
        setup.add_variant(id, "Large", 2_500, 6);
        setup.add_order(id);
        let page = setup.ines.page("/dashboard/products").await;
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
            assert_eq!(setup.ines.post(&path, &form).await.status(), 422, "{cell}");
        }
        assert_eq!(setup.price_and_stock(id), (2_000, 10, 2_000, 10));
    });
}

#[test]
fn pages_by_key_show_every_product_once_in_every_order() {
    run(async {
        let setup = Setup::new().await;
        let mut made = Vec::new();
        // Many products are equal in the column that they are sorted by.
        for number in 0_i64..120 {
            made.push(setup.add_draft(&format!("Mug - {}, 5 % off-{}", number % 7, number % 3), number % 5, 2));
        }
        setup.sql("UPDATE products SET updated_at = created_at");
        for order in SellerProductSort::all() {
            let mut path = format!("/dashboard/products?sort={order}");
            let (mut seen, mut values) = (Vec::new(), Vec::new());
            for _ in 0..4 {
                let page = setup.ines.page(&path).await;
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
        let more = setup
            .market
            .request("GET", "/dashboard/products?sort=title&after=Mug-1")
            .header("Cookie", setup.ines.cookie().unwrap())
            .header("HX-Request", "true")
            .header("HX-Request-Type", "partial");
        let block = more.send().await.unwrap().text().await.unwrap();
        assert!(
            block.trim_start().starts_with("<tr") && !block.contains("<html"),
            "{block}"
        );
        assert!(block.contains("hx-swap-oob"));
        for invalid in ["x", "x-1", "-", "1-", "\u{0}-1", "99999999999999999999-1", "-5-1"] {
            let address = format!("/dashboard/products?sort=price&after={}", invalid.replace('\0', "%00"));
            assert_eq!(setup.ines.get(&address).await.status(), 200, "{invalid:?}");
        }
    });
}

#[test]
fn a_search_finds_titles_and_skus_and_has_no_wildcards() {
    run(async {
        let setup = Setup::new().await;
        let mug = setup.add_draft("Blue Mug, 50% wool_free", 100, 1);
        setup.add_draft("Bowl", 100, 1);
        setup.add_draft("Écharpe \"rouge\" \\o/", 100, 1);
        setup.sql(&format!(
            "UPDATE product_variants SET sku = 'BM-07' WHERE product_id = {mug}"
        ));
        for (input, found) in [
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
            let page = setup.ines.page(&format!("/dashboard/products?q={input}")).await;
            assert_eq!(titles(&page), found, "{input}");
        }
        let long = "m".repeat(10_000);
        assert_eq!(
            setup.ines.get(&format!("/dashboard/products?q={long}")).await.status(),
            200
        );
        let page = setup.ines.page("/dashboard/products?q=<img hx-get=/logout>").await;
        assert!(texts(&page, "#product-list").join(" ").contains("<img hx-get=/logout>"));
        assert_eq!(attributes(&page, "#product-list img", "hx-get").len(), 0);
    });
}

#[test]
fn the_number_of_list_queries_does_not_depend_on_the_products() {
    run(async {
        let setup = Setup::new().await;
        let count_queries = async || {
            // Any write clears the query cache.
            setup.market.db.write(|_| Ok(())).await.unwrap();
            let before = setup.market.db.queries();
            setup.ines.page("/dashboard/products").await;
            setup.market.db.queries() - before
        };
        setup.add_live("One", 100, 1);
        let few = count_queries().await;
        for number in 0..60 {
            setup.add_live(&format!("Number {number}"), 100, 1);
        }
        let many = count_queries().await;
        assert_eq!(few, many);
        assert!(many <= 6, "{many} statements");
    });
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// SQLite's query plan of the first statement that `work` runs.
fn plan(conn: &mut Conn, work: impl FnOnce(&mut Conn)) -> String {
    let queries = Arc::new(Mutex::new(Vec::new()));
    let recorded = queries.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            recorded.lock().unwrap().push(query.to_string());
        }
    });
    work(conn);
    let first = queries.lock().unwrap()[0].clone();
    let statement = first.split("-- binds").next().unwrap();
    let Conn::Sqlite(conn) = conn else { panic!("not SQLite") };
    let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(conn).unwrap();
    let details: Vec<String> = steps.into_iter().map(|step| step.detail).collect();
    details.join("\n")
}

#[test]
fn the_list_uses_an_index_in_every_sort_order() {
    run(async {
        let setup = Setup::new().await;
        let mut conn = setup.conn();
        if matches!(conn, Conn::Postgres(_)) {
            return;
        }
        let shop = ShopId(setup.shop);
        for view in [SellerProductView::All, SellerProductView::Live] {
            for order in SellerProductSort::all() {
                let filter = SellerProductFilter {
                    view,
                    search: String::new(),
                    sort: order,
                    after: None,
                };
                let plan = plan(&mut conn, |conn| {
                    SellerProductRow::list(conn, shop, &filter, 51).unwrap();
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
