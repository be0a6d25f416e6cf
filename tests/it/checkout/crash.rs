//! The server is killed with SIGKILL during purchases: afterwards nothing is lost, sold twice or incomplete.

use std::process::Command;
use std::time::Duration;

use pocketshop::db::Location;

use super::purchase::{Form, PAID_NO_REPLY_CARD, VALID_CARD, assert_consistent, select_number, set_stock_sql};
use crate::support::binary::{self, KEY, Server, pocketshop, text};
use crate::support::database::Database;
use crate::support::roles::now;
use crate::support::visitor::Visitor;

const BUYERS: usize = 6;

/// The command that runs the program on this database.
pub fn command_for(database: &Database) -> Command {
    let mut command = pocketshop(database.folder.path());
    command
        .env("POCKETSHOP_RATE_LIMIT", "off")
        .env("POCKETSHOP_PAYMENT_TIMEOUT", "1")
        .env("SECRET_KEY", KEY);
    match &database.location {
        Location::Sqlite(path) => command.env("DATABASE_URL", format!("sqlite:{}", path.display())),
        Location::Postgres(url) => command.env("DATABASE_URL", url),
    };
    command
}

/// Buys one item after another until the server is killed.
async fn buy_until_killed(url: String, variant: String, mut cards: [&'static str; 3]) {
    loop {
        let visitor = Visitor::at_url(&url, "", None);
        visitor
            .post("/cart/items", &[("variant", &variant), ("quantity", "1")])
            .await;
        let mut form = Form::load(&visitor).await;
        cards.rotate_left(1);
        form.set("card_number", cards[0]).submit(&visitor).await;
    }
}

/// `CRASH_ROUNDS=100` runs 100 rounds instead of 4.
#[test]
fn a_killed_process_leaves_no_purchase_incomplete() {
    crate::support::run(async {
        let rounds = std::env::var("CRASH_ROUNDS").map_or(4, |rounds| rounds.parse().unwrap());
        let database = Database::fresh();
        let mut arguments: &[&str] = &["--demo"];
        let mut sold = 0;
        for round in 0..rounds {
            let server = Server::start_with_args(&mut command_for(&database), arguments);
            arguments = &[];
            let mut conn = database.connect();
            let variant = select_number(
                &mut conn,
                "SELECT MAX(v.id) FROM product_variants v JOIN products p ON p.id = v.product_id
                WHERE p.slug = 'ring-dish-gold-rim'",
            );
            if round == 0 {
                let reset = "DELETE FROM shipping_rates; DELETE FROM personalization_fields;";
                let stock = set_stock_sql(variant, 5000);
                diesel::connection::SimpleConnection::batch_execute(&mut conn, &format!("{reset}{stock}")).unwrap();
            }
            let buyers: Vec<_> = (0..BUYERS)
                .map(|_| {
                    let cards = [VALID_CARD, VALID_CARD, PAID_NO_REPLY_CARD];
                    actix_web::rt::spawn(buy_until_killed(server.url(), variant.to_string(), cards))
                })
                .collect();
            let milliseconds = 300 + u64::from(getrandom::u32().unwrap() % 1200);
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            // This kills the server at once.
            drop(server);
            for buyer in buyers {
                buyer.abort();
            }
            let sweep_time = (now() + chrono::TimeDelta::minutes(20))
                .format("%Y-%m-%dT%H:%M:%S")
                .to_string();
            let swept = binary::run(command_for(&database).args(["sweep", "--at", &sweep_time]));
            assert!(swept.status.success(), "{}", text(&swept.stderr));
            assert_consistent(&mut conn);
            let audited = binary::run(command_for(&database).arg("audit"));
            assert!(audited.status.success(), "{}", text(&audited.stdout));
            let our_payments = "FROM payments WHERE expires_at IS NOT NULL";
            assert_eq!(
                select_number(
                    &mut conn,
                    &format!("SELECT COUNT(*) {our_payments} AND status = 'PENDING'")
                ),
                0
            );
            let paid = select_number(
                &mut conn,
                &format!("SELECT COUNT(*) {our_payments} AND status = 'SUCCEEDED'"),
            );
            let mock_books = Location::Sqlite(database.folder.path().join("data/mockpay.db"));
            let charged = select_number(
                &mut mock_books.connect().unwrap(),
                "SELECT COUNT(*) FROM charges WHERE failure = ''",
            );
            assert_eq!(
                paid, charged,
                "the provider's charges differ from the payments in round {round}"
            );
            assert!(paid >= sold);
            sold = paid;
        }
        assert!(sold > 0, "no purchase was paid");
    });
}
