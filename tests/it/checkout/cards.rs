//! Card data goes to the payment provider and is not stored anywhere.

use super::purchase::{Form, RING_DISH, VALID_CARD, guest_with_cart};
use crate::cart::simple_market;
use crate::support::{rows, run, texts};

#[test]
fn every_test_card_has_its_result() {
    run(async {
        let market = simple_market().await;
        market.set_stock(market.variant(RING_DISH), 99).await;
        for (number, expected) in [
            ("4000000000000002", "declined"),
            ("4000000000009995", "insufficient funds"),
            ("4000000000000069", "expired"),
            ("4000000000000119", "problem"),
        ] {
            let visitor = guest_with_cart(&market, RING_DISH, "1").await;
            let path = Form::load(&visitor)
                .await
                .set("card_number", number)
                .pay(&visitor)
                .await;
            let message = texts(&visitor.page(&path).await, "#problems").concat();
            assert!(
                message.contains(expected) && message.contains("Nothing was charged"),
                "{message}"
            );
        }
        let visitor = guest_with_cart(&market, RING_DISH, "1").await;
        assert_eq!(texts(&visitor.page("/checkout").await, ".test-cards tbody tr").len(), 8);
        market.assert_consistent();
    });
}

#[test]
fn no_row_contains_card_data() {
    run(async {
        let market = simple_market().await;
        market.set_stock(market.variant(RING_DISH), 9).await;
        let visitor = guest_with_cart(&market, RING_DISH, "1").await;
        let mut form = Form::load(&visitor).await;
        form.set("card_code", "7391").pay(&visitor).await;
        let mut conn = market.config.database.connect().unwrap();
        for row in rows::dump(&mut conn) {
            assert!(
                !row.contains(VALID_CARD) && !row.contains("4242424242424242") && !row.contains("'7391'"),
                "{row}"
            );
        }
        let mock_books = std::fs::read(market.config.data.join("mockpay.db")).unwrap();
        assert!(!String::from_utf8_lossy(&mock_books).contains("4242424242424242"));
    });
}
