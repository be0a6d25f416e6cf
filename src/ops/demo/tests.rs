//! The demo market is consistent, and only an empty database is filled with it.

use std::collections::HashSet;

use chrono::DateTime;
use diesel::dsl::count_star;

use super::values::parse_price;
use super::*;
use crate::accounts::NO_PASSWORD;
use crate::db::{self, Location, in_transaction};
use crate::money::Money;
use crate::schema::{jobs, product_variants};

const USD: &str = "USD";

fn now() -> NaiveDateTime {
    DateTime::parse_from_rfc3339("2026-11-22T10:00:00Z")
        .unwrap()
        .naive_utc()
}

fn database(folder: &tempfile::TempDir) -> Conn {
    let location = Location::Sqlite(folder.path().join("demo.db"));
    db::migrate(&location).unwrap();
    location.connect().unwrap()
}

fn fill_with(conn: &mut Conn, currency: &str) -> bool {
    let currency = Currency::by_code(currency).unwrap();
    in_transaction(conn, &|conn| {
        fill(conn, NO_PASSWORD, currency, Demo::WithPurchases, now())
    })
    .unwrap()
    .is_some()
}

#[test]
fn every_product_has_the_lowest_price_and_the_total_stock_of_its_variants() {
    let usd = Currency::by_code(USD).unwrap();
    for shop in Market::read().unwrap().shops {
        for product in &shop.products {
            let variants = product.variants();
            let title = &product.content.title;
            let lowest = variants
                .iter()
                .map(|variant| usd.parse(&variant.price).unwrap())
                .min()
                .unwrap();
            assert_eq!(usd.parse(&product.price).unwrap(), lowest, "{title}");
            assert_eq!(
                product.quantity,
                variants.iter().map(|variant| variant.quantity).sum::<i32>(),
                "{title}"
            );
            assert!(product.options.len() <= 2, "{title}");
            let mut seen = HashSet::new();
            for variant in &variants {
                assert_eq!(variant.values.len(), product.options.len(), "{title}");
                assert!(
                    seen.insert(variant.values.clone()),
                    "{title} has {:?} twice",
                    variant.values
                );
            }
        }
    }
}

#[test]
fn every_picture_of_the_market_is_embedded() {
    let files: HashSet<String> = pictures().map(|(name, _)| name.into_owned()).collect();
    for shop in Market::read().unwrap().shops {
        let pictures = shop
            .products
            .iter()
            .flat_map(|product| &product.pictures)
            .map(|picture| &picture.file);
        for file in pictures.chain(&shop.image) {
            assert!(files.contains(file), "{file}");
        }
    }
}

#[test]
fn an_empty_database_is_filled_once() {
    let folder = tempfile::tempdir().unwrap();
    let conn = &mut database(&folder);
    assert!(fill_with(conn, USD));
    let market = Market::read().unwrap();
    let counts = |conn: &mut Conn| -> [i64; 5] {
        [
            users::table.select(count_star()).first(conn).unwrap(),
            shops::table.select(count_star()).first(conn).unwrap(),
            products::table.select(count_star()).first(conn).unwrap(),
            product_variants::table.select(count_star()).first(conn).unwrap(),
            product_images::table.select(count_star()).first(conn).unwrap(),
        ]
    };
    let first = counts(conn);
    let shops = i64::try_from(market.shops.len()).unwrap();
    let buyers = i64::try_from(market.buyers.len()).unwrap();
    assert_eq!(first[..2], [shops + buyers, shops]);
    let on_vacation = shops::table.filter(shops::vacation_from.le(now()).and(shops::vacation_until.gt(now())));
    assert_eq!(on_vacation.select(count_star()).first(conn), Ok(1_i64));
    assert!(!fill_with(conn, USD));
    assert_eq!(counts(conn), first);
}

#[test]
fn a_database_with_one_user_is_not_filled() {
    let folder = tempfile::tempdir().unwrap();
    let conn = &mut database(&folder);
    let market = Market::read().unwrap();
    add_user(conn, &market.shops[0].owner, NO_PASSWORD, now()).unwrap();
    assert!(!fill_with(conn, USD));
    assert_eq!(shops::table.select(count_star()).first(conn), Ok(0_i64));
}

#[test]
fn a_market_in_a_currency_without_decimals_can_be_filled() {
    let folder = tempfile::tempdir().unwrap();
    let conn = &mut database(&folder);
    assert!(fill_with(conn, "JPY"));
    assert_eq!(
        parse_price(Currency::by_code("JPY").unwrap(), "34.50").unwrap(),
        Money(34)
    );
    assert_eq!(
        parse_price(Currency::by_code("USD").unwrap(), "34.50").unwrap(),
        Money(3_450)
    );
    assert_eq!(
        parse_price(Currency::by_code("TND").unwrap(), "34.50").unwrap(),
        Money(34_500)
    );
}

#[test]
fn the_stock_after_all_purchases_is_that_of_market_json() {
    let folder = tempfile::tempdir().unwrap();
    let conn = &mut database(&folder);
    assert!(fill_with(conn, USD));
    for product in Market::read().unwrap().shops.iter().flat_map(|shop| &shop.products) {
        let shown = products::table
            .filter(products::slug.eq(&product.slug))
            .select(products::quantity);
        assert_eq!(shown.first(conn), Ok(product.quantity), "{}", product.slug);
    }
    assert_eq!(
        jobs::table.select(count_star()).first(conn),
        Ok(0_i64),
        "no email is sent"
    );
}
