//! The rate limit of the checkout.

use super::purchase::{Form, MUG, fill};
use crate::support::visitor::Visitor;
use crate::support::{Market, run, texts};
use pocketshop::config::Limit;
use scraper::Html;

#[test]
fn payments_above_the_limit_are_refused() {
    run(async {
        // Slow to refill, so that a slow machine reaches it as well.
        let market = Market::open(true, |config| {
            config.rate_limit = true;
            config.limits.checkouts = Limit::per_minutes(10, 60);
        });
        market
            .sql("DELETE FROM shipping_rates; DELETE FROM personalization_fields")
            .await;
        market.shelve(market.variant(MUG), 9).await;
        let visitor = Visitor::new(&market);
        fill(&visitor, market.variant(MUG), "1").await;
        let good = Form::of(&visitor).await;
        let mut form = Form {
            fields: good.fields.clone(),
        };
        form.set("card_number", "1");
        for number in 0..10 {
            assert_eq!(form.send(&visitor).await.status(), 422, "{number}");
        }
        let rest = good.send(&visitor).await;
        assert_eq!(rest.status(), 429);
        let seconds: u64 = rest.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=360).contains(&seconds), "{seconds}");
        let words = texts(&Html::parse_document(&rest.text().await.unwrap()), "main").concat();
        assert!(words.contains("Too many requests"), "{words}");
        assert_eq!(market.count_of("payments WHERE expires_at IS NOT NULL"), 0);
        // Updating the page and opening the cart are not limited.
        assert_eq!(form.set("update", "1").send(&visitor).await.status(), 200);
        assert_eq!(visitor.get("/cart").await.status(), 200);
    });
}
