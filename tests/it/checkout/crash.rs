//! SIGKILL at any moment of many purchases: afterwards nothing is lost, sold twice or half done.

use std::process::Command;
use std::time::Duration;

use pocketshop::db::Location;

use super::purchase::{Form, GOOD, SILENT_PAID, books_balance, number, stocked};
use crate::support::binary::{self, KEY, Server, pocketshop, text};
use crate::support::database::Database;
use crate::support::roles::now;
use crate::support::visitor::Visitor;

const BUYERS: usize = 6;

pub fn program(database: &Database) -> Command {
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

/// Buys one piece after another until the server is killed.
async fn shop_on(url: String, variant: String, mut card: [&'static str; 3]) {
    loop {
        let visitor = Visitor::at_url(&url, "", None);
        visitor
            .post("/cart/items", &[("variant", &variant), ("quantity", "1")])
            .await;
        let mut form = Form::of(&visitor).await;
        card.rotate_left(1);
        form.set("card_number", card[0]).send(&visitor).await;
    }
}

/// `CRASH_ROUNDS=100` runs more rounds.
#[test]
fn a_killed_process_leaves_no_purchase_incomplete() {
    crate::support::run(async {
        let rounds = std::env::var("CRASH_ROUNDS").map_or(4, |rounds| rounds.parse().unwrap());
        let database = Database::fresh();
        let mut arguments: &[&str] = &["--demo"];
        let mut sold = 0;
        for round in 0..rounds {
            let server = Server::start_with_args(&mut program(&database), arguments);
            arguments = &[];
            let mut conn = database.connect();
            let variant = number(
                &mut conn,
                "SELECT MAX(v.id) FROM product_variants v JOIN products p ON p.id = v.product_id
                WHERE p.slug = 'ring-dish-gold-rim'",
            );
            if round == 0 {
                let open = "DELETE FROM shipping_rates; DELETE FROM personalization_fields;";
                let stock = stocked(variant, 5000);
                diesel::connection::SimpleConnection::batch_execute(&mut conn, &format!("{open}{stock}")).unwrap();
            }
            let buyers: Vec<_> = (0..BUYERS)
                .map(|_| {
                    let card = [GOOD, GOOD, SILENT_PAID];
                    actix_web::rt::spawn(shop_on(server.url(), variant.to_string(), card))
                })
                .collect();
            let moment = 300 + u64::from(getrandom::u32().unwrap() % 1200);
            tokio::time::sleep(Duration::from_millis(moment)).await;
            // This kills the server at once.
            drop(server);
            for buyer in buyers {
                buyer.abort();
            }
            let later = (now() + chrono::TimeDelta::minutes(20))
                .format("%Y-%m-%dT%H:%M:%S")
                .to_string();
            let swept = binary::run(program(&database).args(["sweep", "--at", &later]));
            assert!(swept.status.success(), "{}", text(&swept.stderr));
            books_balance(&mut conn);
            let audited = binary::run(program(&database).arg("audit"));
            assert!(audited.status.success(), "{}", text(&audited.stdout));
            let ours = "FROM payments WHERE expires_at IS NOT NULL";
            assert_eq!(
                number(&mut conn, &format!("SELECT COUNT(*) {ours} AND status = 'PENDING'")),
                0
            );
            let paid = number(&mut conn, &format!("SELECT COUNT(*) {ours} AND status = 'SUCCEEDED'"));
            let ledger = Location::Sqlite(database.folder.path().join("data/mockpay.db"));
            let charged = number(
                &mut ledger.connect().unwrap(),
                "SELECT COUNT(*) FROM charges WHERE failure = ''",
            );
            assert_eq!(
                paid, charged,
                "what the provider took is what was paid for, in round {round}"
            );
            assert!(paid >= sold);
            sold = paid;
        }
        assert!(sold > 0, "nobody bought anything");
    });
}
