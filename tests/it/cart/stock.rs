//! Stock and limits: a cart never holds more than the stock or its own limits allow.

use std::fmt::Write as _;

use futures_util::future::join_all;
use scraper::Html;

use super::market::{RING_DISH, add, main_text, response_text, set_quantity, simple_market};
use crate::support::visitor::{Visitor, location};
use crate::support::{Market, run, texts};

#[test]
fn a_cart_never_holds_more_than_the_stock() {
    run(async {
        let market = simple_market().await;
        let variant = market.variant(RING_DISH);
        market.set_variant_quantity(variant, 3).await;
        let visitor = Visitor::new(&market);
        // Adding a product for the first time, and again.
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
        assert!(response_text(again).await.contains("Only 3"));
        // Changing the quantity.
        let item = market.cart_line_ids()[0];
        assert_eq!(set_quantity(&visitor, item, "2").await.status(), 303);
        assert_eq!(market.quantities(), [2]);
        assert_eq!(set_quantity(&visitor, item, "40").await.status(), 303);
        assert_eq!(market.quantities(), [3]);
        assert!(
            texts(&visitor.page("/cart").await, "#flash")
                .concat()
                .contains("Only 3")
        );
        assert_eq!(set_quantity(&visitor, item, "1000").await.status(), 422);
        // The plus button beside the quantity.
        let more = [("quantity", "3"), ("step", "1")];
        visitor.post(&format!("/cart/items/{item}"), &more).await;
        assert_eq!(market.quantities(), [3]);
        // After the stock has decreased.
        market.set_variant_quantity(variant, 1).await;
        assert!(main_text(&visitor.page("/cart").await).contains("Only one is left"));
        set_quantity(&visitor, item, "2").await;
        assert_eq!(market.quantities(), [1]);
        market.set_variant_quantity(variant, 0).await;
        assert_eq!(set_quantity(&visitor, item, "1").await.status(), 422);
    });
}

#[test]
fn all_lines_of_a_variant_share_its_stock() {
    run(async {
        let market = simple_market().await;
        let (variant, product) = (market.variant(RING_DISH), market.product(RING_DISH));
        market.set_variant_quantity(variant, 5).await;
        market
            .sql(&format!(
                "INSERT INTO personalization_fields (id, product_id, position, kind, label, hint, choices, max_length, required,
                 price, created_at, updated_at) VALUES (7, {product}, 1, 'text', 'Name', '', '', 10, FALSE, 0,
                 '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
            ))
            .await;
        let visitor = Visitor::new(&market);
        let variant_text = variant.to_string();
        for (name, quantity) in [("Ana", "3"), ("Rui", "9")] {
            let form = [
                ("variant", variant_text.as_str()),
                ("quantity", quantity),
                ("personalization[7]", name),
            ];
            assert_eq!(visitor.post("/cart/items", &form).await.status(), 303);
        }
        assert_eq!(market.quantities(), [3, 2]);
        set_quantity(&visitor, market.cart_line_ids()[0], "4").await;
        assert_eq!(market.quantities(), [3, 2]);
        set_quantity(&visitor, market.cart_line_ids()[1], "1").await;
        set_quantity(&visitor, market.cart_line_ids()[0], "99").await;
        assert_eq!(market.quantities(), [4, 1]);
        // When the stock has become smaller, the line that was added first keeps its quantity.
        market.set_variant_quantity(variant, 4).await;
        let page = visitor.page("/cart").await;
        let problem = "All that is left is already in your cart.";
        assert_eq!(main_text(&page).matches(problem).count(), 1);
        assert_eq!(
            set_quantity(&visitor, market.cart_line_ids()[1], "1").await.status(),
            422
        );
        assert_eq!(
            set_quantity(&visitor, market.cart_line_ids()[0], "3").await.status(),
            303
        );
        assert_eq!(market.quantities(), [3, 1]);
        assert!(!main_text(&visitor.page("/cart").await).contains(problem));
    });
}

