//! Changes between viewing the checkout and paying: nothing is charged, and the page says what changed.

use super::purchase::{Form, MUG, guest_with};
use crate::cart::plain;
use crate::support::{run, texts};
use scraper::Html;

async fn refused(form: &Form, visitor: &crate::support::visitor::Visitor) -> Html {
    let sent = form.send(visitor).await;
    assert_eq!(sent.status(), 422);
    Html::parse_document(&sent.text().await.unwrap())
}

#[test]
fn a_new_price_is_shown_before_it_is_paid() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 9).await;
        let visitor = guest_with(&market, MUG, "1").await;
        let form = Form::of(&visitor).await;
        market
            .sql(&format!("UPDATE product_variants SET price = 12345 WHERE id = {mug}"))
            .await;
        let page = refused(&form, &visitor).await;
        assert!(texts(&page, "#changes").concat().contains("now costs $123.45"));
        assert_eq!(texts(&page, "#pay-now"), ["Pay $123.45"]);
        assert_eq!(market.count_of("payments WHERE expires_at IS NOT NULL"), 0);
        let to = Form::on(&page).pay(&visitor).await;
        assert_eq!(texts(&visitor.page(&to).await, "#total"), ["$123.45"]);
    });
}

#[test]
fn changes_of_stock_and_delivery_are_shown_before_paying() {
    run(async {
        let market = plain().await;
        let (mug, shop) = (market.variant(MUG), market.shop("barro-e-sal"));
        market.shelve(mug, 9).await;
        let visitor = guest_with(&market, MUG, "2").await;
        let form = Form::of(&visitor).await;
        market
            .sql(&format!(
                "INSERT INTO shipping_rates (id, shop_id, position, name, countries, first_price, further_price, days_from,
                 days_to, pickup, created_at, updated_at) VALUES (1, {shop}, 1, 'Post', '*', 450, 100, 2, 4, FALSE,
                 '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
            ))
            .await;
        let page = refused(&form, &visitor).await;
        assert!(texts(&page, "#changes").concat().contains("is now Post, $5.50"));
        let form = Form::on(&page);
        market.shelve(mug, 1).await;
        let page = refused(&form, &visitor).await;
        assert!(texts(&page, "#not-yet").concat().contains("Only one is left"));
        market.shelve(mug, 9).await;
        market.sql("UPDATE shipping_rates SET countries = 'PT'").await;
        let page = visitor.page("/checkout").await;
        assert!(
            texts(&page, "#not-yet")
                .concat()
                .contains("doesn't ship to United States")
        );
        assert_eq!(market.count_of("payments WHERE expires_at IS NOT NULL"), 0);
    });
}

#[test]
fn values_that_the_page_did_not_offer_are_refused() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 9).await;
        let visitor = guest_with(&market, MUG, "1").await;
        let mut form = Form::of(&visitor).await;
        let quote = form.get("quote").to_owned();
        for wrong in ["", "t1", "\0", &"_".repeat(3000), "t1_i1.1.1.1"] {
            form.set("quote", wrong);
            assert_eq!(form.send(&visitor).await.status(), 422, "{wrong}");
        }
        form.set("quote", &quote);
        for key in ["", "short", "'; DROP TABLE purchases; --aaaaaaaaaaaaaaaaaa"] {
            let mut odd = Form {
                fields: form.fields.clone(),
            };
            assert_eq!(odd.set("key", key).send(&visitor).await.status(), 422, "{key}");
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
        let to = form.pay(&visitor).await;
        assert!(to.starts_with("/checkout/PS-"));
        assert_eq!(market.count_of("purchases WHERE total = 1 OR number = '1'"), 0);
        market.books_balance();
    });
}

#[test]
fn every_field_is_checked_and_shown_again() {
    run(async {
        let market = plain().await;
        market.shelve(market.variant(MUG), 9).await;
        let visitor = guest_with(&market, MUG, "1").await;
        let good = Form::of(&visitor).await;
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
                fields: good.fields.clone(),
            };
            let page = refused(form.set(field, value), &visitor).await;
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
            fields: good.fields.clone(),
        };
        form.set("name", "<b hx-get=/x>😀 \u{202e}")
            .set("town", &"x".repeat(10_000));
        let page = refused(&form, &visitor).await;
        assert_eq!(
            crate::support::attributes(&page, "#name", "value"),
            ["<b hx-get=/x>😀 \u{202e}"]
        );
    });
}
