//! `pocketshop audit`: passes for consistent data, and names the row that breaks a rule.

use diesel::connection::SimpleConnection;
use pocketshop::config::Config;
use pocketshop::db::{Conn, in_transaction};
use pocketshop::ops;
use pocketshop::ops::audit::audit;

use crate::support::database::Database;
use crate::support::{config, rows};

/// A demo market without a server.
fn market() -> (Database, Config) {
    let database = Database::fresh();
    let config = config(database.folder.path(), &database);
    ops::fill_demo(&config, ops::Demo::WithPurchases).unwrap();
    (database, config)
}

/// Runs statements without constraints on a demo market, and audits it. Returns what the audit reports for the rule that
/// begins with `rule`.
fn report_after(statements: &str, rule: &str) -> String {
    let (database, config) = market();
    let mut conn = database.connect();
    match &mut conn {
        Conn::Sqlite(conn) => conn.batch_execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON"),
        Conn::Postgres(conn) => conn.batch_execute(
            "SET session_replication_role = replica;
             DO $$ DECLARE c record; BEGIN
                FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
                    WHERE contype = 'c' AND conrelid <> 0 LOOP
                    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
                END LOOP;
             END $$",
        ),
    }
    .unwrap();
    conn.batch_execute(statements).unwrap();
    let report = audit(&config).unwrap();
    let text = report.to_string();
    assert!(report.broken() > 0, "{statements}: {text}");
    let lines = text
        .lines()
        .skip_while(|line| !line.starts_with(&format!("broken  {rule}")));
    let lines: Vec<&str> = lines.take(2).collect();
    assert_eq!(lines.len(), 2, "{statements} does not break {rule:?}:\n{text}");
    lines[1].trim().to_owned()
}

#[test]
fn the_demo_market_passes_and_nothing_is_changed() {
    let (database, config) = market();
    let before = rows::dump(&mut database.connect());
    let report = audit(&config).unwrap();
    assert_eq!(report.broken(), 0, "{report}");
    assert_eq!(rows::dump(&mut database.connect()), before);
    assert!(
        report.to_string().lines().all(|line| line.starts_with("ok ")),
        "{report}"
    );
}

#[test]
fn the_imported_fixtures_pass_and_exceptions_are_counted() {
    let database = Database::fresh();
    let config = config(database.folder.path(), &database);
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pocketshop");
    ops::import_pocketshop(&config, &fixtures).unwrap();
    let report = audit(&config).unwrap();
    assert_eq!(report.broken(), 0, "{report}");
    let text = report.to_string();
    assert!(text.contains("(1 imported as canceled, settled elsewhere)"), "{text}");
}

#[test]
fn a_missing_or_old_database_is_not_created() {
    let database = Database::fresh();
    let config = config(database.folder.path(), &database);
    assert!(audit(&config).is_err());
    assert_eq!(std::fs::read_dir(database.folder.path()).unwrap().count(), 0);
}

#[test]
fn a_suspended_seller_passes() {
    let (database, config) = market();
    let suspend = "UPDATE shops SET state = 'hidden' WHERE slug = 'barro-e-sal'";
    database.connect().batch_execute(suspend).unwrap();
    let report = audit(&config).unwrap();
    assert_eq!(report.broken(), 0, "{report}");
}

#[test]
fn an_unknown_word_is_reported() {
    for statement in [
        "UPDATE shops SET state = 'lost' WHERE slug = 'barro-e-sal'",
        "UPDATE products SET delivery = 'pigeon' WHERE id = (SELECT MIN(id) FROM products)",
        "UPDATE products SET archived_from = 'lost' WHERE id = (SELECT MIN(id) FROM products)",
    ] {
        let row = report_after(statement, "Every state, status and kind has a known value");
        assert!(row.contains(" is lost") || row.contains(" is pigeon"), "{row}");
    }
}

