//! Payments, orders and parcels arrive as they were.

use std::collections::BTreeSet;

use diesel::prelude::*;
use pocketshop::money::{Currency, Money};
use pocketshop::ops::import::Model;
use serde_json::json;

use super::files::Files;
use super::market::Market;
use super::{Moment, time};
use crate::schema::{orders, payments, products, purchases, shop_orders};

type Parcel = (i64, Option<i64>, Moment, Moment);

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
    let mut parcels = BTreeSet::new();
    for row in Files::copy().rows("orders.json") {
        let fields = &row["fields"];
        let (status, quantity, bought, changed): (String, i32, chrono::NaiveDateTime, chrono::NaiveDateTime) =
            orders::table
                .find(row["pk"].as_i64().unwrap())
                .select((orders::status, orders::quantity, orders::created_at, orders::updated_at))
                .first(conn)
                .unwrap();
        assert_eq!(json!(status), fields["status"]);
        assert_eq!(json!(quantity), fields["quantity"]);
        assert_eq!(bought, time(fields["created_at"].as_str().unwrap()));
        assert_eq!(changed, time(fields["updated_at"].as_str().unwrap()));
        let (parcel, shop, shipped, delivered): Parcel = orders::table
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
        assert_eq!(shipped, (status == "Shipped").then_some(changed));
        assert_eq!(delivered, None);
        let its_shop: i64 = products::table
            .find(fields["product"].as_i64().unwrap())
            .select(products::shop_id)
            .first(conn)
            .unwrap();
        assert_eq!(shop, Some(its_shop));
        parcels.insert((fields["payment"].as_i64().unwrap(), its_shop, shipped.is_some(), parcel));
    }
    let groups: BTreeSet<_> = parcels
        .iter()
        .map(|(payment, shop, sent, _)| (payment, shop, sent))
        .collect();
    assert_eq!(groups.len(), parcels.len(), "a group went out in more than one parcel");
    assert_eq!(
        shop_orders::table.count().get_result(conn),
        Ok(i64::try_from(parcels.len()).unwrap())
    );
}

/// When each parcel of payment 5 from the shop of its orders 16 and 17 was sent and delivered.
fn parcels(market: &mut Market) -> Vec<(Moment, Moment)> {
    let conn = &mut market.conn;
    let shop: i64 = products::table
        .find(19_i64)
        .select(products::shop_id)
        .first(conn)
        .unwrap();
    let mut parcels: Vec<(Moment, Moment)> = payments::table
        .inner_join(purchases::table.inner_join(shop_orders::table))
        .filter(payments::id.eq(5_i64).and(shop_orders::shop_id.eq(shop)))
        .select((shop_orders::shipped_at, shop_orders::delivered_at))
        .load(conn)
        .unwrap();
    parcels.sort();
    parcels
}

#[test]
fn one_shop_may_send_one_checkout_in_two_parcels() {
    let (mut market, _) = Market::imported();
    assert_eq!(
        parcels(&mut market),
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
    assert_eq!(parcels(&mut market), [(Some(first), None)]);
    let mut market = Market::empty();
    market
        .import_changed(|files| {
            for pk in [16, 17] {
                files.set("orders.json", Model::Order, pk, "status", json!("Delivered"));
            }
        })
        .unwrap();
    assert_eq!(parcels(&mut market), [(Some(first), Some(last))]);
}

#[test]
fn a_payment_without_orders_is_a_checkout_of_nothing() {
    let mut market = Market::empty();
    market
        .import_changed(|files| {
            files.double("payments.json", Model::Payment, 1, 6);
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
fn a_subtotal_stays_even_when_it_does_not_divide() {
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
