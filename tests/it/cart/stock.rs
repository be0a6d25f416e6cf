//! Stock and limits: a cart holds no more than the stock and its own limits.

use std::fmt::Write as _;

use futures_util::future::join_all;
use scraper::Html;

use super::market::{SLUG, add, plain, said, set, text};
use crate::support::visitor::{Visitor, location};
use crate::support::{Market, run, texts};

#[test]
fn a_cart_never_holds_more_than_the_stock() {
    run(async {
        let market = plain().await;
        let variant = market.variant(SLUG);
        market.stock(variant, 3).await;
        let visitor = Visitor::new(&market);
        // When a product is added for the first time, and again.
        let added = add(&visitor, variant, "50").await;
        assert_eq!((added.status().as_u16(), location(&added)), (303, "/cart"));
        assert_eq!(market.quantities(), [3]);
        let page = visitor.page("/cart").await;
        assert!(
            texts(&page, "#flash").concat().contains("Only 3"),
            "{:?}",
            texts(&page, "#flash")
        );
        let again = add(&visitor, variant, "1").await;
        assert_eq!(again.status(), 422);
        assert!(text(again).await.contains("Only 3"));
        // When the quantity is changed.
        let item = market.items()[0];
        assert_eq!(set(&visitor, item, "2").await.status(), 303);
        assert_eq!(market.quantities(), [2]);
        assert_eq!(set(&visitor, item, "40").await.status(), 303);
        assert_eq!(market.quantities(), [3]);
        assert!(
            texts(&visitor.page("/cart").await, "#flash")
                .concat()
                .contains("Only 3")
        );
        assert_eq!(set(&visitor, item, "1000").await.status(), 422);
        // When the buttons beside the number are used.
        let more = [("quantity", "3"), ("step", "1")];
        visitor.post(&format!("/cart/items/{item}"), &more).await;
        assert_eq!(market.quantities(), [3]);
        // When the stock has become smaller.
        market.stock(variant, 1).await;
        assert!(said(&visitor.page("/cart").await).contains("Only one is left"));
        set(&visitor, item, "2").await;
        assert_eq!(market.quantities(), [1]);
        market.stock(variant, 0).await;
        assert_eq!(set(&visitor, item, "1").await.status(), 422);
    });
}

#[test]
fn all_lines_of_a_variant_share_its_stock() {
    run(async {
        let market = plain().await;
        let (variant, product) = (market.variant(SLUG), market.product(SLUG));
        market.stock(variant, 5).await;
        market
            .sql(&format!(
                "INSERT INTO personalization_fields (id, product_id, position, kind, label, hint, choices, max_length, required,
                 price, created_at, updated_at) VALUES (7, {product}, 1, 'text', 'Name', '', '', 10, FALSE, 0,
                 '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
            ))
            .await;
        let visitor = Visitor::new(&market);
        let variant_text = variant.to_string();
        for (name, wanted) in [("Ana", "3"), ("Rui", "9")] {
            let form = [
                ("variant", variant_text.as_str()),
                ("quantity", wanted),
                ("personalization[7]", name),
            ];
            assert_eq!(visitor.post("/cart/items", &form).await.status(), 303);
        }
        assert_eq!(market.quantities(), [3, 2]);
        set(&visitor, market.items()[0], "4").await;
        assert_eq!(market.quantities(), [3, 2]);
        set(&visitor, market.items()[1], "1").await;
        set(&visitor, market.items()[0], "99").await;
        assert_eq!(market.quantities(), [4, 1]);
    });
}

#[test]
fn forty_requests_at_once_do_not_overfill_a_cart() {
    run(async {
        let market = plain().await;
        let variant = market.variant(SLUG);
        market.stock(variant, 10).await;
        let guest = Visitor::new(&market);
        add(&guest, variant, "1").await;
        let user = market.demo_person("bruno").await;
        for (first, before) in [(guest, 1), (user, 0)] {
            let tabs: Vec<Visitor> = (0..40).map(|_| Visitor::with_cookie(&market, first.cookie())).collect();
            let answers = join_all(tabs.iter().map(|tab| add(tab, variant, "1"))).await;
            let taken = answers.iter().filter(|answer| answer.status() == 303).count();
            assert_eq!(taken, 10 - before);
            assert!(
                answers
                    .iter()
                    .all(|answer| [303, 422].contains(&answer.status().as_u16()))
            );
        }
        assert_eq!(market.quantities(), [10, 10]);
        assert_eq!(market.carts(), 2);
    });
}

