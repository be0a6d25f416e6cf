//! The schema, migrations, `Db::read` and `Db::write`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Integer, Text};
use diesel_migrations::MigrationHarness;
use pocketshop::db::{Conn, Db, Location, MIGRATIONS, migrate};
use pocketshop::error::Error;

use crate::support::database::Database;
use crate::support::{Market, rows, run};

#[derive(QueryableByName, Debug, PartialEq)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// Tables, columns, indexes and constraints as text.
fn schema(conn: &mut Conn) -> Vec<String> {
    let lines: Vec<Line> = match conn {
        Conn::Sqlite(conn) => {
            sql_query("SELECT name || ' ' || COALESCE(sql, '') AS line FROM sqlite_master ORDER BY 1").load(conn)
        }
        Conn::Postgres(conn) => sql_query(
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line
               FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
               FROM pg_constraint WHERE connamespace = 'public'::regnamespace
             ORDER BY 1",
        )
        .load(conn),
    }
    .unwrap();
    lines.into_iter().map(|found| found.line).collect()
}

#[test]
fn migrations_can_be_reverted_and_run_again() {
    let database = Database::fresh();
    let versions = migrate(&database.location).unwrap();
    assert!(versions.len() >= 5, "{versions:?}");
    let mut conn = database.connect();
    let schema_before = schema(&mut conn);
    conn.revert_all_migrations(MIGRATIONS).unwrap();
    assert_eq!(rows::tables(&mut conn), Vec::<String>::new());
    drop(conn);
    assert_eq!(migrate(&database.location).unwrap(), versions);
    let mut conn = database.connect();
    assert_eq!(schema(&mut conn), schema_before);
    drop(conn);
    assert_eq!(migrate(&database.location).unwrap(), Vec::<String>::new());
}

