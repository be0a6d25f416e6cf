//! Imported payments, orders and shop orders.

use std::collections::BTreeSet;

use diesel::prelude::*;
use pocketshop::money::{Currency, Money};
use pocketshop::ops::import::Model;
use serde_json::json;

use super::files::Files;
use super::market::Market;
use super::{OptionalTime, time};
use crate::schema::{orders, payments, products, purchases, shop_orders};

type ShopOrderRow = (i64, Option<i64>, OptionalTime, OptionalTime);

#[test]
fn a_payment_is_the_sum_of_its_orders() {
    let (mut market, _) = Market::imported();
    let dollars = Currency::by_code("USD").unwrap();
    let rows = Files::copy().rows("orders.json");
    for pk in 1..=5_i64 {
        let sum = rows
            .iter()
            .filter(|row| row["fields"]["payment"] == pk)
            .map(|row| dollars.parse(row["fields"]["subtotal"].as_str().unwrap()).unwrap().0)
            .sum();
        let (amount, refunded, total, items): (Money, Money, Money, Money) = payments::table
            .inner_join(purchases::table)
            .filter(payments::id.eq(pk))
            .select((
                payments::amount,
                payments::refunded,
                purchases::total,
                purchases::items_total,
            ))
            .first(&mut market.conn)
            .unwrap();
        assert_eq!(
            (amount, refunded, total, items),
            (Money(sum), Money(0), Money(sum), Money(sum))
        );
    }
    let numbers: BTreeSet<String> = purchases::table
        .select(purchases::number)
        .load(&mut market.conn)
        .unwrap()
        .into_iter()
        .collect();
    assert_eq!(numbers.len(), 5);
}

#[test]
fn orders_keep_their_personalization() {
    let (mut market, _) = Market::imported();
    let conn = &mut market.conn;
    let mut shop_orders_seen = BTreeSet::new();
    for row in Files::copy().rows("orders.json") {
        let fields = &row["fields"];
        let (status, quantity, ordered_at, last_change): (String, i32, chrono::NaiveDateTime, chrono::NaiveDateTime) =
            orders::table
                .find(row["pk"].as_i64().unwrap())
                .select((orders::status, orders::quantity, orders::created_at, orders::updated_at))
                .first(conn)
                .unwrap();
        assert_eq!(json!(status), fields["status"]);
        assert_eq!(json!(quantity), fields["quantity"]);
        assert_eq!(ordered_at, time(fields["created_at"].as_str().unwrap()));
        assert_eq!(last_change, time(fields["updated_at"].as_str().unwrap()));
        let (shop_order, shop, shipped, delivered): ShopOrderRow = orders::table
            .inner_join(shop_orders::table)
            .filter(orders::id.eq(row["pk"].as_i64().unwrap()))
            .select((
                shop_orders::id,
                shop_orders::shop_id,
                shop_orders::shipped_at,
                shop_orders::delivered_at,
            ))
            .first(conn)
            .unwrap();
        assert_eq!(shipped, (status == "Shipped").then_some(last_change));
        assert_eq!(delivered, None);
        let product_shop: i64 = products::table
            .find(fields["product"].as_i64().unwrap())
            .select(products::shop_id)
            .first(conn)
            .unwrap();
        assert_eq!(shop, Some(product_shop));
        shop_orders_seen.insert((
            fields["payment"].as_i64().unwrap(),
            product_shop,
            shipped.is_some(),
            shop_order,
        ));
    }
    let groups: BTreeSet<_> = shop_orders_seen
        .iter()
        .map(|(payment, shop, shipped, _)| (payment, shop, shipped))
        .collect();
    assert_eq!(
        groups.len(),
        shop_orders_seen.len(),
        "a shop has two shop orders with the same status in one purchase"
    );
    assert_eq!(
        shop_orders::table.count().get_result(conn),
        Ok(i64::try_from(shop_orders_seen.len()).unwrap())
    );
}

/// When the shop orders of payment 5 from the shop of its orders 16 and 17 were shipped and delivered.
fn shop_order_dates(market: &mut Market) -> Vec<(OptionalTime, OptionalTime)> {
    let conn = &mut market.conn;
    let shop: i64 = products::table
        .find(19_i64)
        .select(products::shop_id)
        .first(conn)
        .unwrap();
    let mut dates: Vec<(OptionalTime, OptionalTime)> = payments::table
        .inner_join(purchases::table.inner_join(shop_orders::table))
        .filter(payments::id.eq(5_i64).and(shop_orders::shop_id.eq(shop)))
        .select((shop_orders::shipped_at, shop_orders::delivered_at))
        .load(conn)
        .unwrap();
    dates.sort();
    dates
}

#[test]
fn shipped_and_pending_orders_of_one_shop_are_two_shop_orders() {
    let (mut market, _) = Market::imported();
    assert_eq!(
        shop_order_dates(&mut market),
        [(None, None), (Some(time("2025-10-28T17:42:40.328Z")), None)]
    );
}

#[test]
fn a_shop_order_is_delivered_when_all_its_lines_are() {
    let first = time("2025-10-28T05:27:09.466Z");
    let last = time("2025-10-28T17:42:40.328Z");
    let mut market = Market::empty();
    market
        .import_changed(|files| files.set("orders.json", Model::Order, 16, "status", json!("Delivered")))
        .unwrap();
    assert_eq!(shop_order_dates(&mut market), [(Some(first), None)]);
    let mut market = Market::empty();
    market
        .import_changed(|files| {
            for pk in [16, 17] {
                files.set("orders.json", Model::Order, pk, "status", json!("Delivered"));
            }
        })
        .unwrap();
    assert_eq!(shop_order_dates(&mut market), [(Some(first), Some(last))]);
}

#[test]
fn a_payment_without_orders_has_an_empty_purchase() {
    let mut market = Market::empty();
    market
        .import_changed(|files| {
            files.duplicate("payments.json", Model::Payment, 1, 6);
            files.set("payments.json", Model::Payment, 6, "payment_intent_id", json!(""));
        })
        .unwrap();
    let (amount, total, intent): (Money, Money, String) = payments::table
        .inner_join(purchases::table)
        .filter(payments::id.eq(6_i64))
        .select((payments::amount, purchases::total, payments::payment_intent_id))
        .first(&mut market.conn)
        .unwrap();
    assert_eq!((amount, total, intent.as_str()), (Money(0), Money(0), "imported-6"));
}

#[test]
fn a_subtotal_that_is_not_divisible_by_the_quantity_is_kept() {
    let mut market = Market::empty();
    market
        .import_changed(|files| files.set("orders.json", Model::Order, 4, "subtotal", json!("45.99")))
        .unwrap();
    let line: (Money, i32, Money) = orders::table
        .find(4_i64)
        .select((orders::unit_price, orders::quantity, orders::subtotal))
        .first(&mut market.conn)
        .unwrap();
    assert_eq!(line, (Money(2_299), 2, Money(4_599)));
}
