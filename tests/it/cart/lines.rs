//! Lines: who may buy what, changes of price and stock, removal, and putting back.

use scraper::Html;

use super::market::{SHOP, SLUG, add, badge, plain, said, set, text};
use crate::support::visitor::Visitor;
use crate::support::{run, texts};

#[test]
fn a_product_that_is_not_sold_cannot_be_added() {
    run(async {
        let market = plain().await;
        let (variant, product, shop) = (market.variant(SLUG), market.product(SLUG), market.shop(SHOP));
        let visitor = Visitor::new(&market);
        let away = "vacation_from = '2020-01-01 00:00:00', vacation_until = '2099-06-03 00:00:00'";
        let mended = format!(
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
                format!("UPDATE shops SET {away} WHERE id = {shop}"),
                "on vacation until 3 June",
            ),
            (
                format!("UPDATE product_variants SET quantity = 0 WHERE id = {variant}"),
                "sold out",
            ),
        ] {
            market.sql(&format!("{mended} {change}")).await;
            let refused = add(&visitor, variant, "1").await;
            assert_eq!(refused.status(), 422, "{change}");
            let words = text(refused).await;
            assert!(words.contains(message), "{change}: {words}");
            assert!(market.held().is_empty() && visitor.cookie().is_none(), "{change}");
        }
        market
            .sql(&format!(
                "{mended} UPDATE shops SET {away}, vacation_selling = TRUE WHERE id = {shop}"
            ))
            .await;
        assert_eq!(add(&visitor, variant, "1").await.status(), 303, "away, and selling");
    });
}

#[test]
fn a_seller_cannot_buy_from_their_own_shop() {
    run(async {
        let market = plain().await;
        let variant = market.variant(SLUG);
        let maker = market.demo_person("ines").await;
        let page = maker.page(&format!("/shops/{SHOP}/{SLUG}")).await;
        assert!(said(&page).contains("This is your own product."));
        assert!(texts(&page, "#add-to-cart").is_empty());
        let refused = add(&maker, variant, "1").await;
        assert_eq!(refused.status(), 422);
        assert!(refused.text().await.unwrap().contains("own shop"));
        // What she added before she signed in is not merged either.
        let guest = Visitor::new(&market);
        add(&guest, variant, "1").await;
        guest.sign_in("ines", crate::support::roles::DEMO_PASSWORD).await;
        guest.page("/cart").await;
        assert!(market.held().is_empty());
    });
}

#[test]
fn a_cart_shows_price_changes_and_totals_at_todays_prices() {
    run(async {
        let market = plain().await;
        let (variant, product) = (market.variant(SLUG), market.product(SLUG));
        market.stock(variant, 5).await;
        let visitor = market.demo_person("bruno").await;
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
        assert!(said(&page).contains("The price has gone up from $22.00 since you added it."));
        assert_eq!(total(&page), "$100.00");
        market.sql(&price(1_000)).await;
        let page = cart().await;
        assert!(said(&page).contains("The price has gone down from $22.00 since you added it."));
        assert_eq!(total(&page), "$20.00");
        // A buyer who changes the line has seen the new price.
        set(&visitor, market.items()[0], "1").await;
        assert!(!said(&cart().await).contains("since you added it"));
        market
            .sql(&format!("UPDATE products SET state = 'archived' WHERE id = {product}"))
            .await;
        let page = cart().await;
        assert!(said(&page).contains("No longer available."));
        assert_eq!(total(&page), "$0.00");
        assert!(texts(&page, "#checkout").is_empty(), "nothing is left to check out");
        assert_eq!(set(&visitor, market.items()[0], "2").await.status(), 422);
        assert_eq!(set(&visitor, market.items()[0], "0").await.status(), 303);
        market.sql(&format!("DELETE FROM products WHERE id = {product}")).await;
        assert!(said(&cart().await).contains("Your cart is empty"));
    });
}