#[test]
fn of_two_processes_one_migrates_and_the_other_waits() {
    for _ in 0..3 {
        let database = Database::fresh();
        let counts: Vec<usize> = std::thread::scope(|scope| {
            let start = || migrate(&database.location).unwrap().len();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(counts.iter().filter(|count| **count > 0).count(), 1, "{counts:?}");
    }
}

#[test]
fn a_newer_schema_is_refused() {
    let database = Database::fresh();
    migrate(&database.location).unwrap();
    database
        .connect()
        .batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000000')")
        .unwrap();
    let error = migrate(&database.location).unwrap_err().to_string();
    assert!(
        error.contains("newer PocketShop") && error.contains("99990101000000"),
        "{error}"
    );
}

/// `src/schema.rs` has the same columns as the migrated database.
#[test]
fn the_schema_file_names_every_column() {
    let source = include_str!("../../src/schema.rs");
    let mut in_file = Vec::new();
    for block in source.split("diesel::table! {").skip(1) {
        let block = block.split("\n}").next().unwrap();
        let table = block.trim().split(' ').next().unwrap();
        for line in block.lines().filter(|line| line.contains(" -> ")) {
            let (column, kind) = line.trim().trim_end_matches(',').split_once(" -> ").unwrap();
            in_file.push(format!("{table}.{column} {}", kind.starts_with("Nullable")));
        }
    }
    let database = Database::fresh();
    migrate(&database.location).unwrap();
    let mut conn = database.connect();
    let mut in_database = Vec::new();
    for table in rows::tables(&mut conn) {
        let lines: Vec<Line> = match &mut conn {
            Conn::Sqlite(conn) => sql_query(format!(
                "SELECT '{table}.' || name || CASE WHEN \"notnull\" = 1 THEN ' false' ELSE ' true' END AS line FROM pragma_table_info('{table}')"
            ))
            .load(conn),
            Conn::Postgres(conn) => sql_query(format!(
                "SELECT '{table}.' || column_name || CASE WHEN is_nullable = 'NO' THEN ' false' ELSE ' true' END AS line
                   FROM information_schema.columns WHERE table_name = '{table}' AND table_schema = 'public'"
            ))
            .load(conn),
        }
        .unwrap();
        in_database.extend(lines.into_iter().map(|found| found.line));
    }
    in_file.sort();
    in_database.sort();
    assert_eq!(in_file, in_database);
}

#[test]
fn sqlite_is_configured_for_durability() {
    #[derive(QueryableByName)]
    struct Pragmas {
        #[diesel(sql_type = Text)]
        journal: String,
        #[diesel(sql_type = Integer)]
        synchronous: i32,
        #[diesel(sql_type = Integer)]
        foreign_keys: i32,
        #[diesel(sql_type = Integer)]
        busy: i32,
        #[diesel(sql_type = Integer)]
        trusted: i32,
    }
    run(async {
        let market = Market::empty();
        if matches!(market.config.database, Location::Postgres(_)) {
            return;
        }
        for writes in [false, true] {
            let read = |conn: &mut Conn| {
                let query = sql_query(
                    "SELECT (SELECT journal_mode FROM pragma_journal_mode) AS journal,
                            (SELECT synchronous FROM pragma_synchronous) AS synchronous,
                            (SELECT foreign_keys FROM pragma_foreign_keys) AS foreign_keys,
                            (SELECT timeout FROM pragma_busy_timeout) AS busy,
                            (SELECT trusted_schema FROM pragma_trusted_schema) AS trusted",
                );
                Ok(query.get_result::<Pragmas>(conn)?)
            };
            let found = if writes {
                market.db.write(read).await
            } else {
                market.db.read(read).await
            }
            .unwrap();
            assert_eq!(
                (
                    found.journal.as_str(),
                    found.synchronous,
                    found.foreign_keys,
                    found.busy,
                    found.trusted
                ),
                ("wal", 2, 1, 5000, 0)
            );
        }
    });
}

#[test]
fn the_database_refuses_invalid_rows() {
    run(async {
        let market = Market::demo();
        for (description, statement) in [
            ("a price below zero", "UPDATE products SET price = -1"),
            ("stock below zero", "UPDATE product_variants SET quantity = -1"),
            ("an unknown category", "UPDATE products SET category = 'NONE'"),
            (
                "deleting a category in use",
                "DELETE FROM categories WHERE code = 'HOME'",
            ),
            ("a shop with an unknown owner", "UPDATE shops SET owner_id = 1"),
            ("two shops at one address", "UPDATE shops SET slug = 'same'"),
            ("two products at one address", "UPDATE products SET slug = 'same'"),
            (
                "one username in two cases",
                "UPDATE users SET username = CASE WHEN id = (SELECT MIN(id) FROM users) THEN 'Same' ELSE 'sAME' END",
            ),
            ("one email twice", "UPDATE users SET email = 'same@example.com'"),
            ("a hue above 359", "UPDATE shops SET hue = 360"),
        ] {
            let done = market.db.write(move |conn| Ok(conn.batch_execute(statement)?)).await;
            let Err(Error::Internal(error)) = done else {
                panic!("{description} was accepted")
            };
            let kind = error.downcast_ref::<diesel::result::Error>();
            let Some(diesel::result::Error::DatabaseError(_, error_text)) = kind else {
                panic!("{description}: {error}")
            };
            let error_text = error_text.message();
            assert!(error_text.contains("constraint"), "{description}: {error_text}");
        }
        let insert = |statement: &'static str| market.db.write(move |conn| Ok(conn.batch_execute(statement)?));
        insert("INSERT INTO purchases (id, number, buyer_id, idempotency_key, email, name, street, line2, postal_code, town, region, country, currency, items_total, shipping_total, total, created_at, updated_at) VALUES (1, 'PS-1', NULL, NULL, '', '', '', '', '', '', '', '', 'USD', 500, 0, 500, '2026-01-01', '2026-01-01')")
            .await
            .unwrap();
        insert("INSERT INTO payments (id, owner_id, purchase_id, amount, refunded, currency, status, provider, payment_intent_id, created_at, updated_at) VALUES (1, NULL, 1, 500, 500, 'USD', 'SUCCEEDED', 'mockpay', 'x', '2026-01-01', '2026-01-01')")
            .await
            .unwrap();
        let too_much = insert("UPDATE payments SET refunded = 501").await;
        assert!(too_much.is_err(), "more than the amount could be refunded");
    });
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(conn: &mut Conn, query: &str) -> Result<i64, Error> {
    Ok(sql_query(query).get_result::<Number>(conn)?.number)
}

#[test]
fn orders_are_kept_without_product_shop_and_account() {
    run(async {
        let market = Market::demo();
        market
            .db
            .write(|conn| {
                conn.batch_execute(
                    "INSERT INTO purchases (id, number, buyer_id, idempotency_key, email, name, street, line2, postal_code, town, region, country, currency, items_total, shipping_total, total, created_at, updated_at) SELECT 1, 'PS-1', owner_id, NULL, '', '', '', '', '', '', '', '', 'USD', 500, 0, 500, created_at, created_at FROM products ORDER BY id LIMIT 1;
                     INSERT INTO payments (id, owner_id, purchase_id, amount, refunded, currency, status, provider, payment_intent_id, created_at, updated_at) SELECT 1, buyer_id, 1, 500, 0, 'USD', 'SUCCEEDED', 'mockpay', 'x', created_at, created_at FROM purchases;
                     INSERT INTO shop_orders (id, purchase_id, shop_id, shop_name, price, carrier, tracking, shipped_at, delivered_at, created_at, updated_at) SELECT 1, 1, shop_id, 'Shop', 0, '', '', NULL, NULL, created_at, created_at FROM products ORDER BY id LIMIT 1;
                     INSERT INTO orders (id, buyer_id, product_id, variant_id, purchase_id, shop_order_id, payment_id, status, title, options, personalization, picture, unit_price, quantity, subtotal, created_at, updated_at) SELECT 1, owner_id, id, NULL, 1, 1, 1, 'Pending', title, '', '', '', price, 1, price, created_at, created_at FROM products ORDER BY id LIMIT 1;",
                )?;
                conn.batch_execute("DELETE FROM products; DELETE FROM shops; DELETE FROM users;")?;
                Ok(())
            })
            .await
            .unwrap();
        let left = market
            .db
            .read(|conn| number(conn, "SELECT COUNT(*) AS number FROM orders WHERE product_id IS NULL AND buyer_id IS NULL AND title <> ''"))
            .await
            .unwrap();
        assert_eq!(left, 1);
        let deletion = market
            .db
            .write(|conn| Ok(conn.batch_execute("DELETE FROM payments")?))
            .await;
        assert!(deletion.is_err(), "a payment with an order was deleted");
    });
}

/// Forty buyers take one of ten items at the same time. The row count decides who gets one, without errors.
#[test]
fn forty_buyers_get_ten_items() {
    run(async {
        let market = Market::demo();
        market
            .db
            .write(|conn| Ok(conn.batch_execute("UPDATE product_variants SET quantity = 10")?))
            .await
            .unwrap();
        let buyers: Vec<_> = (0..40)
            .map(|_| {
                let db = market.db.clone();
                actix_web::rt::spawn(async move { take_one(&db).await })
            })
            .collect();
        let mut sold = 0;
        for buyer in buyers {
            sold += buyer.await.unwrap().unwrap();
        }
        assert_eq!(sold, 10);
        let lowest = market
            .db
            .read(|conn| {
                number(
                    conn,
                    "SELECT CAST(MIN(quantity) AS BIGINT) AS number FROM product_variants",
                )
            })
            .await;
        assert_eq!(lowest.unwrap(), 0);
    });
}

async fn take_one(db: &Db) -> Result<usize, Error> {
    db.write(|conn| {
        Ok(sql_query(
            "UPDATE product_variants SET quantity = quantity - 1
              WHERE id = (SELECT MIN(id) FROM product_variants) AND quantity >= 1",
        )
        .execute(conn)?)
    })
    .await
}

#[test]
fn a_failed_write_is_rolled_back_and_a_conflict_is_retried() {
    run(async {
        let market = Market::demo();
        let before = market.db.read(|conn| Ok(rows::dump(conn))).await.unwrap();
        let refused: Result<(), Error> = market
            .db
            .write(|conn| {
                conn.batch_execute("UPDATE products SET title = 'gone'")?;
                Err(Error::Refused("no".into()))
            })
            .await;
        assert!(matches!(refused, Err(Error::Refused(_))));
        assert_eq!(market.db.read(|conn| Ok(rows::dump(conn))).await.unwrap(), before);

        let attempts = Arc::new(AtomicU32::new(0));
        let counter = attempts.clone();
        let retried: Result<u32, Error> = market
            .db
            .write(move |_| {
                let previous_attempts = counter.fetch_add(1, Ordering::Relaxed);
                if previous_attempts < 2 {
                    let kind = diesel::result::DatabaseErrorKind::SerializationFailure;
                    return Err(diesel::result::Error::DatabaseError(kind, Box::new("injected".to_owned())).into());
                }
                Ok(previous_attempts)
            })
            .await;
        assert_eq!((retried.unwrap(), attempts.load(Ordering::Relaxed)), (2, 3));
    });
}

#[test]
fn a_panic_in_a_write_does_not_break_the_pool() {
    run(async {
        let market = Market::demo();
        for _ in 0..12 {
            let outcome: Result<(), Error> = market.db.write(|_| panic!("a test's own panic")).await;
            assert!(matches!(outcome, Err(Error::Internal(_))));
        }
        let sold = take_one(&market.db).await.unwrap();
        assert_eq!(sold, 1);
    });
}
