//! Unpaid purchases are deleted, with the addresses in them.

use chrono::TimeDelta;
use pocketshop::checkout::purge_expired;

use super::purchase::{DECLINED_CARD, Form, NO_REPLY_CARD, RING_DISH, guest_with_cart};
use crate::cart::simple_market;
use crate::support::roles::now;
use crate::support::{Market, run};

async fn purge_after(market: &Market, days: i64) {
    let at = now() + TimeDelta::days(days);
    market.db.write(move |conn| purge_expired(conn, at)).await.unwrap();
}

/// The number of purchases with this recipient.
fn count_purchases(market: &Market, name: &str) -> i64 {
    market.count_rows(&format!("purchases WHERE name = '{name}'"))
}

#[test]
fn only_purchases_without_a_successful_payment_are_deleted_after_ninety_days() {
    run(async {
        let market = simple_market().await;
        let dish = market.variant(RING_DISH);
        market.set_stock(dish, 50).await;
        for (name, card) in [
            ("Declined", DECLINED_CARD),
            ("Waiting", NO_REPLY_CARD),
            ("Paid", super::purchase::VALID_CARD),
        ] {
            let visitor = guest_with_cart(&market, RING_DISH, "1").await;
            let mut form = Form::load(&visitor).await;
            form.set("name", name).set("card_number", card).pay(&visitor).await;
        }
        let count = |table: &str| market.count_rows(table);
        let (orders, shop_orders, payments) = (count("orders"), count("shop_orders"), count("payments"));
        purge_after(&market, 89).await;
        assert_eq!(
            [
                count_purchases(&market, "Declined"),
                count_purchases(&market, "Waiting"),
                count_purchases(&market, "Paid")
            ],
            [1; 3]
        );
        purge_after(&market, 91).await;
        // The purchase with the pending payment stays, because its result is unknown.
        assert_eq!(
            [
                count_purchases(&market, "Declined"),
                count_purchases(&market, "Waiting"),
                count_purchases(&market, "Paid")
            ],
            [0, 1, 1]
        );
        assert_eq!(
            (count("orders"), count("shop_orders"), count("payments")),
            (orders - 1, shop_orders - 1, payments - 1)
        );
        assert_eq!(market.current_stock(dish), 48);
        market.assert_consistent();
        market.sweep(20).await;
        purge_after(&market, 91).await;
        assert_eq!(
            [count_purchases(&market, "Waiting"), count_purchases(&market, "Paid")],
            [0, 1]
        );
        assert_eq!(market.current_stock(dish), 49);
        market.assert_consistent();
    });
}
