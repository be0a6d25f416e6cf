//! Files that the import refuses.

use std::fs;

use pocketshop::error::Error;
use pocketshop::ops::import::Model;
use serde_json::{Value, json};

use super::files::Files;
use super::market::Market;

/// The beginning of the error message, and the change to the files that causes it.
type InvalidChange = (&'static str, fn(&Files));

const INVALID_CHANGES: [InvalidChange; 22] = [
    ("orders.json in ", |files| {
        fs::remove_file(files.folder().join("orders.json")).unwrap();
    }),
    ("carts.json: is not JSON: ", |files| {
        fs::write(files.folder().join("carts.json"), "[{").unwrap();
    }),
    ("carts.json: is not a list of rows", |files| {
        fs::write(files.folder().join("carts.json"), "{}").unwrap();
    }),
    ("carts.json: row 11 has no model", |files| {
        files.add("carts.json", json!({ "pk": 1 }));
    }),
    (
        "carts.json: carts.cart (row 11): the pk is not a whole number above zero",
        |files| {
            files.add("carts.json", json!({ "model": "carts.cart", "pk": null, "fields": {} }));
        },
    ),
    ("carts.json: carts.cart 2: is in the files twice", |files| {
        files.duplicate("carts.json", Model::Cart, 2, 2);
    }),
    (
        "products.json: products.product 12: there is no category \"FOOD\"",
        |files| {
            files.set("products.json", Model::Product, 12, "category", json!("FOOD"));
        },
    ),
    (
        "products.json: products.product 12: the price \"-3.00\" is below zero",
        |files| {
            files.set("products.json", Model::Product, 12, "price", json!("-3.00"));
        },
    ),
    (
        "products.json: products.product 12: the price \"3.005\" has more than 2 decimals",
        |files| {
            files.set("products.json", Model::Product, 12, "price", json!("3.005"));
        },
    ),
    (
        "products.json: products.product 12: the price is not a string like \"12.50\"",
        |files| {
            files.set("products.json", Model::Product, 12, "price", json!(3.5));
        },
    ),
    (
        "products.json: products.product 12: the quantity -1 is below zero",
        |files| {
            files.set("products.json", Model::Product, 12, "quantity", json!(-1));
        },
    ),
    ("products.json: products.product 12: the title is missing", |files| {
        files.set("products.json", Model::Product, 12, "title", Value::Null);
    }),
    (
        "products.json: products.product 12: the description contains a NUL character",
        |files| {
            files.set("products.json", Model::Product, 12, "description", json!("a\0b"));
        },
    ),
    (
        "products.json: products.product 12: its shop is shops.shop 99, which is neither in the files nor in the database",
        |files| files.set("products.json", Model::Product, 12, "shop", json!(99)),
    ),
    ("products.json: products.productimage ", |files| {
        files.remove("products.json", Model::Product, 38);
    }),
    (
        "carts.json: carts.cartitem 25: its cart is carts.cart 8, which is neither in the files nor in the database",
        |files| files.remove("carts.json", Model::Cart, 8),
    ),
    (
        "orders.json: orders.order 16: its payment is payments.payment 5, which is neither in the files nor in the database",
        |files| files.remove("payments.json", Model::Payment, 5),
    ),
    (
        "orders.json: orders.order 3: there is no status \"Lost\"; there are Pending, Shipped, Delivered, Cancelled",
        |files| {
            files.set("orders.json", Model::Order, 3, "status", json!("Lost"));
        },
    ),
    (
        "orders.json: orders.order 3: the created_at \"yesterday\" is not a date and time",
        |files| {
            files.set("orders.json", Model::Order, 3, "created_at", json!("yesterday"));
        },
    ),
    (
        "payments.json: payments.payment 2: the currency \"EUR\" is not this market's, USD",
        |files| {
            files.set("payments.json", Model::Payment, 2, "currency", json!("EUR"));
        },
    ),
    (
        "jwt_auth.json: jwt_auth.user 5: the username \"HanzoShim\" already belongs to user 3",
        |files| {
            files.set("jwt_auth.json", Model::User, 5, "username", json!("HanzoShim"));
        },
    ),
    (
        "jwt_auth.json: jwt_auth.user 5: the email \"hanzo@gmail.com\" already belongs to user 3",
        |files| {
            files.set("jwt_auth.json", Model::User, 5, "email", json!(" Hanzo@Gmail.com "));
        },
    ),
];

#[test]
fn an_error_is_reported_and_nothing_is_created() {
    let mut market = Market::empty();
    let before = market.dump();
    for (expected, change) in INVALID_CHANGES {
        match market.import_changed(change) {
            Err(Error::Refused(message)) => assert!(message.starts_with(expected), "{message} instead of {expected}"),
            other => panic!("{expected}: {other:?}"),
        }
        assert_eq!(market.dump(), before, "{expected}");
    }
}
