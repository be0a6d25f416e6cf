//! Rules for every table of the database: no negative numbers, no unknown values, no broken foreign keys.

use std::collections::HashSet;

use super::rule::{Rule, rows, rule};
use crate::accounts::{EventKind, Factor, Purpose};
use crate::catalog::{Delivery, PersonalizationKind, ProductState, Reason};
use crate::db::Conn;
use crate::error::Result;
use crate::orders::{Actor, OrderStatus};
use crate::payments::{PaymentStatus, RefundStatus};
use crate::shops::{Corner, ShopState, Vividness};

/// The only column that may be negative: a stock movement that takes stock.
const SIGNED: &str = "stock_movements change";

/// Tables, their columns that hold an enum, and its words.
const ENUMS: [(&str, &str, &[&str]); 15] = [
    ("order_events", "actor", Actor::WORDS),
    ("orders", "status", OrderStatus::WORDS),
    ("payments", "status", PaymentStatus::WORDS),
    ("personalization_fields", "kind", PersonalizationKind::WORDS),
    ("products", "archived_from", ProductState::WORDS),
    ("products", "delivery", Delivery::WORDS),
    ("products", "state", ProductState::WORDS),
    ("refunds", "status", RefundStatus::WORDS),
    ("security_events", "kind", EventKind::WORDS),
    ("sessions", "factor", Factor::WORDS),
    ("shops", "corner", Corner::WORDS),
    ("shops", "state", ShopState::WORDS),
    ("shops", "vividness", Vividness::WORDS),
    ("stock_movements", "reason", Reason::WORDS),
    ("tokens", "purpose", Purpose::WORDS),
];

pub(super) fn rules(conn: &mut Conn) -> Result<Vec<Rule>> {
    let (numbers, references) = match conn {
        Conn::Sqlite(_) => (SQLITE_NUMBERS, SQLITE_REFERENCES),
        Conn::Postgres(_) => (POSTGRES_NUMBERS, POSTGRES_REFERENCES),
    };
    let numbers = rows(conn, numbers)?;
    let references = rows(conn, references)?;
    Ok(vec![
        rule("No number is negative", &negative_numbers(&numbers)),
        rule("Every state, status and kind has a known value", &unknown_words()),
        rule("Every foreign key points to a row", &broken_references(&references)),
    ])
}

fn negative_numbers(numbers: &[String]) -> String {
    let known: HashSet<&str> = numbers.iter().map(String::as_str).collect();
    let query = |number: &String| {
        let (table, column) = number.split_once(' ')?;
        let has_id = known.contains(format!("{table} id").as_str());
        let id = if has_id { "id" } else { "''" };
        let row = format!("'{table} ' || {id} || ': {column} is ' || {column} AS what FROM {table} WHERE {column} < 0");
        (number != SIGNED).then(|| format!("SELECT {row}"))
    };
    numbers.iter().filter_map(query).collect::<Vec<_>>().join(" UNION ALL ")
}

fn unknown_words() -> String {
    let query = |(table, column, words): &(&str, &str, &[&str])| {
        format!(
            "SELECT '{table} ' || id || ': {column} is ' || {column} AS what FROM {table} WHERE {column} NOT IN ('{}')",
            words.join("', '")
        )
    };
    ENUMS.iter().map(query).collect::<Vec<_>>().join(" UNION ALL ")
}

fn broken_references(references: &[String]) -> String {
    let query = |reference: &String| {
        let mut words = reference.split(' ');
        let (table, column, target, key) = (words.next()?, words.next()?, words.next()?, words.next()?);
        Some(format!(
            "SELECT '{table}: {column} is ' || c.{column} || ', which is not in {target}' AS what FROM {table} c
             WHERE c.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {target} t WHERE t.{key} = c.{column})"
        ))
    };
    references
        .iter()
        .filter_map(query)
        .collect::<Vec<_>>()
        .join(" UNION ALL ")
}

/// `table column`
const SQLITE_NUMBERS: &str = "
SELECT t.name || ' ' || c.name AS what
FROM sqlite_master t JOIN pragma_table_info(t.name) c
WHERE t.type = 'table' AND c.type IN ('BIGINT', 'INTEGER')
ORDER BY t.name, c.cid";

const POSTGRES_NUMBERS: &str = "
SELECT CAST(table_name AS TEXT) || ' ' || CAST(column_name AS TEXT) AS what
FROM information_schema.columns
WHERE table_schema = CURRENT_SCHEMA AND data_type IN ('bigint', 'integer')
ORDER BY table_name, ordinal_position";

/// `table column target key`
const SQLITE_REFERENCES: &str = "
SELECT t.name || ' ' || f.\"from\" || ' ' || f.\"table\" || ' ' || f.\"to\" AS what
FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f
WHERE t.type = 'table'
ORDER BY t.name, f.id";

const POSTGRES_REFERENCES: &str = "
SELECT CAST(c.relname AS TEXT) || ' ' || CAST(a.attname AS TEXT) || ' ' || CAST(t.relname AS TEXT) || ' '
    || CAST(k.attname AS TEXT) AS what
FROM pg_constraint f
JOIN pg_class c ON c.oid = f.conrelid
JOIN pg_class t ON t.oid = f.confrelid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
JOIN pg_attribute k ON k.attrelid = t.oid AND k.attnum = f.confkey[1]
JOIN pg_namespace n ON n.oid = f.connamespace
WHERE f.contype = 'f' AND n.nspname = CURRENT_SCHEMA
ORDER BY c.relname, f.conname";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Location, migrate};

    #[test]
    fn every_table_is_checked() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(folder.path().join("market.db"));
        migrate(&location).unwrap();
        let mut conn = location.connect().unwrap();
        let numbers = rows(&mut conn, SQLITE_NUMBERS).unwrap();
        for number in ["orders subtotal", "payments refunded", "categories position", SIGNED] {
            assert!(numbers.iter().any(|found| found == number), "{number}");
        }
        assert!(!negative_numbers(&numbers).contains("change < 0"));
        let references = rows(&mut conn, SQLITE_REFERENCES).unwrap();
        for reference in ["orders payment_id payments id", "products category categories code"] {
            assert!(references.iter().any(|found| found == reference), "{reference}");
        }
    }
}
