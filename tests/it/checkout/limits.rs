//! The rate limit of the checkout.

use super::purchase::{Form, RING_DISH, add_to_cart};
use crate::support::visitor::Visitor;
use crate::support::{Market, run, texts};
use pocketshop::config::Limit;
use scraper::Html;

#[test]
fn payments_above_the_limit_are_refused() {
    run(async {
        // The limit refills slowly, so that a slow machine reaches it too.
        let market = Market::open(true, |config| {
            config.rate_limit = true;
            config.limits.checkouts = Limit::per_minutes(10, 60);
        });
        market
            .sql("DELETE FROM shipping_rates; DELETE FROM personalization_fields")
            .await;
        market.set_stock(market.variant(RING_DISH), 9).await;
        let visitor = Visitor::new(&market);
        add_to_cart(&visitor, market.variant(RING_DISH), "1").await;
        let valid = Form::load(&visitor).await;
        let mut form = Form {
            fields: valid.fields.clone(),
        };
        form.set("card_number", "1");
        for number in 0..10 {
            assert_eq!(form.submit(&visitor).await.status(), 422, "{number}");
        }
        let limited = valid.submit(&visitor).await;
        assert_eq!(limited.status(), 429);
        let seconds: u64 = limited.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=360).contains(&seconds), "{seconds}");
        let page_text = texts(&Html::parse_document(&limited.text().await.unwrap()), "main").concat();
        assert!(page_text.contains("Too many requests"), "{page_text}");
        assert_eq!(market.count_rows("payments WHERE expires_at IS NOT NULL"), 0);
        // Updating the page and opening the cart are not limited.
        assert_eq!(form.set("update", "1").submit(&visitor).await.status(), 200);
        assert_eq!(visitor.get("/cart").await.status(), 200);
    });
}
