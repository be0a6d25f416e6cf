//! The original's fixtures arrive whole, once, or not at all.

mod files;
mod market;
mod mistakes;
#[path = "../../src/schema.rs"]
#[rustfmt::skip]
mod schema;

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime};
use diesel::prelude::*;
use pocketshop::money::{Currency, Money};
use pocketshop::ops::import::{Counts, Model, Report};
use serde_json::json;

use files::{FIXTURES, Files};
use market::Market;
use schema::{
    cart_items, carts, checkouts, orders, payments, product_images, product_variants, products, shipments, shops, users,
};

type Moment = Option<NaiveDateTime>;
type Person = (String, String, String, bool, NaiveDateTime, Moment, Moment);
type Parcel = (i64, Option<i64>, Moment, Moment);

fn time(text: &str) -> NaiveDateTime {
    DateTime::parse_from_rfc3339(text).unwrap().naive_utc()
}

fn now() -> NaiveDateTime {
    time("2026-11-22T10:00:00Z")
}

fn counts(report: &Report) -> Vec<Counts> {
    Model::ALL.into_iter().map(|model| report.of(model)).collect()
}

fn each(read: [usize; 8], counts: impl Fn(usize) -> Counts) -> Vec<Counts> {
    read.into_iter().map(counts).collect()
}

const EACH: [usize; 8] = [8, 6, 38, 130, 8, 2, 5, 19];

#[test]
fn the_original_market_arrives_whole() {
    let (mut market, report) = Market::imported();
    assert_eq!(counts(&report), each(EACH, |read| Counts { read, imported: read, known: 0, skipped: 0 }));
    let conn = &mut market.conn;
    let stored: [i64; 8] = [
        users::table.count().get_result(conn).unwrap(),
        shops::table.count().get_result(conn).unwrap(),
        products::table.count().get_result(conn).unwrap(),
        product_images::table.count().get_result(conn).unwrap(),
        carts::table.count().get_result(conn).unwrap(),
        cart_items::table.count().get_result(conn).unwrap(),
        payments::table.count().get_result(conn).unwrap(),
        orders::table.count().get_result(conn).unwrap(),
    ];
    assert_eq!(stored, [8, 6, 38, 130, 8, 2, 5, 19]);
    let ring: (String, String, Money, i32) = products::table
        .find(1_i64)
        .select((products::title, products::slug, products::price, products::quantity))
        .first(conn)
        .unwrap();
    assert_eq!(ring, ("Celestial Ring Set".into(), "celestial-ring-set".into(), Money(7_800), 2));
    assert_eq!(Currency::of("USD").unwrap().format(ring.2), "$78.00");
    let variants: Vec<(i64, Money, i32)> = product_variants::table
        .select((product_variants::product_id, product_variants::price, product_variants::quantity))
        .order(product_variants::product_id)
        .load(conn)
        .unwrap();
    let windows: Vec<(i64, Money, i32)> =
        products::table.select((products::id, products::price, products::quantity)).order(products::id).load(conn).unwrap();
    assert_eq!(variants, windows);
}

#[test]
fn importing_twice_changes_nothing() {
    let (mut market, _) = Market::imported();
    let before = market.dump();
    let report = market.import(Path::new(FIXTURES)).unwrap();
    assert_eq!(counts(&report), each(EACH, |read| Counts { read, imported: 0, known: read, skipped: 0 }));
    assert_eq!(market.dump(), before);
}

#[test]
fn what_people_changed_since_is_left_alone() {
    let (mut market, _) = Market::imported();
    let conn = &mut market.conn;
    diesel::update(users::table.find(2_i64)).set(users::username.eq("luna")).execute(conn).unwrap();
    diesel::update(products::table.find(1_i64)).set(products::price.eq(Money(1))).execute(conn).unwrap();
    diesel::delete(cart_items::table.find(1_i64)).execute(conn).unwrap();
    diesel::delete(product_images::table.filter(product_images::product_id.eq(1_i64))).execute(conn).unwrap();
    let before = market.dump();
    let report = market.import(Path::new(FIXTURES)).unwrap();
    assert_eq!(market.dump(), before);
    assert_eq!(report.of(Model::CartLine), Counts { read: 2, imported: 0, known: 1, skipped: 1 });
}

#[test]
fn people_keep_their_password_hash_and_their_dates_and_lose_their_powers() {
    let (mut market, report) = Market::imported();
    let rows = Files::copy().rows("jwt_auth.json");
    for row in rows {
        let fields = &row["fields"];
        let (username, email, password, operator, joined, verified, seen): Person = users::table
            .find(row["pk"].as_i64().unwrap())
            .select((
                users::username,
                users::email,
                users::password,
                users::operator,
                users::created_at,
                users::email_verified_at,
                users::last_login_at,
            ))
            .first(&mut market.conn)
            .unwrap();
        assert_eq!([&username, &email, &password].map(|text| json!(text)), [
            fields["username"].clone(),
            fields["email"].clone(),
            fields["password"].clone()
        ]);
        assert!(password.starts_with("pbkdf2_sha256$"));
        assert!(!operator);
        assert_eq!(verified, None);
        assert_eq!(joined, time(fields["date_joined"].as_str().unwrap()));
        assert_eq!(seen, fields["last_login"].as_str().map(time));
    }
    assert!(report.to_string().contains("\nadmin was a superuser and is now a plain user; operators are made on the command line.\n"));
}

