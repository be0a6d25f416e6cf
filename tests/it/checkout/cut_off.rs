//! Cut off: no answer from the provider, or the end of the program at any moment of a payment.

use super::till::{Form, MUG, SILENT, SILENT_PAID, guest_with};
use crate::cart::plain;
use crate::support::{run, texts};

#[test]
fn a_payment_without_an_answer_is_found_to_have_succeeded() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 5).await;
        let visitor = guest_with(&market, MUG, "2").await;
        let to = Form::of(&visitor)
            .await
            .set("card_number", SILENT_PAID)
            .pay(&visitor)
            .await;
        let page = visitor.page(&to).await;
        assert_eq!(texts(&page, "h1"), ["Your payment is under way"]);
        assert_eq!(
            crate::support::attributes(&page, "meta[http-equiv=refresh]", "content"),
            ["3"]
        );
        assert_eq!(market.on_shelf(mug), 3);
        // The cart is still there, but nobody pays twice for it.
        let twice = Form::of(&visitor).await.send(&visitor).await;
        assert_eq!(twice.status(), 422);
        assert_eq!(market.sweep(2).await.paid, 1);
        assert_eq!(market.sweep(2).await.paid, 0);
        assert_eq!(texts(&visitor.page(&to).await, "h1"), ["Thank you, Ada"]);
        market.books_balance();
    });
}

#[test]
fn a_payment_that_the_provider_never_heard_of_gives_the_stock_back() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 5).await;
        let visitor = guest_with(&market, MUG, "2").await;
        let to = Form::of(&visitor).await.set("card_number", SILENT).pay(&visitor).await;
        assert_eq!(market.sweep(14).await.failed, 0);
        assert_eq!(market.on_shelf(mug), 3);
        assert_eq!(market.sweep(16).await.failed, 1);
        assert_eq!(market.on_shelf(mug), 5);
        let page = visitor.page(&to).await;
        assert!(texts(&page, "#problems").concat().contains("Nothing was charged"));
        assert_eq!(Form::on(&page).pay(&visitor).await, to);
        assert_eq!(texts(&visitor.page(&to).await, "h1"), ["Thank you, Ada"]);
        market.books_balance();
    });
}

#[test]
fn two_sweepers_at_once_settle_once() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 5).await;
        let visitor = guest_with(&market, MUG, "2").await;
        Form::of(&visitor).await.set("card_number", SILENT).pay(&visitor).await;
        let (one, other) = futures_util::future::join(market.sweep(20), market.sweep(20)).await;
        assert_eq!(one.failed + other.failed, 1);
        assert_eq!(market.on_shelf(mug), 5);
        market.books_balance();
    });
}
