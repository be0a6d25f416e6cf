//! Interrupted payments: no reply from the provider, or a process that ends during a payment.

use chrono::TimeDelta;
use pocketshop::payments::{Card, Payment, PaymentResult, ProviderReply};

use super::purchase::{DECLINED, Form, GOOD, MUG, SILENT, SILENT_PAID, guest_with};
use crate::cart::plain;
use crate::support::roles::now;
use crate::support::{Market, run, texts};

/// The only pending payment.
async fn open(market: &Market) -> Payment {
    let later = now() + TimeDelta::hours(1);
    let found = market.db.read(move |conn| Payment::list_pending(conn, later));
    found.await.unwrap().remove(0)
}

/// Charges at the provider, and does not record the reply.
async fn unheard(market: &Market, payment: &Payment, number: &str) -> ProviderReply {
    let card = Card::parse(number, "12/40", "123", now()).unwrap();
    market.processor().provider.charge(payment.request(), card).await
}

#[test]
fn a_payment_without_a_reply_is_found_to_have_succeeded() {
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
        assert_eq!(texts(&page, "h1"), ["Your payment is processing"]);
        assert_eq!(
            crate::support::attributes(&page, "meta[http-equiv=refresh]", "content"),
            ["3"]
        );
        assert_eq!(market.on_shelf(mug), 3);
        // The cart still holds the items, but they cannot be paid twice.
        let twice = Form::of(&visitor).await.send(&visitor).await;
        assert_eq!(twice.status(), 422);
        assert_eq!(market.sweep(2).await.paid, 1);
        assert_eq!(market.sweep(2).await.paid, 0);
        assert_eq!(texts(&visitor.page(&to).await, "h1"), ["Thank you, Ada"]);
        market.books_balance();
    });
}

#[test]
fn a_payment_that_the_provider_does_not_know_returns_its_stock() {
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
fn two_sweeps_at_once_settle_once() {
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

#[test]
fn a_payment_without_a_reply_is_found_to_have_failed() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 5).await;
        let visitor = guest_with(&market, MUG, "2").await;
        let to = Form::of(&visitor).await.set("card_number", SILENT).pay(&visitor).await;
        let refused = unheard(&market, &open(&market).await, DECLINED).await;
        assert!(
            matches!(refused, ProviderReply::Settled(PaymentResult::Failed(_))),
            "{refused:?}"
        );
        assert_eq!(market.on_shelf(mug), 3);
        let swept = market.sweep(2).await;
        assert_eq!((swept.paid, swept.failed, market.on_shelf(mug)), (0, 1, 5));
        let page = visitor.page(&to).await;
        assert!(texts(&page, "#problems").concat().contains("Your card was declined"));
        assert_eq!(Form::on(&page).pay(&visitor).await, to);
        assert_eq!(texts(&visitor.page(&to).await, "h1"), ["Thank you, Ada"]);
        market.books_balance();
    });
}

#[test]
fn stock_is_held_for_exactly_fifteen_minutes() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 5).await;
        let visitor = guest_with(&market, MUG, "1").await;
        Form::of(&visitor).await.set("card_number", SILENT).pay(&visitor).await;
        let payment = open(&market).await;
        let end = payment.expires_at.unwrap();
        assert_eq!(end - payment.created_at, TimeDelta::minutes(15));
        let processor = market.processor();
        let just_before = processor.settle_open(end - TimeDelta::microseconds(1)).await.unwrap();
        assert_eq!((just_before.failed, market.on_shelf(mug)), (0, 4));
        assert_eq!(processor.settle_open(end).await.unwrap().failed, 1);
        assert_eq!(market.on_shelf(mug), 5);
        // A canceled payment stays canceled: a late charge does not succeed.
        assert!(matches!(
            unheard(&market, &payment, GOOD).await,
            ProviderReply::Settled(PaymentResult::Failed(_))
        ));
        market.books_balance();
    });
}

#[test]
fn a_successful_payment_counts_however_late_it_is_found() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 1).await;
        let visitor = guest_with(&market, MUG, "1").await;
        let to = Form::of(&visitor)
            .await
            .set("card_number", SILENT_PAID)
            .pay(&visitor)
            .await;
        let swept = market.sweep(24 * 60).await;
        assert_eq!((swept.paid, swept.failed, market.on_shelf(mug)), (1, 0, 0));
        assert_eq!(texts(&visitor.page(&to).await, "h1"), ["Thank you, Ada"]);
        market.books_balance();
    });
}