#[test]
fn wrong_stock_is_reported() {
    for (statement, rule, row) in [
        (
            "UPDATE product_variants SET quantity = quantity + 1 WHERE id = (SELECT MIN(id) FROM product_variants)",
            "The stock movements of a variant add up",
            "variant ",
        ),
        (
            "UPDATE stock_movements SET quantity = quantity + 1 WHERE id = (SELECT MAX(id) FROM stock_movements)",
            "Each stock movement continues",
            "variant ",
        ),
        (
            "UPDATE products SET price = price + 1 WHERE id = (SELECT MAX(id) FROM products)",
            "Products have",
            "product ",
        ),
        (
            "DELETE FROM stock_movements WHERE id = (SELECT MAX(id) FROM stock_movements WHERE reason = 'sale')",
            "Sold orders were taken",
            "order ",
        ),
    ] {
        let report_line = report_after(statement, rule);
        assert!(report_line.starts_with(row), "{report_line}");
    }
}

#[test]
fn wrong_amounts_are_reported() {
    for (statement, rule, row) in [
        (
            "UPDATE purchases SET total = total + 1 WHERE id = (SELECT MIN(id) FROM purchases)",
            "The total of a purchase",
            "purchase PS-",
        ),
        (
            "UPDATE payments SET amount = amount - 1 WHERE id = (SELECT MIN(id) FROM payments WHERE refunded = 0)",
            "The amount of a payment",
            "payment ",
        ),
        (
            "UPDATE orders SET unit_price = unit_price + 1 WHERE id = (SELECT MIN(id) FROM orders)",
            "The subtotal of an order",
            "order ",
        ),
        (
            "UPDATE payments SET refunded = amount + 1 WHERE id = (SELECT MIN(id) FROM payments)",
            "No payment is refunded",
            "payment ",
        ),
        (
            "UPDATE refunds SET amount = amount + 1 WHERE id = (SELECT MIN(id) FROM refunds)",
            "The refunded amount",
            "payment ",
        ),
        (
            "DELETE FROM refunds WHERE id = (SELECT MIN(id) FROM refunds)",
            "Canceled orders are refunded",
            "order ",
        ),
        (
            "UPDATE shop_orders SET price = price + 1 WHERE id = (SELECT shop_order_id FROM orders WHERE status = 'Cancelled'
                ORDER BY id LIMIT 1)",
            "The refunds of a shop order",
            "shop order ",
        ),
    ] {
        let report_line = report_after(statement, rule);
        assert!(report_line.starts_with(row), "{report_line}");
    }
}

#[test]
fn mismatched_purchases_and_payments_are_reported() {
    for (statement, rule, row) in [
        (
            "UPDATE purchases SET placed_at = NULL WHERE id = (SELECT MIN(id) FROM purchases)",
            "A purchase is placed if",
            "purchase PS-",
        ),
        (
            "DROP INDEX payments_live; UPDATE payments SET status = 'SUCCEEDED', purchase_id = (SELECT MIN(purchase_id)
                FROM payments), attempt = 2 WHERE id = (SELECT MAX(id) FROM payments)",
            "No purchase has two payments",
            "purchase PS-",
        ),
        (
            "DELETE FROM orders WHERE payment_id = (SELECT MIN(payment_id) FROM orders)",
            "Every payment that succeeded",
            "payment ",
        ),
        (
            "DELETE FROM payments WHERE id = (SELECT MIN(id) FROM payments)",
            "Every order belongs",
            "order ",
        ),
        (
            "UPDATE shop_orders SET purchase_id = (SELECT MAX(id) FROM purchases) WHERE id = (SELECT MIN(id) FROM shop_orders)",
            "An order, its shop order",
            "order ",
        ),
    ] {
        let report_line = report_after(statement, rule);
        assert!(report_line.starts_with(row), "{report_line}");
    }
}

