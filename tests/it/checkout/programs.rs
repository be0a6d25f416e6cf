//! The built program: its log while people pay, and two processes on one database.

use diesel::connection::SimpleConnection;
use futures_util::future::join_all;

use super::crash::program;
use super::purchase::{DECLINED, Form, MUG, SILENT_PAID, books_balance, number, stocked};
use crate::support::binary::{self, Server, text};
use crate::support::database::Database;
use crate::support::roles::now;
use crate::support::visitor::{Visitor, location};
use crate::support::{rows, run};

/// Sets the stock of one product in the demo market, makes its delivery free, and returns its variant.
fn open(database: &Database, quantity: i32) -> i64 {
    let mut conn = database.connect();
    let variant = number(
        &mut conn,
        &format!(
            "SELECT MAX(v.id) FROM product_variants v JOIN products p ON p.id = v.product_id WHERE p.slug = '{MUG}'"
        ),
    );
    let free = "DELETE FROM shipping_rates; DELETE FROM personalization_fields;";
    conn.batch_execute(&format!("{free}{}", stocked(variant, quantity)))
        .unwrap();
    variant
}

async fn guest(url: &str, variant: i64) -> Visitor {
    let visitor = Visitor::at_url(url, "", None);
    let variant = variant.to_string();
    let added = visitor
        .post("/cart/items", &[("variant", &variant), ("quantity", "1")])
        .await;
    assert_eq!(added.status(), 303);
    visitor
}

/// Whether the line holds these digits as a separate number.
fn stands(line: &str, digits: &str) -> bool {
    line.match_indices(digits).any(|(at, _)| {
        let digit = |side: Option<char>| side.is_some_and(|one| one.is_ascii_alphanumeric());
        !digit(line[..at].chars().next_back()) && !digit(line[at + digits.len()..].chars().next())
    })
}

#[test]
fn no_log_line_and_no_row_holds_card_data() {
    const CODE: &str = "7391";
    const EXPIRY: &str = "11/43";
    let cards = [
        "4242 4242 4242 4242",
        DECLINED,
        "4000 0000 0000 9995",
        "4000 0000 0000 0119",
        SILENT_PAID,
        "4000 0000 0000 3220",
        "4242 4242 4242 4241",
        "5555 5555 5555 4444",
    ];
    for format in ["text", "json"] {
        let database = Database::fresh();
        let mut traced = program(&database);
        traced
            .env("POCKETSHOP_LOG", "trace")
            .env("POCKETSHOP_LOG_FORMAT", format);
        let server = Server::start_with_args(&mut traced, &["--demo"]);
        let variant = open(&database, 99);
        run(async {
            for card in cards {
                let visitor = guest(&server.url(), variant).await;
                let mut form = Form::of(&visitor).await;
                form.set("card_number", card)
                    .set("card_expiry", EXPIRY)
                    .set("card_code", CODE);
                // First with a mistake in another field, then without.
                let street = form.get("street").to_owned();
                assert_eq!(form.set("street", "").send(&visitor).await.status(), 422);
                let sent = form.set("street", &street).send(&visitor).await;
                assert!(matches!(sent.status().as_u16(), 303 | 422), "{card}: {}", sent.status());
                if sent.status() == 303 {
                    visitor.page(location(&sent)).await;
                }
                visitor.get("/nowhere").await;
            }
        });
        let later = (now() + chrono::TimeDelta::minutes(20))
            .format("%Y-%m-%dT%H:%M:%S")
            .to_string();
        let mut sweep = program(&database);
        let swept = binary::run(sweep.env("POCKETSHOP_LOG", "trace").args(["sweep", "--at", &later]));
        let mut said = server.log_lines();
        said.extend(
            [&swept.stdout, &swept.stderr]
                .iter()
                .flat_map(|stream| text(stream).lines().map(str::to_owned).collect::<Vec<_>>()),
        );
        assert!(
            said.len() > 60 && said.iter().any(|line| line.contains("/checkout/PS-")),
            "too little was said"
        );
        let mut conn = database.connect();
        assert!(number(&mut conn, "SELECT COUNT(*) FROM payments WHERE expires_at IS NOT NULL") >= 7);
        said.extend(rows::dump(&mut conn));
        let ledger = std::fs::read(database.folder.path().join("data/mockpay.db")).unwrap();
        let log = std::fs::read(database.folder.path().join("data/mockpay.db-wal")).unwrap_or_default();
        said.extend([text(&ledger), text(&log)]);
        for line in &said {
            for card in cards {
                let plain = card.replace(' ', "");
                for canary in [
                    card,
                    &plain,
                    &card.replace(' ', "+"),
                    &card.replace(' ', "%20"),
                    EXPIRY,
                    "11%2F43",
                ] {
                    assert!(!line.contains(canary), "{format}: {canary} in {line}");
                }
            }
            assert!(!stands(line, CODE), "{format}: the code in {line}");
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
    let one = Server::start_with_args(&mut program(&database), &["--demo"]);
    let other = Server::start(&mut program(&database));
    let mug = open(&database, 10);
    run(async {
        let mut buyers = Vec::new();
        for round in 0..200 {
            let visitor = guest(&one.url(), mug).await;
            let form = Form::of(&visitor).await;
            let through = if round % 2 == 0 { &one } else { &other };
            buyers.push((Visitor::at_url(&through.url(), "", visitor.cookie()), form));
        }
        let sent = join_all(buyers.iter().map(|(visitor, form)| form.send(visitor))).await;
        let mut refused = 0;
        for answer in sent {
            assert!(
                matches!(answer.status().as_u16(), 303 | 422 | 503),
                "{}",
                answer.status()
            );
            if answer.status() == 422 {
                refused += 1;
                let words = answer.text().await.unwrap();
                assert!(
                    words.contains("Nothing was charged") || words.contains("sold out"),
                    "{words}"
                );
            }
        }
        assert!(refused > 0);
    });
    let later = (now() + chrono::TimeDelta::minutes(2))
        .format("%Y-%m-%dT%H:%M:%S")
        .to_string();
    assert!(
        binary::run(program(&database).args(["sweep", "--at", &later]))
            .status
            .success()
    );
    let mut conn = database.connect();
    let sold = "SELECT COALESCE(SUM(o.quantity), 0) FROM orders o JOIN purchases c ON c.id = o.purchase_id
        WHERE c.email = 'ada@example.org' AND c.placed_at IS NOT NULL";
    assert_eq!(number(&mut conn, sold), 10);
    let left = format!("SELECT quantity FROM product_variants WHERE id = {mug}");
    assert_eq!(number(&mut conn, &left), 0);
    books_balance(&mut conn);
}