#[test]
fn a_payment_is_the_sum_of_its_orders() {
    let (mut market, _) = Market::imported();
    let dollars = Currency::of("USD").unwrap();
    let rows = Files::copy().rows("orders.json");
    for pk in 1..=5_i64 {
        let sum = rows
            .iter()
            .filter(|row| row["fields"]["payment"] == pk)
            .map(|row| dollars.parse(row["fields"]["subtotal"].as_str().unwrap()).unwrap().0)
            .sum();
        let (amount, refunded, total, items): (Money, Money, Money, Money) = payments::table
            .inner_join(checkouts::table)
            .filter(payments::id.eq(pk))
            .select((payments::amount, payments::refunded, checkouts::total, checkouts::items_total))
            .first(&mut market.conn)
            .unwrap();
        assert_eq!((amount, refunded, total, items), (Money(sum), Money(0), Money(sum), Money(sum)));
    }
    let numbers: BTreeSet<String> =
        checkouts::table.select(checkouts::number).load(&mut market.conn).unwrap().into_iter().collect();
    assert_eq!(numbers.len(), 5);
}

#[test]
fn orders_keep_their_words_and_are_sent_as_they_were() {
    let (mut market, _) = Market::imported();
    let conn = &mut market.conn;
    let mut parcels = BTreeSet::new();
    for row in Files::copy().rows("orders.json") {
        let fields = &row["fields"];
        let (status, quantity, bought, changed): (String, i32, NaiveDateTime, NaiveDateTime) = orders::table
            .find(row["pk"].as_i64().unwrap())
            .select((orders::status, orders::quantity, orders::created_at, orders::updated_at))
            .first(conn)
            .unwrap();
        assert_eq!(json!(status), fields["status"]);
        assert_eq!(json!(quantity), fields["quantity"]);
        assert_eq!(bought, time(fields["created_at"].as_str().unwrap()));
        assert_eq!(changed, time(fields["updated_at"].as_str().unwrap()));
        let (parcel, shop, shipped, delivered): Parcel = orders::table
            .inner_join(shipments::table)
            .filter(orders::id.eq(row["pk"].as_i64().unwrap()))
            .select((shipments::id, shipments::shop_id, shipments::shipped_at, shipments::delivered_at))
            .first(conn)
            .unwrap();
        assert_eq!(shipped, (status == "Shipped").then_some(changed));
        assert_eq!(delivered, None);
        let its_shop: i64 =
            products::table.find(fields["product"].as_i64().unwrap()).select(products::shop_id).first(conn).unwrap();
        assert_eq!(shop, Some(its_shop));
        parcels.insert((fields["payment"].as_i64().unwrap(), its_shop, shipped.is_some(), parcel));
    }
    let groups: BTreeSet<_> = parcels.iter().map(|(payment, shop, sent, _)| (payment, shop, sent)).collect();
    assert_eq!(groups.len(), parcels.len(), "a group went out in more than one parcel");
    assert_eq!(shipments::table.count().get_result(conn), Ok(i64::try_from(parcels.len()).unwrap()));
}

/// When each parcel of payment 5 from the shop of its orders 16 and 17 was sent and delivered.
fn parcels(market: &mut Market) -> Vec<(Moment, Moment)> {
    let conn = &mut market.conn;
    let shop: i64 = products::table.find(19_i64).select(products::shop_id).first(conn).unwrap();
    let mut parcels: Vec<(Moment, Moment)> = payments::table
        .inner_join(checkouts::table.inner_join(shipments::table))
        .filter(payments::id.eq(5_i64).and(shipments::shop_id.eq(shop)))
        .select((shipments::shipped_at, shipments::delivered_at))
        .load(conn)
        .unwrap();
    parcels.sort();
    parcels
}

#[test]
fn one_shop_may_send_one_checkout_in_two_parcels() {
    let (mut market, _) = Market::imported();
    assert_eq!(parcels(&mut market), [(None, None), (Some(time("2025-10-28T17:42:40.328Z")), None)]);
}

