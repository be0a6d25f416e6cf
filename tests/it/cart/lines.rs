//! Cart lines: what can be added, changes of price and stock, removal and undo.

use scraper::Html;

use super::market::{RING_DISH, SHOP, add, badge, main_text, response_text, set_quantity, simple_market};
use crate::support::visitor::Visitor;
use crate::support::{attributes, run, texts};

#[test]
fn a_product_that_is_not_sold_cannot_be_added() {
    run(async {
        let market = simple_market().await;
        let (variant, product, shop) = (market.variant(RING_DISH), market.product(RING_DISH), market.shop(SHOP));
        let visitor = Visitor::new(&market);
        let vacation = "vacation_from = '2020-01-01 00:00:00', vacation_until = '2099-06-03 00:00:00'";
        let reset = format!(
            "UPDATE products SET state = 'active' WHERE id = {product};
             UPDATE shops SET state = 'open', vacation_from = NULL, vacation_until = NULL, vacation_selling = FALSE
             WHERE id = {shop};
             UPDATE product_variants SET quantity = 9 WHERE id = {variant};"
        );
        for (change, message) in [
            (
                format!("UPDATE products SET state = 'draft' WHERE id = {product}"),
                "not available right now",
            ),
            (
                format!("UPDATE products SET state = 'archived' WHERE id = {product}"),
                "not available right now",
            ),
            (
                format!("UPDATE shops SET state = 'closed' WHERE id = {shop}"),
                "not available right now",
            ),
            (
                format!("UPDATE shops SET state = 'draft' WHERE id = {shop}"),
                "not available right now",
            ),
            (
                format!("UPDATE shops SET {vacation} WHERE id = {shop}"),
                "on vacation until June 3",
            ),
            (
                format!("UPDATE product_variants SET quantity = 0 WHERE id = {variant}"),
                "sold out",
            ),
        ] {
            market.sql(&format!("{reset} {change}")).await;
            let refused = add(&visitor, variant, "1").await;
            assert_eq!(refused.status(), 422, "{change}");
            let page_text = response_text(refused).await;
            assert!(page_text.contains(message), "{change}: {page_text}");
            assert!(market.cart_lines().is_empty() && visitor.cookie().is_none(), "{change}");
        }
        market
            .sql(&format!(
                "{reset} UPDATE shops SET {vacation}, vacation_selling = TRUE WHERE id = {shop}"
            ))
            .await;
        assert_eq!(
            add(&visitor, variant, "1").await.status(),
            303,
            "on vacation, but selling"
        );
    });
}

#[test]
fn a_seller_cannot_buy_from_their_own_shop() {
    run(async {
        let market = simple_market().await;
        let variant = market.variant(RING_DISH);
        let ines = market.sign_in_demo_user("ines").await;
        let page = ines.page(&format!("/shops/{SHOP}/{RING_DISH}")).await;
        assert!(main_text(&page).contains("This is your own product."));
        assert!(texts(&page, "#add-to-cart").is_empty());
        let refused = add(&ines, variant, "1").await;
        assert_eq!(refused.status(), 422);
        assert!(refused.text().await.unwrap().contains("own shop"));
        // A line that she added before she signed in is not merged either.
        let guest = Visitor::new(&market);
        add(&guest, variant, "1").await;
        guest.sign_in("ines", crate::support::roles::DEMO_PASSWORD).await;
        guest.page("/cart").await;
        assert!(market.cart_lines().is_empty());
    });
}

#[test]
fn a_cart_shows_price_changes_and_totals_at_todays_prices() {
    run(async {
        let market = simple_market().await;
        let (variant, product) = (market.variant(RING_DISH), market.product(RING_DISH));
        market.set_variant_quantity(variant, 5).await;
        let visitor = market.sign_in_demo_user("bruno").await;
        add(&visitor, variant, "2").await;
        let cart = async || visitor.page("/cart").await;
        let total = |page: &Html| texts(page, "#total").concat();
        assert_eq!(total(&cart().await), "$44.00");
        let price = |price: i64| {
            format!(
                "UPDATE product_variants SET price = {price} WHERE id = {variant};
                 UPDATE products SET price = {price} WHERE id = {product}"
            )
        };
        market.sql(&price(5_000)).await;
        let page = cart().await;
        assert!(main_text(&page).contains("The price has gone up from $22.00 since you added it."));
        assert_eq!(total(&page), "$100.00");
        market.sql(&price(1_000)).await;
        let page = cart().await;
        assert!(main_text(&page).contains("The price has gone down from $22.00 since you added it."));
        assert_eq!(total(&page), "$20.00");
        // A buyer who changes the line has seen the new price.
        set_quantity(&visitor, market.cart_line_ids()[0], "1").await;
        assert!(!main_text(&cart().await).contains("since you added it"));
        market
            .sql(&format!("UPDATE products SET state = 'archived' WHERE id = {product}"))
            .await;
        let page = cart().await;
        assert!(main_text(&page).contains("No longer available."));
        assert_eq!(total(&page), "$0.00");
        assert!(texts(&page, "#checkout").is_empty(), "there is nothing to check out");
        assert_eq!(
            set_quantity(&visitor, market.cart_line_ids()[0], "2").await.status(),
            422
        );
        assert_eq!(
            set_quantity(&visitor, market.cart_line_ids()[0], "0").await.status(),
            303
        );
        market.sql(&format!("DELETE FROM products WHERE id = {product}")).await;
        assert!(main_text(&cart().await).contains("Your cart is empty"));
    });
}

