//! Guests: no cookie before there is a cart, a small one then, and carts that expire.

use chrono::TimeDelta;
use pocketshop::carts;

use super::market::{RING_DISH, SHOP, add, badge, main_text, simple_market};
use crate::support::roles::now;
use crate::support::visitor::Visitor;
use crate::support::{run, texts};

#[test]
fn a_visitor_without_a_cart_gets_no_cookie() {
    run(async {
        let market = simple_market().await;
        let product = format!("/shops/{SHOP}/{RING_DISH}");
        for path in ["/", "/cart", &product] {
            let (one, other) = (Visitor::new(&market), Visitor::new(&market));
            let (first, second) = (one.get(path).await, other.get(path).await);
            assert!(first.headers().get("set-cookie").is_none(), "{path}");
            assert_eq!(first.text().await.unwrap(), second.text().await.unwrap(), "{path}");
        }
        // The item count in the header is in the cookie, so it takes no query.
        let visitor = Visitor::new(&market);
        add(&visitor, market.variant(RING_DISH), "1").await;
        market.page(&product).await;
        let before = market.db.queries();
        assert_eq!(badge(&visitor.page(&product).await), "1");
        assert_eq!(market.db.queries(), before);
    });
}

#[test]
fn the_cookie_is_removed_with_the_last_line_of_the_cart() {
    run(async {
        let market = simple_market().await;
        let visitor = Visitor::new(&market);
        add(&visitor, market.variant(RING_DISH), "1").await;
        assert!(visitor.cookie().is_some_and(|cookie| cookie.len() < 400));
        // Once the flash message is shown, the cookie that only held it is removed.
        visitor.page("/cart").await;
        market.sql("DELETE FROM cart_items").await;
        assert_eq!(badge(&visitor.page("/").await), "1", "the number in the cookie");
        assert_eq!(badge(&visitor.page("/cart").await), "");
        assert_eq!(visitor.cookie(), None);
    });
}

#[test]
fn a_guests_cart_ends_after_ninety_days_and_a_users_does_not() {
    run(async {
        let market = simple_market().await;
        let variant = market.variant(RING_DISH);
        market.set_variant_quantity(variant, 9).await;
        let (guest, user) = (Visitor::new(&market), market.sign_in_demo_user("bruno").await);
        add(&guest, variant, "1").await;
        add(&user, variant, "1").await;
        let purge_after = async |days: i64| {
            market
                .db
                .write(move |conn| carts::purge_expired(conn, now() + TimeDelta::days(days)))
                .await
                .unwrap();
        };
        purge_after(89).await;
        assert_eq!((market.carts(), market.cart_lines().len()), (2, 2));
        purge_after(91).await;
        assert_eq!((market.carts(), market.cart_lines().len()), (1, 1));
        assert!(main_text(&guest.page("/cart").await).contains("Your cart is empty"));
        // The cookie of the expired cart does not open another cart.
        assert_eq!(add(&guest, variant, "1").await.status(), 303);
        assert_eq!(market.carts(), 2);
    });
}

#[test]
fn the_country_is_remembered_and_must_be_valid() {
    run(async {
        let market = simple_market().await;
        let visitor = Visitor::new(&market);
        add(&visitor, market.variant(RING_DISH), "1").await;
        let shop = market.shop(SHOP);
        market
            .sql(&format!(
                "INSERT INTO shipping_rates (id, shop_id, position, name, countries, first_price, further_price,
                 free_over, days_from, days_to, pickup, created_at, updated_at) VALUES (1, {shop}, 1, 'Post', 'US', 450,
                 100, NULL, 2, 4, FALSE, '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
            ))
            .await;
        let page = visitor.page("/cart").await;
        assert_eq!(texts(&page, "#total"), ["$26.50"]);
        assert_eq!(texts(&page, "#checkout"), ["Check out"]);
        assert_eq!(visitor.post("/cart/country", &[("country", "PT")]).await.status(), 303);
        let page = visitor.page("/cart").await;
        assert!(main_text(&page).contains("doesn’t ship to Portugal"));
        assert!(texts(&page, "#checkout").is_empty());
        let product = visitor.page(&format!("/shops/{SHOP}/{RING_DISH}")).await;
        assert_eq!(texts(&product, "#delivery"), ["The shop doesn’t ship to Portugal"]);
        for country in ["", "XX", "pt", "<b>"] {
            assert_eq!(
                visitor.post("/cart/country", &[("country", country)]).await.status(),
                422,
                "{country}"
            );
        }
    });
}
