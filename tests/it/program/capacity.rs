//! Settings for connections, threads and rate limits: invalid ones are refused, valid ones apply.

use futures_util::future::join_all;
use pocketshop::config::Limit;
use tempfile::TempDir;

use super::settings::assert_refused;
use crate::support::binary::{Server, pocketshop, run, text};
use crate::support::visitor::Visitor;
use crate::support::{Market, run as run_async};

#[test]
fn a_wrong_number_or_limit_is_reported_in_one_line() {
    let folder = TempDir::new().unwrap();
    for (name, invalid, expected) in [
        ("POCKETSHOP_SQLITE_READERS", "0", "from 1 to 64"),
        ("POCKETSHOP_POSTGRES_CONNECTIONS", "many", "from 1 to 500"),
        ("POCKETSHOP_POOL_TIMEOUT", "2s", "from 1 to 30"),
        ("POCKETSHOP_BLOCKING_THREADS", "513", "from 1 to 512"),
        ("POCKETSHOP_EMAIL_THREADS", "-1", "from 1 to 16"),
        ("POCKETSHOP_PICTURE_THREADS", "", "from 1 to 16"),
        ("POCKETSHOP_LIMIT_REQUESTS", "600", "is not a limit like 600/1m"),
        ("POCKETSHOP_LIMIT_SIGN_UPS", "0/1h", "a count from 1 to 1000000"),
        (
            "POCKETSHOP_LIMIT_EMAIL_LINKS",
            "5/2d",
            "a period of at most 24h in h, m or s",
        ),
        ("POCKETSHOP_LIMIT_DOWNLOADS", "5/25h", "a period of at most 24h"),
        ("POCKETSHOP_LIMIT_CHECKOUTS", "ten/1m", "is not a limit"),
        ("POCKETSHOP_LIMIT_SIGN_INS", "10/0m", "is not a limit"),
        ("POCKETSHOP_LIMIT_UPLOADS", "off", "is not a limit"),
    ] {
        let settings: &[(&str, &str)] = &[(name, invalid)];
        assert_refused(folder.path(), &[(settings, name), (settings, expected)]);
    }
}

#[test]
fn check_shows_settings_and_defaults() {
    let folder = TempDir::new().unwrap();
    let output = run(pocketshop(folder.path())
        .args(["check", "--limit-sign-ups", "2/10m"])
        .env("POCKETSHOP_SQLITE_READERS", "8"));
    let printed = text(&output.stdout);
    assert!(output.status.success(), "{printed}");
    let value = |name: &str| {
        let line = printed
            .lines()
            .find(|line| line.split_whitespace().next() == Some(name));
        line.unwrap_or_else(|| panic!("{name} is not in:\n{printed}"))[name.len()..]
            .trim()
            .to_owned()
    };
    assert_eq!(value("POCKETSHOP_SQLITE_READERS"), "8");
    assert_eq!(value("POCKETSHOP_LIMIT_SIGN_UPS"), "2/10m");
    assert_eq!(value("POCKETSHOP_LIMIT_REQUESTS"), "600/1m (default)");
    assert_eq!(value("POCKETSHOP_BLOCKING_THREADS"), "16 (default)");
}

#[test]
fn a_chosen_limit_of_requests_applies() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(pocketshop(folder.path()).env("POCKETSHOP_LIMIT_REQUESTS", "3/1h"));
    for _ in 0..3 {
        assert!(server.get("/login").starts_with("HTTP/1.1 200"));
    }
    let fourth = server.get("/login");
    assert!(fourth.starts_with("HTTP/1.1 429"), "{fourth}");
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
}

#[test]
fn a_chosen_limit_of_sign_ins_applies() {
    run_async(async {
        let market = Market::open(true, |config| {
            config.rate_limit = true;
            config.limits.sign_ins = Limit::per_minutes(2, 60);
        });
        let mut statuses = Vec::new();
        for _ in 0..3 {
            let response = Visitor::new(&market).sign_in("ines", "not her password").await;
            statuses.push(response.status().as_u16());
        }
        assert_eq!(statuses, [422, 422, 429]);
    });
}

#[test]
fn one_connection_and_one_thread_still_serve() {
    run_async(async {
        let market = Market::open(true, |config| {
            config.pools.sqlite_readers = 1;
            config.pools.postgres_connections = 1;
            config.threads.blocking = 1;
        });
        assert_eq!(market.db.pools()[0].max, 1);
        let responses = join_all((0..10).map(|_| market.get("/"))).await;
        assert!(
            responses.iter().all(|response| response.status() == 200),
            "{responses:?}"
        );
        let visitor = Visitor::new(&market);
        assert_eq!(visitor.sign_in("ines", "twelve small pockets").await.status(), 303);
        assert_eq!(visitor.get("/dashboard").await.status(), 200);
    });
}
