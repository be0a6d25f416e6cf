//! Cards: they go to the provider, and nowhere else.

use super::purchase::{Form, GOOD, MUG, guest_with};
use crate::cart::plain;
use crate::support::{rows, run, texts};

#[test]
fn every_test_card_has_its_result() {
    run(async {
        let market = plain().await;
        market.shelve(market.variant(MUG), 99).await;
        for (number, says) in [
            ("4000000000000002", "declined"),
            ("4000000000009995", "insufficient funds"),
            ("4000000000000069", "expired"),
            ("4000000000000119", "problem"),
        ] {
            let visitor = guest_with(&market, MUG, "1").await;
            let to = Form::of(&visitor).await.set("card_number", number).pay(&visitor).await;
            let said = texts(&visitor.page(&to).await, "#problems").concat();
            assert!(said.contains(says) && said.contains("Nothing was charged"), "{said}");
        }
        let visitor = guest_with(&market, MUG, "1").await;
        assert_eq!(texts(&visitor.page("/checkout").await, ".test-cards tbody tr").len(), 8);
        market.books_balance();
    });
}

#[test]
fn no_row_holds_a_card() {
    run(async {
        let market = plain().await;
        market.shelve(market.variant(MUG), 9).await;
        let visitor = guest_with(&market, MUG, "1").await;
        let mut form = Form::of(&visitor).await;
        form.set("card_code", "7391").pay(&visitor).await;
        let mut conn = market.config.database.connect().unwrap();
        for row in rows::dump(&mut conn) {
            assert!(
                !row.contains(GOOD) && !row.contains("4242424242424242") && !row.contains("'7391'"),
                "{row}"
            );
        }
        let ledger = std::fs::read(market.config.data.join("mockpay.db")).unwrap();
        assert!(!String::from_utf8_lossy(&ledger).contains("4242424242424242"));
    });
}
