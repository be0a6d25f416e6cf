//! Helpers for checkout tests: filling in the form, reading numbers from the database, and checking its consistency.

use diesel::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use reqwest::Response;
use scraper::Html;

use pocketshop::app;
use pocketshop::checkout::{PaymentProcessor, SettleReport};
use pocketshop::db::Conn;

use crate::support::roles::now;
use crate::support::visitor::{Visitor, location};
use crate::support::{Market, attributes};

/// Test cards of the mock provider: accepted, declined, charged without a reply, and neither charged nor answered.
pub const VALID_CARD: &str = "4242 4242 4242 4242";
pub const DECLINED_CARD: &str = "4000 0000 0000 0002";
pub const PAID_NO_REPLY_CARD: &str = "4000 0000 0000 3063";
pub const NO_REPLY_CARD: &str = "4000 0000 0000 3220";
/// A product of the demo market with one variant.
pub const RING_DISH: &str = "ring-dish-gold-rim";

/// The checkout form with its hidden fields.
pub struct Form {
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// A valid form, with the hidden fields of the visitor's checkout page.
    pub async fn load(visitor: &Visitor) -> Self {
        Self::from_page(&visitor.page("/checkout").await)
    }

    /// A valid form, with the hidden fields of this page.
    pub fn from_page(page: &Html) -> Self {
        let mut form = Self { fields: Vec::new() };
        for name in ["key", "quote", "shop"] {
            let hidden = attributes(page, &format!("#pay input[name={name}]"), "value");
            form.fields
                .extend(hidden.first().map(|value| (name.to_owned(), value.clone())));
        }
        for (name, value) in [
            ("email", "ada@example.org"),
            ("name", "Ada Lovelace"),
            ("street", "12 St James's Square"),
            ("postal_code", "94103"),
            ("town", "San Francisco"),
            ("region", "California"),
            ("country", "US"),
            ("card_number", VALID_CARD),
            ("card_expiry", "12/40"),
            ("card_code", "123"),
        ] {
            form.set(name, value);
        }
        form
    }

    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn get(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(known, _)| known == name);
        field.map_or("", |(_, value)| value)
    }

    pub async fn submit(&self, visitor: &Visitor) -> Response {
        let fields: Vec<(&str, &str)> = self.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        visitor.post("/checkout", &fields).await
    }

    /// Submits the form, and returns the path of the purchase's page.
    pub async fn pay(&self, visitor: &Visitor) -> String {
        let sent = self.submit(visitor).await;
        let (status, path) = (sent.status(), location(&sent).to_owned());
        assert_eq!(status, 303, "{}", sent.text().await.unwrap());
        assert!(path.starts_with("/checkout/PS-"), "{path}");
        path
    }
}

/// A guest with this quantity of a product in the cart.
pub async fn guest_with_cart(market: &Market, slug: &str, quantity: &str) -> Visitor {
    let visitor = Visitor::new(market);
    add_to_cart(&visitor, market.variant(slug), quantity).await;
    visitor
}

