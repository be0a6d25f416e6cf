//! Submitting the checkout: however often it is submitted, it makes one purchase.

use std::rc::Rc;

use super::purchase::{DECLINED_CARD, Form, RING_DISH, VALID_CARD, add_to_cart, guest_with_cart};
use crate::cart::simple_market;
use crate::support::visitor::{Visitor, location};
use crate::support::{run, texts};

#[test]
fn a_guest_pays_once_for_several_shops() {
    run(async {
        let market = simple_market().await;
        let (dish, comb) = (market.variant(RING_DISH), market.variant("neem-wood-comb"));
        market.set_stock(dish, 5).await;
        let visitor = guest_with_cart(&market, RING_DISH, "2").await;
        add_to_cart(&visitor, comb, "1").await;
        let page = visitor.page("/checkout").await;
        let total = texts(&page, "#total").concat();
        assert_eq!(texts(&page, "#pay-now"), [format!("Pay {total}")]);
        let path = Form::from_page(&page).pay(&visitor).await;
        let thanks = visitor.page(&path).await;
        assert_eq!(texts(&thanks, "h1"), ["Thank you, Ada"]);
        assert_eq!(texts(&thanks, "#total"), [total]);
        assert_eq!(texts(&thanks, ".part h2").len(), 2);
        assert_eq!(market.current_stock(dish), 3);
        assert_eq!(market.count_rows("cart_items"), 0);
        assert_eq!(market.count_rows("purchases WHERE placed_at IS NOT NULL"), 1);
        assert_eq!(
            market.count_rows("order_events WHERE from_status IS NULL AND actor = 'buyer'"),
            2
        );
        market.assert_consistent();
        for other_visitor in [Visitor::new(&market), guest_with_cart(&market, RING_DISH, "1").await] {
            assert_eq!(other_visitor.get(&path).await.status(), 404);
        }
        let other = market.sign_in_demo_user("bruno").await;
        assert_eq!(other.get(&path).await.status(), 404);
    });
}

#[test]
fn submitting_twenty_times_makes_one_purchase() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 50).await;
        let visitor = Rc::new(guest_with_cart(&market, RING_DISH, "1").await);
        let form = Rc::new(Form::load(&visitor).await);
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let (visitor, form) = (visitor.clone(), form.clone());
                actix_web::rt::spawn(async move { form.pay(&visitor).await })
            })
            .collect();
        let mut paths = Vec::new();
        for task in tasks {
            paths.push(task.await.unwrap());
        }
        paths.dedup();
        assert_eq!(paths.len(), 1, "{paths:?}");
        assert_eq!(market.count_rows("purchases WHERE idempotency_key IS NOT NULL"), 1);
        assert_eq!(market.count_rows("payments WHERE expires_at IS NOT NULL"), 1);
        assert_eq!(market.current_stock(dish), 49);
        assert_eq!(form.pay(&visitor).await, paths[0]);
        market.assert_consistent();
    });
}

#[test]
fn after_a_declined_card_another_card_pays_for_the_same_purchase() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 5).await;
        let visitor = guest_with_cart(&market, RING_DISH, "2").await;
        let mut form = Form::load(&visitor).await;
        let path = form.set("card_number", DECLINED_CARD).pay(&visitor).await;
        let page = visitor.page(&path).await;
        assert!(texts(&page, "#problems").concat().contains("declined"));
        assert!(texts(&page, "title")[0].starts_with("Error: "));
        assert_eq!(
            crate::support::attributes(&page, "#street", "value"),
            ["12 St James's Square"]
        );
        assert_eq!(crate::support::attributes(&page, "#card_number", "value"), [""]);
        assert_eq!(market.current_stock(dish), 5);
        assert_eq!(market.count_rows("cart_items"), 1);
        let mut again = Form::from_page(&page);
        assert_eq!(again.get("key"), form.get("key"));
        assert_eq!(again.set("card_number", VALID_CARD).pay(&visitor).await, path);
        assert_eq!(texts(&visitor.page(&path).await, "h1"), ["Thank you, Ada"]);
        assert_eq!(market.current_stock(dish), 3);
        let our_payments = "payments WHERE expires_at IS NOT NULL";
        assert_eq!(market.count_rows(our_payments), 2);
        assert_eq!(market.count_rows(&format!("{our_payments} AND status = 'FAILED'")), 1);
        market.assert_consistent();
    });
}

#[test]
fn a_key_works_for_one_purchase_by_one_buyer() {
    run(async {
        let market = simple_market().await;
        market.set_stock(market.variant(RING_DISH), 9).await;
        let visitor = guest_with_cart(&market, RING_DISH, "1").await;
        let mut form = Form::load(&visitor).await;
        form.pay(&visitor).await;
        let other = form.set("street", "Elsewhere 1").submit(&visitor).await;
        assert_eq!(other.status(), 422);
        let other_visitor = guest_with_cart(&market, RING_DISH, "1").await;
        let mut stolen = Form::load(&other_visitor).await;
        let key = form.get("key").to_owned();
        assert_eq!(stolen.set("key", &key).submit(&other_visitor).await.status(), 404);
        assert_eq!(market.count_rows("purchases WHERE placed_at IS NOT NULL"), 1);
        market.assert_consistent();
    });
}

#[test]
fn paying_for_one_shop_leaves_the_rest_in_the_cart() {
    run(async {
        let market = simple_market().await;
        market.set_stock(market.variant(RING_DISH), 9).await;
        let visitor = guest_with_cart(&market, RING_DISH, "1").await;
        add_to_cart(&visitor, market.variant("neem-wood-comb"), "1").await;
        let shop = market.shop("barro-e-sal");
        let page = visitor.page(&format!("/checkout?shop={shop}")).await;
        let path = Form::from_page(&page).pay(&visitor).await;
        assert_eq!(texts(&visitor.page(&path).await, ".part h2").len(), 1);
        assert_eq!(market.cart_lines().len(), 1);
        assert_eq!(market.cart_lines()[0].0, market.variant("neem-wood-comb"));
    });
}

#[test]
fn an_empty_cart_cannot_be_paid() {
    run(async {
        let market = simple_market().await;
        let visitor = Visitor::new(&market);
        let page = visitor.page("/checkout").await;
        assert!(texts(&page, "main").concat().contains("Your cart is empty"));
        let response = visitor.post("/checkout", &[]).await;
        assert_eq!((response.status().as_u16(), location(&response)), (422, ""));
        assert_eq!(market.count_rows("purchases WHERE idempotency_key IS NOT NULL"), 0);
    });
}

#[test]
fn the_number_of_statements_does_not_depend_on_the_cart() {
    run(async {
        let market = simple_market().await;
        market.set_stock(market.variant(RING_DISH), 9).await;
        let visitor = guest_with_cart(&market, RING_DISH, "1").await;
        let count_queries = async || {
            let before = market.db.queries();
            visitor.page("/checkout").await;
            market.db.queries() - before
        };
        let queries = count_queries().await;
        for slug in ["neem-wood-comb", "oat-breakfast-bowl", "tide-line-dinner-plate"] {
            add_to_cart(&visitor, market.variant(slug), "1").await;
        }
        assert_eq!(count_queries().await, queries);
        assert!(queries <= 7, "{queries}");
    });
}
