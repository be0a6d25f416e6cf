//! Purchases that nobody paid for: they are deleted, with the addresses in them.

use chrono::TimeDelta;
use pocketshop::checkout::purge_expired;

use super::purchase::{DECLINED, Form, MUG, SILENT, guest_with};
use crate::cart::plain;
use crate::support::roles::now;
use crate::support::{Market, run};

async fn purge_after(market: &Market, days: i64) {
    let at = now() + TimeDelta::days(days);
    market.db.write(move |conn| purge_expired(conn, at)).await.unwrap();
}

/// How many purchases have this recipient.
fn of(market: &Market, name: &str) -> i64 {
    market.count_of(&format!("purchases WHERE name = '{name}'"))
}

#[test]
fn only_purchases_without_a_successful_payment_are_deleted_after_ninety_days() {
    run(async {
        let market = plain().await;
        let mug = market.variant(MUG);
        market.shelve(mug, 50).await;
        for (name, card) in [
            ("Declined", DECLINED),
            ("Waiting", SILENT),
            ("Paid", super::purchase::GOOD),
        ] {
            let visitor = guest_with(&market, MUG, "1").await;
            let mut form = Form::of(&visitor).await;
            form.set("name", name).set("card_number", card).pay(&visitor).await;
        }
        let rows = |table: &str| market.count_of(table);
        let (orders, shop_orders, payments) = (rows("orders"), rows("shop_orders"), rows("payments"));
        purge_after(&market, 89).await;
        assert_eq!(
            [of(&market, "Declined"), of(&market, "Waiting"), of(&market, "Paid")],
            [1; 3]
        );
        purge_after(&market, 91).await;
        // The result of the waiting payment is not known.
        assert_eq!(
            [of(&market, "Declined"), of(&market, "Waiting"), of(&market, "Paid")],
            [0, 1, 1]
        );
        assert_eq!(
            (rows("orders"), rows("shop_orders"), rows("payments")),
            (orders - 1, shop_orders - 1, payments - 1)
        );
        assert_eq!(market.on_shelf(mug), 48);
        market.books_balance();
        market.sweep(20).await;
        purge_after(&market, 91).await;
        assert_eq!([of(&market, "Waiting"), of(&market, "Paid")], [0, 1]);
        assert_eq!(market.on_shelf(mug), 49);
        market.books_balance();
    });
}