/// Adds this quantity of a variant to the cart.
pub async fn add_to_cart(visitor: &Visitor, variant: i64, quantity: &str) {
    let variant = variant.to_string();
    let added = visitor
        .post("/cart/items", &[("variant", &variant), ("quantity", quantity)])
        .await;
    assert_eq!(added.status(), 303, "{}", added.text().await.unwrap());
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Market {
    /// One number, from a `SELECT` of one column and row.
    pub fn select_number(&self, select: &str) -> i64 {
        select_number(&mut self.config.database.connect().unwrap(), select)
    }

    /// The number of rows of a table, which may be followed by a `WHERE` clause.
    pub fn count_rows(&self, table_and_filter: &str) -> i64 {
        self.select_number(&format!("SELECT COUNT(*) FROM {table_and_filter}"))
    }

    /// The stock of a variant.
    pub fn current_stock(&self, variant: i64) -> i64 {
        self.select_number(&format!("SELECT quantity FROM product_variants WHERE id = {variant}"))
    }

    /// Sets the stock of a variant, and replaces its stock movements with one that adds up to it.
    pub async fn set_stock(&self, variant: i64, quantity: i32) {
        self.set_variant_quantity(variant, quantity).await;
        self.sql(&reset_movements_sql(variant)).await;
    }

    pub fn processor(&self) -> PaymentProcessor {
        app::processor(&self.config, self.db.clone()).unwrap()
    }

    /// Settles open payments as if it were this many minutes later.
    pub async fn sweep(&self, minutes: i64) -> SettleReport {
        self.processor()
            .settle_open(now() + chrono::TimeDelta::minutes(minutes))
            .await
            .unwrap()
    }

    pub fn assert_consistent(&self) {
        assert_consistent(&mut self.config.database.connect().unwrap());
    }
}

/// SQL that sets the stock of a variant, with its movements and its product's total.
pub fn set_stock_sql(variant: i64, quantity: i32) -> String {
    let movements_sql = reset_movements_sql(variant);
    format!(
        "UPDATE product_variants SET quantity = {quantity} WHERE id = {variant};
         UPDATE products SET quantity = (SELECT SUM(quantity) FROM product_variants WHERE product_id = products.id)
         WHERE id = (SELECT product_id FROM product_variants WHERE id = {variant});
         {movements_sql}"
    )
}

/// SQL that replaces the movements of a variant with one that adds up to its stock.
pub fn reset_movements_sql(variant: i64) -> String {
    format!(
        "DELETE FROM stock_movements WHERE variant_id = {variant};
         INSERT INTO stock_movements (id, variant_id, reason, change, quantity, created_at)
         SELECT {variant}, id, 'edit', quantity, quantity, created_at FROM product_variants WHERE id = {variant};"
    )
}

/// One number, from a `SELECT` of one column and row.
pub fn select_number(conn: &mut Conn, select: &str) -> i64 {
    let sql = format!("SELECT CAST(({select}) AS BIGINT) AS number");
    let row: Number = match conn {
        Conn::Sqlite(conn) => diesel::sql_query(sql).get_result(conn),
        Conn::Postgres(conn) => diesel::sql_query(sql).get_result(conn),
    }
    .unwrap();
    row.number
}

/// Asserts that stock, totals, payments, refunds and order histories agree.
pub fn assert_consistent(conn: &mut Conn) {
    for (inconsistent_rows, problem) in [
        (
            "product_variants v WHERE v.quantity <> (SELECT COALESCE(SUM(m.change), 0) FROM stock_movements m
                 WHERE m.variant_id = v.id)
                 AND EXISTS (SELECT 1 FROM stock_movements m WHERE m.variant_id = v.id AND m.reason = 'edit')",
            "the movements do not add up to the stock",
        ),
        (
            "purchases c WHERE c.total <> c.items_total + c.shipping_total OR c.total <>
                 (SELECT COALESCE(SUM(o.subtotal), 0) FROM orders o WHERE o.purchase_id = c.id) +
                 (SELECT COALESCE(SUM(s.price), 0) FROM shop_orders s WHERE s.purchase_id = c.id)",
            "a total is not the sum of its lines and deliveries",
        ),
        (
            "payments p JOIN purchases c ON c.id = p.purchase_id WHERE p.amount <> c.total",
            "the amount of a payment differs from the total of its purchase",
        ),
        (
            "purchases c WHERE (c.placed_at IS NOT NULL) <> EXISTS (SELECT 1 FROM payments p
                 WHERE p.purchase_id = c.id AND p.status = 'SUCCEEDED')",
            "a purchase is placed but not paid, or paid but not placed",
        ),
        (
            "payments p WHERE p.refunded <> (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r
                 WHERE r.payment_id = p.id)",
            "the refunded amount is not the sum of the refunds",
        ),
        (
            "orders o JOIN purchases c ON c.id = o.purchase_id WHERE c.placed_at IS NOT NULL AND o.status <>
                 (SELECT e.to_status FROM order_events e WHERE e.order_line_id = o.id ORDER BY e.id DESC LIMIT 1)",
            "a history does not end with the status of its order line",
        ),
    ] {
        assert_eq!(
            select_number(conn, &format!("SELECT COUNT(*) FROM {inconsistent_rows}")),
            0,
            "{problem}"
        );
    }
}