#[test]
fn a_parcel_is_delivered_when_all_of_it_is() {
    let first = time("2025-10-28T05:27:09.466Z");
    let last = time("2025-10-28T17:42:40.328Z");
    let mut market = Market::empty();
    market.import_changed(|files| files.set("orders.json", Model::Order, 16, "status", json!("Delivered"))).unwrap();
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
fn what_cannot_come_along_is_counted_with_its_reason() {
    let mut market = Market::empty();
    let report = market
        .import_changed(|files| {
            files.set("products.json", Model::Image, 1, "url", json!("https://res.cloudinary.com.example/a.jpg"));
            files.set("products.json", Model::Image, 2, "url", json!("http://res.cloudinary.com/a.jpg"));
            files.set("carts.json", Model::CartLine, 25, "quantity", json!(0));
            files.set("shops.json", Model::Shop, 3, "shop_image", json!("javascript:alert(1)"));
            files.set("jwt_auth.json", Model::User, 4, "password", json!("md5$salt$hash"));
            files.set("jwt_auth.json", Model::User, 7, "is_active", json!(false));
            files.add("jwt_auth.json", json!({ "model": "auth.group", "pk": 1, "fields": {} }));
        })
        .unwrap();
    assert_eq!(report.of(Model::Image), Counts { read: 130, imported: 128, known: 0, skipped: 2 });
    assert_eq!(report.of(Model::CartLine), Counts { read: 2, imported: 1, known: 0, skipped: 1 });
    assert_eq!(report.of(Model::Shop), Counts { read: 6, imported: 6, known: 0, skipped: 0 });
    let text = report.to_string();
    for line in [
        "2 images skipped: the picture is not at https://res.cloudinary.com (the first: products.json: products.productimage 1)",
        "1 cart lines skipped: the quantity is 0 (the first: carts.json: carts.cartitem 25)",
        "1 shop pictures left out: the picture is not at https://res.cloudinary.com (the first: shops.json: shops.shop 3)",
        "1 other rows skipped: PocketShop has no place for them (the first: jwt_auth.json: auth.group)",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    let conn = &mut market.conn;
    let cover: String = shops::table.find(3_i64).select(shops::shop_image).first(conn).unwrap();
    assert_eq!(cover, "");
    let hash: String = users::table.find(4_i64).select(users::password).first(conn).unwrap();
    assert_eq!(hash, "!");
    let suspended: Vec<(i64, Option<NaiveDateTime>)> = users::table
        .filter(users::suspended_at.is_not_null())
        .select((users::id, users::suspended_at))
        .load(conn)
        .unwrap();
    assert_eq!(suspended, [(7, Some(now()))]);
}

#[test]
fn old_usernames_stay_and_addresses_are_written_one_way() {
    let mut market = Market::empty();
    market
        .import_changed(|files| {
            files.set("jwt_auth.json", Model::User, 4, "username", json!("Adèle @home+1"));
            files.set("jwt_auth.json", Model::User, 4, "email", json!(" Adele@Gmail.COM "));
            files.set("jwt_auth.json", Model::User, 4, "date_joined", json!("2025-10-27T23:49:03.9161239+02:00"));
        })
        .unwrap();
    let adele: (String, String, NaiveDateTime) = users::table
        .find(4_i64)
        .select((users::username, users::email, users::created_at))
        .first(&mut market.conn)
        .unwrap();
    assert_eq!(adele, ("Adèle @home+1".into(), "adele@gmail.com".into(), time("2025-10-27T21:49:03.916123Z")));
}

#[test]
fn things_of_one_name_get_addresses_of_their_own() {
    let mut market = Market::empty();
    market
        .import_changed(|files| {
            for pk in [1, 3, 4] {
                files.set("shops.json", Model::Shop, pk, "name", json!("Überraschung"));
            }
            for pk in [1, 2] {
                files.set("products.json", Model::Product, pk, "title", json!("戒指"));
            }
        })
        .unwrap();
    let conn = &mut market.conn;
    let slugs: Vec<String> =
        shops::table.filter(shops::id.le(4_i64)).order(shops::id).select(shops::slug).load(conn).unwrap();
    assert_eq!(slugs, ["uberraschung", "uberraschung-2", "uberraschung-3"]);
    let slugs: Vec<String> =
        products::table.filter(products::id.le(2_i64)).order(products::id).select(products::slug).load(conn).unwrap();
    assert_eq!(slugs, ["product", "product-2"]);
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
        .inner_join(checkouts::table)
        .filter(payments::id.eq(6_i64))
        .select((payments::amount, checkouts::total, payments::payment_intent_id))
        .first(&mut market.conn)
        .unwrap();
    assert_eq!((amount, total, intent.as_str()), (Money(0), Money(0), "imported-6"));
}

#[test]
fn a_subtotal_stays_even_when_it_does_not_divide() {
    let mut market = Market::empty();
    market.import_changed(|files| files.set("orders.json", Model::Order, 4, "subtotal", json!("45.99"))).unwrap();
    let line: (Money, i32, Money) = orders::table
        .find(4_i64)
        .select((orders::unit_price, orders::quantity, orders::subtotal))
        .first(&mut market.conn)
        .unwrap();
    assert_eq!(line, (Money(2_299), 2, Money(4_599)));
}