#[test]
fn the_cart_of_another_user_is_not_found() {
    run(async {
        let market = plain().await;
        let variant = market.variant(SLUG);
        market.stock(variant, 9).await;
        let (one, guest) = (market.demo_person("bruno").await, Visitor::new(&market));
        add(&one, variant, "1").await;
        add(&guest, variant, "2").await;
        let items = market.items();
        for (visitor, item) in [(&guest, items[0]), (&one, items[1]), (&Visitor::new(&market), items[0])] {
            for quantity in ["5", "0", "x"] {
                assert_eq!(set(visitor, item, quantity).await.status(), 404, "{quantity}");
            }
        }
        assert_eq!(market.quantities(), [1, 2]);
        assert_eq!(set(&one, 1, "1").await.status(), 404);
        assert_eq!(one.post("/cart/items/x", &[("quantity", "1")]).await.status(), 404);
    });
}

#[test]
fn a_form_ignores_fields_that_it_does_not_have() {
    run(async {
        let market = plain().await;
        let variant = market.variant(SLUG);
        market.stock(variant, 9).await;
        let (one, other) = (market.demo_person("bruno").await, market.demo_person("jonas").await);
        add(&other, variant, "1").await;
        let (variant_text, theirs) = (variant.to_string(), market.user("jonas").to_string());
        let more = [
            ("variant", variant_text.as_str()),
            ("quantity", "1"),
            ("unit_price", "1"),
            ("cart_id", "1"),
            ("owner_id", theirs.as_str()),
            ("id", "5"),
            ("personalization", "{}"),
        ];
        assert_eq!(one.post("/cart/items", &more).await.status(), 303);
        let item = market.items()[1];
        one.post(&format!("/cart/items/{item}"), &more).await;
        assert_eq!(market.quantities(), [1, 1]);
        assert_eq!(texts(&one.page("/cart").await, "#total").concat(), "$22.00");
        assert!(
            market
                .held()
                .iter()
                .all(|(.., personalization)| personalization.is_empty())
        );
    });
}

#[test]
fn removed_lines_can_be_put_back() {
    run(async {
        let market = plain().await;
        let (variant, other) = (market.variant(SLUG), market.variant("salt-glaze-bud-vase"));
        market.stock(variant, 9).await;
        market.stock(other, 9).await;
        let visitor = Visitor::new(&market);
        add(&visitor, variant, "2").await;
        add(&visitor, other, "1").await;
        let item = market.items()[0];
        set(&visitor, item, "0").await;
        let page = visitor.page("/cart").await;
        assert_eq!(texts(&page, ".undo li > span"), ["Removed: Ring dish with gold rim"]);
        assert_eq!((market.quantities(), badge(&page)), (vec![1], "1".to_owned()));
        set(&visitor, item, "2").await;
        let page = visitor.page("/cart").await;
        assert_eq!((market.quantities(), badge(&page)), (vec![2, 1], "3".to_owned()));
        assert!(texts(&page, ".undo").is_empty());
        // Removing everything at once, and putting it back.
        assert_eq!(visitor.post("/cart/clear", &[]).await.status(), 303);
        let page = visitor.page("/cart").await;
        assert!(market.held().is_empty() && badge(&page).is_empty());
        assert!(said(&page).contains("Your cart is empty") && texts(&page, "#undo-all").len() == 1);
        assert_eq!(visitor.post("/cart/restoration", &[]).await.status(), 303);
        assert_eq!(market.quantities(), [2, 1]);
        // A line that is added again after it was removed is one line.
        set(&visitor, item, "0").await;
        add(&visitor, variant, "1").await;
        assert_eq!(market.quantities(), [1, 1]);
    });
}

#[test]
fn htmx_gets_the_cart_and_the_headers_number() {
    run(async {
        let market = plain().await;
        let variant = market.variant(SLUG);
        market.stock(variant, 9).await;
        let visitor = Visitor::new(&market);
        add(&visitor, variant, "2").await;
        let cookie = visitor.cookie().unwrap();
        let changed = market
            .post(&format!("/cart/items/{}", market.items()[0]))
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
