//! Interrupted payments: no reply from the provider, or a process that ends during a payment.

use chrono::TimeDelta;
use pocketshop::payments::{Card, Payment, PaymentResult, ProviderReply};

use super::purchase::{DECLINED_CARD, Form, NO_REPLY_CARD, PAID_NO_REPLY_CARD, RING_DISH, VALID_CARD, guest_with_cart};
use crate::cart::simple_market;
use crate::support::roles::now;
use crate::support::{Market, run, texts};

/// The pending payment, of which there is one.
async fn pending_payment(market: &Market) -> Payment {
    let later = now() + TimeDelta::hours(1);
    let found = market.db.read(move |conn| Payment::list_pending(conn, later));
    found.await.unwrap().remove(0)
}

/// Charges at the provider without recording the reply.
async fn charge_unrecorded(market: &Market, payment: &Payment, number: &str) -> ProviderReply {
    let card = Card::parse(number, "12/40", "123", now()).unwrap();
    market.processor().provider.charge(payment.request(), card).await
}

#[test]
fn a_payment_without_a_reply_is_found_to_have_succeeded() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 5).await;
        let visitor = guest_with_cart(&market, RING_DISH, "2").await;
        let path = Form::load(&visitor)
            .await
            .set("card_number", PAID_NO_REPLY_CARD)
            .pay(&visitor)
            .await;
        let page = visitor.page(&path).await;
        assert_eq!(texts(&page, "h1"), ["Your payment is processing"]);
        assert_eq!(
            crate::support::attributes(&page, "meta[http-equiv=refresh]", "content"),
            ["3"]
        );
        assert_eq!(market.current_stock(dish), 3);
        // The cart still holds the items, but they cannot be paid twice.
        let second = Form::load(&visitor).await.submit(&visitor).await;
        assert_eq!(second.status(), 422);
        assert_eq!(market.sweep(2).await.paid, 1);
        assert_eq!(market.sweep(2).await.paid, 0);
        assert_eq!(texts(&visitor.page(&path).await, "h1"), ["Thank you, Ada"]);
        market.assert_consistent();
    });
}

#[test]
fn a_payment_that_the_provider_does_not_know_returns_its_stock() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 5).await;
        let visitor = guest_with_cart(&market, RING_DISH, "2").await;
        let path = Form::load(&visitor)
            .await
            .set("card_number", NO_REPLY_CARD)
            .pay(&visitor)
            .await;
        assert_eq!(market.sweep(14).await.failed, 0);
        assert_eq!(market.current_stock(dish), 3);
        assert_eq!(market.sweep(16).await.failed, 1);
        assert_eq!(market.current_stock(dish), 5);
        let page = visitor.page(&path).await;
        assert!(texts(&page, "#problems").concat().contains("Nothing was charged"));
        assert_eq!(Form::from_page(&page).pay(&visitor).await, path);
        assert_eq!(texts(&visitor.page(&path).await, "h1"), ["Thank you, Ada"]);
        market.assert_consistent();
    });
}

#[test]
fn two_sweeps_at_once_settle_once() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 5).await;
        let visitor = guest_with_cart(&market, RING_DISH, "2").await;
        Form::load(&visitor)
            .await
            .set("card_number", NO_REPLY_CARD)
            .pay(&visitor)
            .await;
        let (one, other) = futures_util::future::join(market.sweep(20), market.sweep(20)).await;
        assert_eq!(one.failed + other.failed, 1);
        assert_eq!(market.current_stock(dish), 5);
        market.assert_consistent();
    });
}

#[test]
fn a_payment_without_a_reply_is_found_to_have_failed() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 5).await;
        let visitor = guest_with_cart(&market, RING_DISH, "2").await;
        let path = Form::load(&visitor)
            .await
            .set("card_number", NO_REPLY_CARD)
            .pay(&visitor)
            .await;
        let refused = charge_unrecorded(&market, &pending_payment(&market).await, DECLINED_CARD).await;
        assert!(
            matches!(refused, ProviderReply::Settled(PaymentResult::Failed(_))),
            "{refused:?}"
        );
        assert_eq!(market.current_stock(dish), 3);
        let swept = market.sweep(2).await;
        assert_eq!((swept.paid, swept.failed, market.current_stock(dish)), (0, 1, 5));
        let page = visitor.page(&path).await;
        assert!(texts(&page, "#problems").concat().contains("Your card was declined"));
        assert_eq!(Form::from_page(&page).pay(&visitor).await, path);
        assert_eq!(texts(&visitor.page(&path).await, "h1"), ["Thank you, Ada"]);
        market.assert_consistent();
    });
}

#[test]
fn stock_is_held_for_exactly_fifteen_minutes() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 5).await;
        let visitor = guest_with_cart(&market, RING_DISH, "1").await;
        Form::load(&visitor)
            .await
            .set("card_number", NO_REPLY_CARD)
            .pay(&visitor)
            .await;
        let payment = pending_payment(&market).await;
        let end = payment.expires_at.unwrap();
        assert_eq!(end - payment.created_at, TimeDelta::minutes(15));
        let processor = market.processor();
        let just_before = processor.settle_open(end - TimeDelta::microseconds(1)).await.unwrap();
        assert_eq!((just_before.failed, market.current_stock(dish)), (0, 4));
        assert_eq!(processor.settle_open(end).await.unwrap().failed, 1);
        assert_eq!(market.current_stock(dish), 5);
        // A canceled payment stays canceled: a late charge does not succeed.
        assert!(matches!(
            charge_unrecorded(&market, &payment, VALID_CARD).await,
            ProviderReply::Settled(PaymentResult::Failed(_))
        ));
        market.assert_consistent();
    });
}

#[test]
fn a_successful_payment_is_settled_even_a_day_later() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 1).await;
        let visitor = guest_with_cart(&market, RING_DISH, "1").await;
        let path = Form::load(&visitor)
            .await
            .set("card_number", PAID_NO_REPLY_CARD)
            .pay(&visitor)
            .await;
        let swept = market.sweep(24 * 60).await;
        assert_eq!((swept.paid, swept.failed, market.current_stock(dish)), (1, 0, 0));
        assert_eq!(texts(&visitor.page(&path).await, "h1"), ["Thank you, Ada"]);
        market.assert_consistent();
    });
}