#[test]
fn wrong_statuses_and_references_are_reported() {
    for (statement, rule, row) in [
        (
            "UPDATE orders SET status = 'Delivered' WHERE id = (SELECT MAX(order_line_id) FROM order_events
                WHERE to_status = 'Pending')",
            "The status of an order",
            "order ",
        ),
        (
            "UPDATE order_events SET from_status = 'Delivered' WHERE id = (SELECT MAX(id) FROM order_events)",
            "Each event of a history",
            "order ",
        ),
        (
            "UPDATE order_events SET actor = 'buyer' WHERE id = (SELECT MAX(id) FROM order_events WHERE to_status = 'Shipped')",
            "Only allowed changes",
            "order ",
        ),
        (
            "UPDATE shop_orders SET shipped_at = NULL WHERE id = (SELECT MIN(id) FROM shop_orders WHERE delivered_at IS NOT NULL)",
            "The dates of shop orders",
            "shop order ",
        ),
        (
            "UPDATE orders SET status = 'Shipped' WHERE payment_id = (SELECT MIN(id) FROM payments WHERE status = 'FAILED')",
            "No order is shipped",
            "order ",
        ),
        (
            "UPDATE orders SET status = 'lost' WHERE id = (SELECT MAX(id) FROM orders)",
            "Every state, status and kind",
            "orders ",
        ),
        (
            "UPDATE categories SET position = -1 WHERE code = 'ART'",
            "No number is negative",
            "categories : position is -1",
        ),
        (
            "UPDATE orders SET product_id = 42 WHERE id = (SELECT MAX(id) FROM orders)",
            "Every foreign key",
            "orders: product_id is 42, which is not in products",
        ),
    ] {
        let report_line = report_after(statement, rule);
        assert!(report_line.starts_with(row), "{report_line}");
    }
}

#[test]
fn the_providers_books_are_compared() {
    let (database, config) = market();
    let books = pocketshop::db::Location::Sqlite(database.folder.path().join("mockpay.db"));
    let change = |statement: &str| books.connect().unwrap().batch_execute(statement).unwrap();
    let broken_report = |rule: &str| {
        let text = audit(&config).unwrap().to_string();
        assert!(text.contains(&format!("broken  {rule}")), "{rule}: {text}");
        text
    };
    change("INSERT INTO charges VALUES ('pi_lost', 1200, 'USD', '', 0)");
    assert!(
        broken_report("What the mock provider captured")
            .contains("payment pi_lost of 1200 is captured, but not known here")
    );
    change("DELETE FROM charges WHERE intent = 'pi_lost'");
    assert_eq!(audit(&config).unwrap().broken(), 0);
    change(
        "UPDATE charges SET amount = amount + 1 WHERE intent = (SELECT MIN(intent) FROM charges WHERE failure = '')",
    );
    broken_report("What the mock provider captured");
    change(
        "UPDATE charges SET amount = amount - 1 WHERE intent = (SELECT MIN(intent) FROM charges WHERE failure = '')",
    );
    change("UPDATE charges SET refunded = refunded - 1 WHERE refunded > 0");
    broken_report("The mock provider refunded");
    change("UPDATE charges SET refunded = refunded + 1 WHERE refunded > 0");
    change(
        "UPDATE charges SET failure = 'declined' WHERE intent = (SELECT MIN(intent) FROM charges WHERE failure = '')",
    );
    broken_report("What is paid here was captured");
}

#[test]
fn an_audit_reads_a_consistent_snapshot() {
    let (database, _) = market();
    let mut conn = database.connect();
    let refused = pocketshop::db::in_snapshot(&mut conn, &|conn| {
        Ok(conn.batch_execute("UPDATE products SET price = price + 1").is_err())
    });
    assert!(refused.unwrap(), "a snapshot allowed a write");
    // Afterwards the connection can write again.
    in_transaction(&mut conn, &|conn| {
        Ok(conn.batch_execute("UPDATE products SET updated_at = created_at")?)
    })
    .unwrap();
}
