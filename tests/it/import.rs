//! `pocketshop import`: the original's fixtures are imported completely and once, or not at all.

mod accounts;
mod errors;
pub mod files;
mod market;
mod orders;

use std::path::Path;

use chrono::{DateTime, NaiveDateTime};
use diesel::prelude::*;
use pocketshop::money::{Currency, Money};
use pocketshop::ops::import::{Counts, Model, Report};
use serde_json::json;

use crate::schema::{
    cart_items, carts, orders as order_rows, payments, product_images, product_variants, products, shops, users,
};
use files::FIXTURES;
use market::Market;

type OptionalTime = Option<NaiveDateTime>;

fn time(text: &str) -> NaiveDateTime {
    DateTime::parse_from_rfc3339(text).unwrap().naive_utc()
}

fn now() -> NaiveDateTime {
    time("2026-11-22T10:00:00Z")
}

/// The counts of all models.
fn counts(report: &Report) -> Vec<Counts> {
    Model::ALL.into_iter().map(|model| report.counts(model)).collect()
}

/// The counts of each model, from how many rows of it were read.
fn counts_per_model(read: [usize; 8], counts: impl Fn(usize) -> Counts) -> Vec<Counts> {
    read.into_iter().map(counts).collect()
}

/// How many rows the fixtures have of each model.
const ROWS_PER_MODEL: [usize; 8] = [8, 6, 38, 130, 8, 2, 5, 19];

#[test]
fn the_original_market_is_imported_completely() {
    let (mut market, report) = Market::imported();
    assert_eq!(
        counts(&report),
        counts_per_model(ROWS_PER_MODEL, |read| Counts {
            read,
            imported: read,
            existing: 0,
            skipped: 0
        })
    );
    let conn = &mut market.conn;
    let stored: [i64; 8] = [
        users::table.count().get_result(conn).unwrap(),
        shops::table.count().get_result(conn).unwrap(),
        products::table.count().get_result(conn).unwrap(),
        product_images::table.count().get_result(conn).unwrap(),
        carts::table.count().get_result(conn).unwrap(),
        cart_items::table.count().get_result(conn).unwrap(),
        payments::table.count().get_result(conn).unwrap(),
        order_rows::table.count().get_result(conn).unwrap(),
    ];
    assert_eq!(stored, [8, 6, 38, 130, 8, 2, 5, 19]);
    let ring: (String, String, Money, i32) = products::table
        .find(1_i64)
        .select((products::title, products::slug, products::price, products::quantity))
        .first(conn)
        .unwrap();
    assert_eq!(
        ring,
        (
            "Celestial Ring Set".into(),
            "celestial-ring-set".into(),
            Money(7_800),
            2
        )
    );
    assert_eq!(Currency::by_code("USD").unwrap().format(ring.2), "$78.00");
    let variants: Vec<(i64, Money, i32)> = product_variants::table
        .select((
            product_variants::product_id,
            product_variants::price,
            product_variants::quantity,
        ))
        .order(product_variants::product_id)
        .load(conn)
        .unwrap();
    let product_values: Vec<(i64, Money, i32)> = products::table
        .select((products::id, products::price, products::quantity))
        .order(products::id)
        .load(conn)
        .unwrap();
    assert_eq!(variants, product_values);
}

#[test]
fn importing_twice_changes_nothing() {
    let (mut market, _) = Market::imported();
    let before = market.dump();
    let report = market.import(Path::new(FIXTURES)).unwrap();
    assert_eq!(
        counts(&report),
        counts_per_model(ROWS_PER_MODEL, |read| Counts {
            read,
            imported: 0,
            existing: read,
            skipped: 0
        })
    );
    assert_eq!(market.dump(), before);
}

#[test]
fn importing_again_keeps_later_changes() {
    let (mut market, _) = Market::imported();
    let conn = &mut market.conn;
    diesel::update(users::table.find(2_i64))
        .set(users::username.eq("luna"))
        .execute(conn)
        .unwrap();
    diesel::update(products::table.find(1_i64))
        .set(products::price.eq(Money(1)))
        .execute(conn)
        .unwrap();
    diesel::delete(cart_items::table.find(1_i64)).execute(conn).unwrap();
    diesel::delete(product_images::table.filter(product_images::product_id.eq(1_i64)))
        .execute(conn)
        .unwrap();
    let before = market.dump();
    let report = market.import(Path::new(FIXTURES)).unwrap();
    assert_eq!(market.dump(), before);
    assert_eq!(
        report.counts(Model::CartLine),
        Counts {
            read: 2,
            imported: 0,
            existing: 1,
            skipped: 1
        }
    );
}

#[test]
fn rows_that_cannot_be_imported_are_counted_with_the_reason() {
    let mut market = Market::empty();
    let report = market
        .import_changed(|files| {
            files.set(
                "products.json",
                Model::Image,
                1,
                "url",
                json!("https://res.cloudinary.com.example/a.jpg"),
            );
            files.set(
                "products.json",
                Model::Image,
                2,
                "url",
                json!("http://res.cloudinary.com/a.jpg"),
            );
            files.set("carts.json", Model::CartLine, 25, "quantity", json!(0));
            files.set("shops.json", Model::Shop, 3, "shop_image", json!("javascript:alert(1)"));
            files.set("jwt_auth.json", Model::User, 4, "password", json!("md5$salt$hash"));
            files.set("jwt_auth.json", Model::User, 7, "is_active", json!(false));
            files.add("jwt_auth.json", json!({ "model": "auth.group", "pk": 1, "fields": {} }));
        })
        .unwrap();
    assert_eq!(
        report.counts(Model::Image),
        Counts {
            read: 130,
            imported: 128,
            existing: 0,
            skipped: 2
        }
    );
    assert_eq!(
        report.counts(Model::CartLine),
        Counts {
            read: 2,
            imported: 1,
            existing: 0,
            skipped: 1
        }
    );
    assert_eq!(
        report.counts(Model::Shop),
        Counts {
            read: 6,
            imported: 6,
            existing: 0,
            skipped: 0
        }
    );
    let text = report.to_string();
    for line in [
        "2 images skipped: the picture is not at https://res.cloudinary.com (the first: products.json: products.productimage 1)",
        "1 cart lines skipped: the quantity is 0 (the first: carts.json: carts.cartitem 25)",
        "1 shop pictures left out: the picture is not at https://res.cloudinary.com (the first: shops.json: shops.shop 3)",
        "1 other rows skipped: PocketShop has no such model (the first: jwt_auth.json: auth.group)",
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
fn products_with_the_same_name_get_different_addresses() {
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
    let slugs: Vec<String> = shops::table
        .filter(shops::id.le(4_i64))
        .order(shops::id)
        .select(shops::slug)
        .load(conn)
        .unwrap();
    assert_eq!(slugs, ["uberraschung", "uberraschung-2", "uberraschung-3"]);
    let slugs: Vec<String> = products::table
        .filter(products::id.le(2_i64))
        .order(products::id)
        .select(products::slug)
        .load(conn)
        .unwrap();
    assert_eq!(slugs, ["jie-zhi", "jie-zhi-2"]);
}
