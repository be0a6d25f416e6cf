//! Changes between opening the checkout and paying: nothing is charged, and the page shows what changed.

use super::purchase::{Form, RING_DISH, guest_with_cart};
use crate::cart::simple_market;
use crate::support::{run, texts};
use scraper::Html;

async fn submit_refused(form: &Form, visitor: &crate::support::visitor::Visitor) -> Html {
    let response = form.submit(visitor).await;
    assert_eq!(response.status(), 422);
    Html::parse_document(&response.text().await.unwrap())
}

#[test]
fn a_new_price_is_shown_before_it_is_paid() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 9).await;
        let visitor = guest_with_cart(&market, RING_DISH, "1").await;
        let form = Form::load(&visitor).await;
        market
            .sql(&format!("UPDATE product_variants SET price = 12345 WHERE id = {dish}"))
            .await;
        let page = submit_refused(&form, &visitor).await;
        assert!(texts(&page, "#changes").concat().contains("now costs $123.45"));
        assert_eq!(texts(&page, "#pay-now"), ["Pay $123.45"]);
        assert_eq!(market.count_rows("payments WHERE expires_at IS NOT NULL"), 0);
        let path = Form::from_page(&page).pay(&visitor).await;
        assert_eq!(texts(&visitor.page(&path).await, "#total"), ["$123.45"]);
    });
}

#[test]
fn changes_of_stock_and_delivery_are_shown_before_paying() {
    run(async {
        let market = simple_market().await;
        let (dish, shop) = (market.variant(RING_DISH), market.shop("barro-e-sal"));
        market.set_stock(dish, 9).await;
        let visitor = guest_with_cart(&market, RING_DISH, "2").await;
        let form = Form::load(&visitor).await;
        market
            .sql(&format!(
                "INSERT INTO shipping_rates (id, shop_id, position, name, countries, first_price, further_price, days_from,
                 days_to, pickup, created_at, updated_at) VALUES (1, {shop}, 1, 'Post', '*', 450, 100, 2, 4, FALSE,
                 '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
            ))
            .await;
        let page = submit_refused(&form, &visitor).await;
        assert!(texts(&page, "#changes").concat().contains("is now Post, $5.50"));
        let form = Form::from_page(&page);
        market.set_stock(dish, 1).await;
        let page = submit_refused(&form, &visitor).await;
        assert!(texts(&page, "#not-yet").concat().contains("Only one is left"));
        market.set_stock(dish, 9).await;
        market.sql("UPDATE shipping_rates SET countries = 'PT'").await;
        let page = visitor.page("/checkout").await;
        assert!(
            texts(&page, "#not-yet")
                .concat()
                .contains("doesn't ship to United States")
        );
        assert_eq!(market.count_rows("payments WHERE expires_at IS NOT NULL"), 0);
    });
}

#[test]
fn values_that_the_page_did_not_offer_are_refused() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 9).await;
        let visitor = guest_with_cart(&market, RING_DISH, "1").await;
        let mut form = Form::load(&visitor).await;
        let quote = form.get("quote").to_owned();
        for invalid in ["", "t1", "\0", &"_".repeat(3000), "t1_i1.1.1.1"] {
            form.set("quote", invalid);
            assert_eq!(form.submit(&visitor).await.status(), 422, "{invalid}");
        }
        form.set("quote", &quote);
        for key in ["", "short", "'; DROP TABLE purchases; --aaaaaaaaaaaaaaaaaa"] {
            let mut changed = Form {
                fields: form.fields.clone(),
            };
            assert_eq!(changed.set("key", key).submit(&visitor).await.status(), 422, "{key}");
        }
        // The form cannot set columns.
        for column in [
            "total",
            "amount",
            "status",
            "placed_at",
            "buyer_id",
            "owner_id",
            "refunded",
            "number",
        ] {
            form.set(column, "1");
        }
        let path = form.pay(&visitor).await;
        assert!(path.starts_with("/checkout/PS-"));
        assert_eq!(market.count_rows("purchases WHERE total = 1 OR number = '1'"), 0);
        market.assert_consistent();
    });
}

#[test]
fn every_field_is_checked_and_shown_again() {
    run(async {
        let market = simple_market().await;
        market.set_stock(market.variant(RING_DISH), 9).await;
        let visitor = guest_with_cart(&market, RING_DISH, "1").await;
        let valid = Form::load(&visitor).await;
        for (field, value) in [
            ("email", "ada"),
            ("name", ""),
            ("street", "a\0b"),
            ("postal_code", "1"),
            ("town", ""),
            ("region", ""),
            ("country", "XX"),
            ("card_number", "4242424242424241"),
            ("card_expiry", "13/27"),
            ("card_expiry", "01/00"),
            ("card_code", "x"),
        ] {
            let mut form = Form {
                fields: valid.fields.clone(),
            };
            let page = submit_refused(form.set(field, value), &visitor).await;
            assert!(
                !texts(&page, &format!("#problems a[href='#{field}']")).is_empty(),
                "{field}"
            );
            assert!(!texts(&page, &format!("#{field}-error")).is_empty(), "{field}");
            let html = page.html();
            assert!(
                !html.contains("4242 4242 4242 4242\" autocomplete") && !html.contains("value=\"4242"),
                "{field}"
            );
        }
        let mut form = Form {
            fields: valid.fields.clone(),
        };
        form.set("name", "<b hx-get=/x>😀 \u{202e}")
            .set("town", &"x".repeat(10_000));
        let page = submit_refused(&form, &visitor).await;
        assert_eq!(
            crate::support::attributes(&page, "#name", "value"),
            ["<b hx-get=/x>😀 \u{202e}"]
        );
    });
}
