//! The schema and the two verbs, on the database that the tests run on.

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
fn migrations_go_up_and_down_and_up_to_the_same_schema() {
    let database = Database::fresh();
    let run = migrate(&database.location).unwrap();
    assert!(run.len() >= 5, "{run:?}");
    let mut conn = database.connect();
    let up = schema(&mut conn);
    conn.revert_all_migrations(MIGRATIONS).unwrap();
    assert_eq!(rows::tables(&mut conn), Vec::<String>::new());
    drop(conn);
    assert_eq!(migrate(&database.location).unwrap(), run);
    let mut conn = database.connect();
    assert_eq!(schema(&mut conn), up);
    drop(conn);
    assert_eq!(migrate(&database.location).unwrap(), Vec::<String>::new());
}

#[test]
fn of_two_processes_one_migrates_and_the_other_waits() {
    for _ in 0..3 {
        let database = Database::fresh();
        let ran: Vec<usize> = std::thread::scope(|scope| {
            let start = || migrate(&database.location).unwrap().len();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(ran.iter().filter(|count| **count > 0).count(), 1, "{ran:?}");
    }
}

#[test]
fn a_newer_schema_is_left_alone() {
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

/// What `src/schema.rs` says is what the migrations made.
#[test]
fn the_schema_file_names_every_column() {
    let source = include_str!("../../src/schema.rs");
    let mut written = Vec::new();
    for block in source.split("diesel::table! {").skip(1) {
        let block = block.split("\n}").next().unwrap();
        let table = block.trim().split(' ').next().unwrap();
        for line in block.lines().filter(|line| line.contains(" -> ")) {
            let (column, kind) = line.trim().trim_end_matches(',').split_once(" -> ").unwrap();
            written.push(format!("{table}.{column} {}", kind.starts_with("Nullable")));
        }
    }
    let database = Database::fresh();
    migrate(&database.location).unwrap();
    let mut conn = database.connect();
    let mut made = Vec::new();
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
        made.extend(lines.into_iter().map(|found| found.line));
    }
    written.sort();
    made.sort();
    assert_eq!(written, made);
}

#[test]
fn sqlite_is_set_up_to_lose_nothing() {
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
fn the_database_refuses_what_cannot_be() {
    run(async {
        let market = Market::demo();
        for (mistake, statement) in [
            ("a price below zero", "UPDATE products SET price = -1"),
            ("stock below zero", "UPDATE product_variants SET quantity = -1"),
            ("an unknown category", "UPDATE products SET category = 'NONE'"),
            (
                "a category that is in use, deleted",
                "DELETE FROM categories WHERE code = 'HOME'",
            ),
            ("a shop of nobody we know", "UPDATE shops SET owner_id = 1"),
            ("two shops at one address", "UPDATE shops SET slug = 'same'"),
            ("two products at one address", "UPDATE products SET slug = 'same'"),
            (
                "one username in two cases",
                "UPDATE users SET username = CASE WHEN id = (SELECT MIN(id) FROM users) THEN 'Same' ELSE 'sAME' END",
            ),
            ("one email twice", "UPDATE users SET email = 'same@example.com'"),
            ("a hue off the circle", "UPDATE shops SET hue = 360"),
        ] {
            let done = market.db.write(move |conn| Ok(conn.batch_execute(statement)?)).await;
            let Err(Error::Internal(error)) = done else {
                panic!("{mistake} was let in")
            };
            let kind = error.downcast_ref::<diesel::result::Error>();
            let Some(diesel::result::Error::DatabaseError(_, said)) = kind else {
                panic!("{mistake}: {error}")
            };
            let said = said.message();
            assert!(said.contains("constraint"), "{mistake}: {said}");
        }
        let insert = |statement: &'static str| market.db.write(move |conn| Ok(conn.batch_execute(statement)?));
        insert("INSERT INTO purchases (id, number, buyer_id, idempotency_key, email, name, street, line2, postal_code, town, region, country, currency, items_total, shipping_total, total, created_at, updated_at) VALUES (1, 'PS-1', NULL, NULL, '', '', '', '', '', '', '', '', 'USD', 500, 0, 500, '2026-01-01', '2026-01-01')")
            .await
            .unwrap();
        insert("INSERT INTO payments (id, owner_id, purchase_id, amount, refunded, currency, status, provider, payment_intent_id, created_at, updated_at) VALUES (1, NULL, 1, 500, 500, 'USD', 'SUCCEEDED', 'mockpay', 'x', '2026-01-01', '2026-01-01')")
            .await
            .unwrap();
        let more = insert("UPDATE payments SET refunded = 501").await;
        assert!(more.is_err(), "more was refunded than paid");
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
fn orders_outlive_product_shop_and_account() {
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
        let payment_gone = market
            .db
            .write(|conn| Ok(conn.batch_execute("DELETE FROM payments")?))
            .await;
        assert!(payment_gone.is_err(), "a payment was deleted under its order");
    });
}

/// Forty at once take one each of ten; the row count decides, and nobody sees an error.
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
                actix_web::rt::spawn(async move { take(&db).await })
            })
            .collect();
        let mut sold = 0;
        for buyer in buyers {
            sold += buyer.await.unwrap().unwrap();
        }
        assert_eq!(sold, 10);
        let least = market
            .db
            .read(|conn| {
                number(
                    conn,
                    "SELECT CAST(MIN(quantity) AS BIGINT) AS number FROM product_variants",
                )
            })
            .await;
        assert_eq!(least.unwrap(), 0);
    });
}

async fn take(db: &Db) -> Result<usize, Error> {
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
        let counted = attempts.clone();
        let lost: Result<u32, Error> = market
            .db
            .write(move |_| {
                let so_far = counted.fetch_add(1, Ordering::Relaxed);
                if so_far < 2 {
                    let kind = diesel::result::DatabaseErrorKind::SerializationFailure;
                    return Err(diesel::result::Error::DatabaseError(kind, Box::new("injected".to_owned())).into());
                }
                Ok(so_far)
            })
            .await;
        assert_eq!((lost.unwrap(), attempts.load(Ordering::Relaxed)), (2, 3));
    });
}

#[test]
fn a_panic_in_a_write_leaves_the_pool_well() {
    run(async {
        let market = Market::demo();
        for _ in 0..12 {
            let cut: Result<(), Error> = market.db.write(|_| panic!("a test's own panic")).await;
            assert!(matches!(cut, Err(Error::Internal(_))));
        }
        let sold = take(&market.db).await.unwrap();
        assert_eq!(sold, 1);
    });
}
