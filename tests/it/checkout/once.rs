//! A checkout that is submitted many times makes one purchase.

use std::rc::Rc;

use super::purchase::{DECLINED, Form, GOOD, MUG, fill, guest_with};
use crate::cart::plain;
use crate::support::visitor::{Visitor, location};
use crate::support::{run, texts};

#[test]
fn a_guest_pays_once_for_several_shops() {
    run(async {
        let market = plain().await;
        let (mug, comb) = (market.variant(MUG), market.variant("neem-wood-comb"));
        market.shelve(mug, 5).await;
        let visitor = guest_with(&market, MUG, "2").await;
        fill(&visitor, comb, "1").await;
        let page = visitor.page("/checkout").await;
        let total = texts(&page, "#total").concat();
        assert_eq!(texts(&page, "#pay-now"), [format!("Pay {total}")]);
        let to = Form::on(&page).pay(&visitor).await;
        let thanks = visitor.page(&to).await;
        assert_eq!(texts(&thanks, "h1"), ["Thank you, Ada"]);
        assert_eq!(texts(&thanks, "#total"), [total]);
        assert_eq!(texts(&thanks, ".part h2").len(), 2);
        assert_eq!(market.on_shelf(mug), 3);
        assert_eq!(market.count_of("cart_items"), 0);
        assert_eq!(market.count_of("purchases WHERE placed_at IS NOT NULL"), 1);
        assert_eq!(
            market.count_of("order_events WHERE from_status IS NULL AND actor = 'buyer'"),
            2
        );
        market.books_balance();
        for stranger in [Visitor::new(&market), guest_with(&market, MUG, "1").await] {
            assert_eq!(stranger.get(&to).await.status(), 404);
        }
        let other = market.demo_person("bruno").await;
        assert_eq!(other.get(&to).await.status(), 404);
    });
}

#[test]
fn submitting_twenty_times_makes_one_purchase() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 50).await;
        let visitor = Rc::new(guest_with(&market, MUG, "1").await);
        let form = Rc::new(Form::of(&visitor).await);
        let sent: Vec<_> = (0..20)
            .map(|_| {
                let (visitor, form) = (visitor.clone(), form.clone());
                actix_web::rt::spawn(async move { form.pay(&visitor).await })
            })
            .collect();
        let mut led = Vec::new();
        for one in sent {
            led.push(one.await.unwrap());
        }
        led.dedup();
        assert_eq!(led.len(), 1, "{led:?}");
        assert_eq!(market.count_of("purchases WHERE idempotency_key IS NOT NULL"), 1);
        assert_eq!(market.count_of("payments WHERE expires_at IS NOT NULL"), 1);
        assert_eq!(market.on_shelf(mug), 49);
        assert_eq!(form.pay(&visitor).await, led[0]);
        market.books_balance();
    });
}

#[test]
fn after_a_declined_card_another_card_pays_for_the_same_purchase() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 5).await;
        let visitor = guest_with(&market, MUG, "2").await;
        let mut form = Form::of(&visitor).await;
        let to = form.set("card_number", DECLINED).pay(&visitor).await;
        let page = visitor.page(&to).await;
        assert!(texts(&page, "#problems").concat().contains("declined"));
        assert!(texts(&page, "title")[0].starts_with("Error: "));
        assert_eq!(
            crate::support::attributes(&page, "#street", "value"),
            ["12 St James's Square"]
        );
        assert_eq!(crate::support::attributes(&page, "#card_number", "value"), [""]);
        assert_eq!(market.on_shelf(mug), 5);
        assert_eq!(market.count_of("cart_items"), 1);
        let mut again = Form::on(&page);
        assert_eq!(again.get("key"), form.get("key"));
        assert_eq!(again.set("card_number", GOOD).pay(&visitor).await, to);
        assert_eq!(texts(&visitor.page(&to).await, "h1"), ["Thank you, Ada"]);
        assert_eq!(market.on_shelf(mug), 3);
        let of_ours = "payments WHERE expires_at IS NOT NULL";
        assert_eq!(market.count_of(of_ours), 2);
        assert_eq!(market.count_of(&format!("{of_ours} AND status = 'FAILED'")), 1);
        market.books_balance();
    });
}

#[test]
fn a_key_works_for_one_purchase_by_one_buyer() {
    run(async {
        let market = plain().await;
        market.shelve(market.variant(MUG), 9).await;
        let visitor = guest_with(&market, MUG, "1").await;
        let mut form = Form::of(&visitor).await;
        form.pay(&visitor).await;
        let other = form.set("street", "Elsewhere 1").send(&visitor).await;
        assert_eq!(other.status(), 422);
        let stranger = guest_with(&market, MUG, "1").await;
        let mut stolen = Form::of(&stranger).await;
        let key = form.get("key").to_owned();
        assert_eq!(stolen.set("key", &key).send(&stranger).await.status(), 404);
        assert_eq!(market.count_of("purchases WHERE placed_at IS NOT NULL"), 1);
        market.books_balance();
    });
}

#[test]
fn paying_for_one_shop_leaves_the_rest_in_the_cart() {
    run(async {
        let market = plain().await;
        market.shelve(market.variant(MUG), 9).await;
        let visitor = guest_with(&market, MUG, "1").await;
        fill(&visitor, market.variant("neem-wood-comb"), "1").await;
        let shop = market.shop("barro-e-sal");
        let page = visitor.page(&format!("/checkout?shop={shop}")).await;
        let to = Form::on(&page).pay(&visitor).await;
        assert_eq!(texts(&visitor.page(&to).await, ".part h2").len(), 1);
        assert_eq!(market.held().len(), 1);
        assert_eq!(market.held()[0].0, market.variant("neem-wood-comb"));
    });
}

#[test]
fn an_empty_cart_cannot_be_paid() {
    run(async {
        let market = plain().await;
        let visitor = Visitor::new(&market);
        let page = visitor.page("/checkout").await;
        assert!(texts(&page, "main").concat().contains("Your cart is empty"));
        let sent = visitor.post("/checkout", &[]).await;
        assert_eq!((sent.status().as_u16(), location(&sent)), (422, ""));
        assert_eq!(market.count_of("purchases WHERE idempotency_key IS NOT NULL"), 0);
    });
}

#[test]
fn the_number_of_statements_does_not_depend_on_the_cart() {
    run(async {
        let market = plain().await;
        market.shelve(market.variant(MUG), 9).await;
        let visitor = guest_with(&market, MUG, "1").await;
        let statements = async || {
            let before = market.db.queries();
            visitor.page("/checkout").await;
            market.db.queries() - before
        };
        let few = statements().await;
        for slug in ["neem-wood-comb", "oat-breakfast-bowl", "tide-line-dinner-plate"] {
            fill(&visitor, market.variant(slug), "1").await;
        }
        assert_eq!(statements().await, few);
        assert!(few <= 7, "{few}");
    });
}