#[test]
fn a_cart_holds_fifty_lines_of_ninety_nine_in_a_fixed_number_of_statements() {
    run(async {
        let market = plain().await;
        let (product, first) = (market.product(SLUG), market.variant(SLUG));
        let mut statements = String::new();
        for number in 1..=50 {
            write!(
                statements,
                "INSERT INTO product_variants (id, product_id, position, value1, value2, value3, sku, price, quantity,
                 created_at, updated_at) VALUES ({number}, {product}, {number}, 'Kind {number}', '', '', '', 100, 200,
                 '2026-01-01 00:00:00', '2026-01-01 00:00:00');"
            )
            .unwrap();
        }
        market.sql(&statements).await;
        market.stock(first, 500).await;
        let visitor = Visitor::new(&market);
        assert_eq!(add(&visitor, first, "99").await.status(), 303);
        let more = add(&visitor, first, "1").await;
        assert_eq!(more.status(), 422);
        assert!(text(more).await.contains("99"));
        let queries = |market: &Market| market.db.queries();
        let before = queries(&market);
        visitor.page("/cart").await;
        let with_one = queries(&market) - before;
        for number in 1..50 {
            assert_eq!(add(&visitor, number, "1").await.status(), 303, "{number}");
        }
        let full = add(&visitor, 50, "1").await;
        assert_eq!(full.status(), 422);
        assert!(text(full).await.contains("50 different products"));
        // A line that exists can still grow.
        assert_eq!(add(&visitor, 7, "1").await.status(), 303);
        assert_eq!(market.quantities().len(), 50);
        let before = queries(&market);
        visitor.page("/cart").await;
        assert_eq!(queries(&market) - before, with_one);
        assert!(with_one <= 6, "{with_one} statements");
        assert!(visitor.cookie().unwrap().len() < 4_096);
        // A line that is put back while the cart is full stays removed.
        let out = market.items()[3];
        set(&visitor, out, "0").await;
        assert_eq!(add(&visitor, 50, "1").await.status(), 303);
        assert_eq!(set(&visitor, out, "1").await.status(), 422);
        assert_eq!(market.quantities().len(), 50);
    });
}

#[test]
fn an_invalid_quantity_is_refused_with_a_message() {
    run(async {
        let market = plain().await;
        let variant = market.variant(SLUG);
        market.stock(variant, 50).await;
        let visitor = Visitor::new(&market);
        add(&visitor, variant, "2").await;
        let item = market.items()[0];
        let long = "9".repeat(10_000);
        for typed in [
            "-1",
            "−1",
            "2147483648",
            "1e3",
            "１",
            "",
            "1.5",
            "\0",
            "0x2",
            " ",
            "99999999999999999999",
            &long,
        ] {
            let added = add(&visitor, variant, typed).await;
            assert_eq!(added.status(), 422, "{typed:?}");
            let page = Html::parse_document(&added.text().await.unwrap());
            assert!(!texts(&page, "#problems li").is_empty(), "{typed:?}");
            assert!(texts(&page, "title").concat().starts_with("Error: "), "{typed:?}");
            let changed = set(&visitor, item, typed).await;
            assert_eq!(changed.status(), 422, "{typed:?}");
            let page = Html::parse_document(&changed.text().await.unwrap());
            assert!(!texts(&page, ".cart-line [role=alert]").is_empty(), "{typed:?}");
        }
        assert_eq!(add(&visitor, variant, "0").await.status(), 422);
        assert_eq!(market.quantities(), [2]);
        // An unknown variant, and none at all.
        assert_eq!(add(&visitor, 1, "1").await.status(), 404);
        for variant in ["", "x", "-1", "1e3", "99999999999999999999"] {
            let sent = visitor
                .post("/cart/items", &[("variant", variant), ("quantity", "1")])
                .await;
            assert!(
                [404, 422].contains(&sent.status().as_u16()),
                "{variant}: {}",
                sent.status()
            );
        }
        assert_eq!(visitor.post("/cart/items", &[]).await.status(), 422);
    });
}