#[test]
fn forty_requests_at_once_do_not_overfill_a_cart() {
    run(async {
        let market = simple_market().await;
        let variant = market.variant(RING_DISH);
        market.set_variant_quantity(variant, 10).await;
        let guest = Visitor::new(&market);
        add(&guest, variant, "1").await;
        let user = market.sign_in_demo_user("bruno").await;
        for (first, before) in [(guest, 1), (user, 0)] {
            let tabs: Vec<Visitor> = (0..40).map(|_| Visitor::with_cookie(&market, first.cookie())).collect();
            let responses = join_all(tabs.iter().map(|tab| add(tab, variant, "1"))).await;
            let accepted = responses.iter().filter(|response| response.status() == 303).count();
            assert_eq!(accepted, 10 - before);
            assert!(
                responses
                    .iter()
                    .all(|response| [303, 422].contains(&response.status().as_u16()))
            );
        }
        assert_eq!(market.quantities(), [10, 10]);
        assert_eq!(market.carts(), 2);
    });
}

#[test]
fn a_cart_holds_fifty_lines_of_ninety_nine_and_takes_a_fixed_number_of_queries() {
    run(async {
        let market = simple_market().await;
        let (product, first) = (market.product(RING_DISH), market.variant(RING_DISH));
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
        market.set_variant_quantity(first, 500).await;
        let visitor = Visitor::new(&market);
        assert_eq!(add(&visitor, first, "99").await.status(), 303);
        let more = add(&visitor, first, "1").await;
        assert_eq!(more.status(), 422);
        assert!(response_text(more).await.contains("99"));
        let queries = |market: &Market| market.db.queries();
        let before = queries(&market);
        visitor.page("/cart").await;
        let with_one = queries(&market) - before;
        for number in 1..50 {
            assert_eq!(add(&visitor, number, "1").await.status(), 303, "{number}");
        }
        let refused = add(&visitor, 50, "1").await;
        assert_eq!(refused.status(), 422);
        assert!(response_text(refused).await.contains("it can hold 50 different items"));
        // The quantity of an existing line can still be increased.
        assert_eq!(add(&visitor, 7, "1").await.status(), 303);
        assert_eq!(market.quantities().len(), 50);
        let before = queries(&market);
        visitor.page("/cart").await;
        assert_eq!(queries(&market) - before, with_one);
        assert!(with_one <= 6, "{with_one} statements");
        assert!(visitor.cookie().unwrap().len() < 4_096);
        // A removed line cannot be restored while the cart is full.
        let removed = market.cart_line_ids()[3];
        set_quantity(&visitor, removed, "0").await;
        assert_eq!(add(&visitor, 50, "1").await.status(), 303);
        assert_eq!(set_quantity(&visitor, removed, "1").await.status(), 422);
        assert_eq!(market.quantities().len(), 50);
    });
}

#[test]
fn an_invalid_quantity_is_refused_with_a_message() {
    run(async {
        let market = simple_market().await;
        let variant = market.variant(RING_DISH);
        market.set_variant_quantity(variant, 50).await;
        let visitor = Visitor::new(&market);
        add(&visitor, variant, "2").await;
        let item = market.cart_line_ids()[0];
        let long_number = "9".repeat(10_000);
        for input in [
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
            &long_number,
        ] {
            let added = add(&visitor, variant, input).await;
            assert_eq!(added.status(), 422, "{input:?}");
            let page = Html::parse_document(&added.text().await.unwrap());
            assert!(!texts(&page, "#problems li").is_empty(), "{input:?}");
            assert!(texts(&page, "title").concat().starts_with("Error: "), "{input:?}");
            let changed = set_quantity(&visitor, item, input).await;
            assert_eq!(changed.status(), 422, "{input:?}");
            let page = Html::parse_document(&changed.text().await.unwrap());
            assert!(!texts(&page, ".cart-line [role=alert]").is_empty(), "{input:?}");
        }
        assert_eq!(add(&visitor, variant, "0").await.status(), 422);
        assert_eq!(market.quantities(), [2]);
        // An unknown, an invalid and a missing variant.
        assert_eq!(add(&visitor, 1, "1").await.status(), 404);
        for variant in ["", "x", "-1", "1e3", "99999999999999999999"] {
            let response = visitor
                .post("/cart/items", &[("variant", variant), ("quantity", "1")])
                .await;
            assert!(
                [404, 422].contains(&response.status().as_u16()),
                "{variant}: {}",
                response.status()
            );
        }
        assert_eq!(visitor.post("/cart/items", &[]).await.status(), 422);
    });
}