#[test]
fn the_cart_of_another_user_is_not_found() {
    run(async {
        let market = simple_market().await;
        let variant = market.variant(RING_DISH);
        market.set_variant_quantity(variant, 9).await;
        let (one, guest) = (market.sign_in_demo_user("bruno").await, Visitor::new(&market));
        add(&one, variant, "1").await;
        add(&guest, variant, "2").await;
        let items = market.cart_line_ids();
        for (visitor, item) in [(&guest, items[0]), (&one, items[1]), (&Visitor::new(&market), items[0])] {
            for quantity in ["5", "0", "x"] {
                assert_eq!(set_quantity(visitor, item, quantity).await.status(), 404, "{quantity}");
            }
        }
        assert_eq!(market.quantities(), [1, 2]);
        assert_eq!(set_quantity(&one, 1, "1").await.status(), 404);
        assert_eq!(one.post("/cart/items/x", &[("quantity", "1")]).await.status(), 404);
    });
}

#[test]
fn a_form_ignores_fields_that_it_does_not_have() {
    run(async {
        let market = simple_market().await;
        let variant = market.variant(RING_DISH);
        market.set_variant_quantity(variant, 9).await;
        let (one, other) = (
            market.sign_in_demo_user("bruno").await,
            market.sign_in_demo_user("jonas").await,
        );
        add(&other, variant, "1").await;
        let (variant_text, other_user_id) = (variant.to_string(), market.user("jonas").to_string());
        let fields = [
            ("variant", variant_text.as_str()),
            ("quantity", "1"),
            ("unit_price", "1"),
            ("cart_id", "1"),
            ("owner_id", other_user_id.as_str()),
            ("id", "5"),
            ("personalization", "{}"),
        ];
        assert_eq!(one.post("/cart/items", &fields).await.status(), 303);
        let item = market.cart_line_ids()[1];
        one.post(&format!("/cart/items/{item}"), &fields).await;
        assert_eq!(market.quantities(), [1, 1]);
        assert_eq!(texts(&one.page("/cart").await, "#total").concat(), "$22.00");
        assert!(
            market
                .cart_lines()
                .iter()
                .all(|(.., personalization)| personalization.is_empty())
        );
    });
}

#[test]
fn removing_lines_can_be_undone() {
    run(async {
        let market = simple_market().await;
        let (variant, other) = (market.variant(RING_DISH), market.variant("salt-glaze-bud-vase"));
        market.set_variant_quantity(variant, 9).await;
        market.set_variant_quantity(other, 9).await;
        let visitor = Visitor::new(&market);
        add(&visitor, variant, "2").await;
        add(&visitor, other, "1").await;
        let item = market.cart_line_ids()[0];
        set_quantity(&visitor, item, "0").await;
        let page = visitor.page("/cart").await;
        assert_eq!(texts(&page, ".undo li > span"), ["Removed: Ring dish with gold rim"]);
        assert_eq!((market.quantities(), badge(&page)), (vec![1], "1".to_owned()));
        set_quantity(&visitor, item, "2").await;
        let page = visitor.page("/cart").await;
        assert_eq!((market.quantities(), badge(&page)), (vec![2, 1], "3".to_owned()));
        assert!(texts(&page, ".undo").is_empty());
        // Remove all lines at once, and undo that.
        assert_eq!(visitor.post("/cart/clear", &[]).await.status(), 303);
        let page = visitor.page("/cart").await;
        assert!(market.cart_lines().is_empty() && badge(&page).is_empty());
        assert!(main_text(&page).contains("Your cart is empty") && texts(&page, "#undo-all").len() == 1);
        assert_eq!(visitor.post("/cart/restoration", &[]).await.status(), 303);
        assert_eq!(market.quantities(), [2, 1]);
        // A line that is added again after it was removed is one line.
        set_quantity(&visitor, item, "0").await;
        add(&visitor, variant, "1").await;
        assert_eq!(market.quantities(), [1, 1]);
    });
}

#[test]
fn htmx_gets_the_cart_and_the_item_count_of_the_header() {
    run(async {
        let market = simple_market().await;
        let variant = market.variant(RING_DISH);
        market.set_variant_quantity(variant, 9).await;
        let visitor = Visitor::new(&market);
        add(&visitor, variant, "2").await;
        let cookie = visitor.cookie().unwrap();
        let changed = market
            .post(&format!("/cart/items/{}", market.cart_line_ids()[0]))
            .header("Cookie", cookie)
            .header("HX-Request", "true")
            .header("HX-Request-Type", "partial")
            .form(&[("quantity", "3")])
            .send()
            .await
            .unwrap();
        let block = Html::parse_fragment(&changed.text().await.unwrap());
        assert_eq!(texts(&block, "#total"), ["$66.00"]);
        assert_eq!((badge(&block).as_str(), texts(&block, "header.top").len()), ("3", 0));
    });
}

#[test]
fn signing_in_after_a_refused_form_returns_to_the_page_that_it_was_on() {
    run(async {
        let market = simple_market().await;
        let variant = market.variant(RING_DISH).to_string();
        let referers = [
            (
                "http://localhost/products?sort=price",
                "/login?next=/products?sort=price",
            ),
            ("https://elsewhere.example/products", "/login"),
            ("", "/login"),
        ];
        for (referer, link) in referers {
            let request = reqwest::Client::new()
                .post(format!("{}/cart/items", market.url))
                .header("Sec-Fetch-Site", "same-origin")
                .header("Referer", referer)
                .form(&[("variant", variant.as_str()), ("quantity", "x")]);
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 422);
            let page = Html::parse_document(&response.text().await.unwrap());
            let links = attributes(&page, "a[href^='/login']", "href");
            assert!(
                links.iter().all(|href| href == link) && !links.is_empty(),
                "{referer}: {links:?}"
            );
        }
    });
}
