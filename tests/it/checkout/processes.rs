//! The program as a process: its log during payments, and two processes on one database.

use diesel::connection::SimpleConnection;
use futures_util::future::join_all;

use super::crash::command_for;
use super::purchase::{
    DECLINED_CARD, Form, PAID_NO_REPLY_CARD, RING_DISH, assert_consistent, select_number, set_stock_sql,
};
use crate::support::binary::{self, Server, text};
use crate::support::database::Database;
use crate::support::roles::now;
use crate::support::visitor::{Visitor, location};
use crate::support::{rows, run};

/// Sets the stock of one product in the demo market, makes its delivery free, and returns its variant.
fn prepare_product(database: &Database, quantity: i32) -> i64 {
    let mut conn = database.connect();
    let variant = select_number(
        &mut conn,
        &format!(
            "SELECT MAX(v.id) FROM product_variants v JOIN products p ON p.id = v.product_id WHERE p.slug = '{RING_DISH}'"
        ),
    );
    let reset = "DELETE FROM shipping_rates; DELETE FROM personalization_fields;";
    conn.batch_execute(&format!("{reset}{}", set_stock_sql(variant, quantity)))
        .unwrap();
    variant
}

async fn guest_with_cart(url: &str, variant: i64) -> Visitor {
    let visitor = Visitor::at_url(url, "", None);
    let variant = variant.to_string();
    let added = visitor
        .post("/cart/items", &[("variant", &variant), ("quantity", "1")])
        .await;
    assert_eq!(added.status(), 303);
    visitor
}

/// Whether the line contains these digits as a separate number.
fn contains_number(line: &str, digits: &str) -> bool {
    line.match_indices(digits).any(|(at, _)| {
        let digit = |side: Option<char>| side.is_some_and(|one| one.is_ascii_alphanumeric());
        !digit(line[..at].chars().next_back()) && !digit(line[at + digits.len()..].chars().next())
    })
}

#[test]
fn no_log_line_and_no_row_contains_card_data() {
    const CODE: &str = "7391";
    const EXPIRY: &str = "11/43";
    let cards = [
        "4242 4242 4242 4242",
        DECLINED_CARD,
        "4000 0000 0000 9995",
        "4000 0000 0000 0119",
        PAID_NO_REPLY_CARD,
        "4000 0000 0000 3220",
        "4242 4242 4242 4241",
        "5555 5555 5555 4444",
    ];
    for format in ["text", "json"] {
        let database = Database::fresh();
        let mut command = command_for(&database);
        command
            .env("POCKETSHOP_LOG", "trace")
            .env("POCKETSHOP_LOG_FORMAT", format);
        let server = Server::start_with_args(&mut command, &["--demo"]);
        let variant = prepare_product(&database, 99);
        run(async {
            for card in cards {
                let visitor = guest_with_cart(&server.url(), variant).await;
                let mut form = Form::load(&visitor).await;
                form.set("card_number", card)
                    .set("card_expiry", EXPIRY)
                    .set("card_code", CODE);
                // First with an error in another field, then without.
                let street = form.get("street").to_owned();
                assert_eq!(form.set("street", "").submit(&visitor).await.status(), 422);
                let sent = form.set("street", &street).submit(&visitor).await;
                assert!(matches!(sent.status().as_u16(), 303 | 422), "{card}: {}", sent.status());
                if sent.status() == 303 {
                    visitor.page(location(&sent)).await;
                }
                visitor.get("/nowhere").await;
            }
        });
        let sweep_time = (now() + chrono::TimeDelta::minutes(20))
            .format("%Y-%m-%dT%H:%M:%S")
            .to_string();
        let mut sweep = command_for(&database);
        let swept = binary::run(
            sweep
                .env("POCKETSHOP_LOG", "trace")
                .args(["sweep", "--at", &sweep_time]),
        );
        let mut lines = server.log_lines();
        lines.extend(
            [&swept.stdout, &swept.stderr]
                .iter()
                .flat_map(|stream| text(stream).lines().map(str::to_owned).collect::<Vec<_>>()),
        );
        assert!(
            lines.len() > 60 && lines.iter().any(|line| line.contains("/checkout/PS-")),
            "the log is incomplete"
        );
        let mut conn = database.connect();
        assert!(select_number(&mut conn, "SELECT COUNT(*) FROM payments WHERE expires_at IS NOT NULL") >= 7);
        lines.extend(rows::dump(&mut conn));
        let mock_books = std::fs::read(database.folder.path().join("data/mockpay.db")).unwrap();
        let wal = std::fs::read(database.folder.path().join("data/mockpay.db-wal")).unwrap_or_default();
        lines.extend([text(&mock_books), text(&wal)]);
        for line in &lines {
            for card in cards {
                let without_spaces = card.replace(' ', "");
                for secret in [
                    card,
                    &without_spaces,
                    &card.replace(' ', "+"),
                    &card.replace(' ', "%20"),
                    EXPIRY,
                    "11%2F43",
                ] {
                    assert!(!line.contains(secret), "{format}: {secret} in {line}");
                }
            }
            assert!(!contains_number(line, CODE), "{format}: the card code in {line}");
        }
    }
}

#[test]
fn two_processes_on_one_postgresql_sell_ten_of_ten() {
    if std::env::var("TEST_DATABASE_URL").is_err() {
        eprintln!("skipped: two processes can share a market only on PostgreSQL");
        return;
    }
    let database = Database::fresh();
    let one = Server::start_with_args(&mut command_for(&database), &["--demo"]);
    let other = Server::start(&mut command_for(&database));
    let dish = prepare_product(&database, 10);
    run(async {
        let mut buyers = Vec::new();
        for round in 0..200 {
            let visitor = guest_with_cart(&one.url(), dish).await;
            let form = Form::load(&visitor).await;
            let through = if round % 2 == 0 { &one } else { &other };
            buyers.push((Visitor::at_url(&through.url(), "", visitor.cookie()), form));
        }
        let sent = join_all(buyers.iter().map(|(visitor, form)| form.submit(visitor))).await;
        let mut refused = 0;
        for response in sent {
            assert!(
                matches!(response.status().as_u16(), 303 | 422 | 503),
                "{}",
                response.status()
            );
            if response.status() == 422 {
                refused += 1;
                let page_text = response.text().await.unwrap();
                assert!(
                    page_text.contains("Nothing was charged") || page_text.contains("sold out"),
                    "{page_text}"
                );
            }
        }
        assert!(refused > 0);
    });
    let sweep_time = (now() + chrono::TimeDelta::minutes(2))
        .format("%Y-%m-%dT%H:%M:%S")
        .to_string();
    assert!(
        binary::run(command_for(&database).args(["sweep", "--at", &sweep_time]))
            .status
            .success()
    );
    let mut conn = database.connect();
    let sold = "SELECT COALESCE(SUM(o.quantity), 0) FROM orders o JOIN purchases c ON c.id = o.purchase_id
        WHERE c.email = 'ada@example.org' AND c.placed_at IS NOT NULL";
    assert_eq!(select_number(&mut conn, sold), 10);
    let stock = format!("SELECT quantity FROM product_variants WHERE id = {dish}");
    assert_eq!(select_number(&mut conn, &stock), 0);
    assert_consistent(&mut conn);
}
