//! `/metrics`: who may read it, and whether the numbers are right.

use std::time::Duration;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use pocketshop::config::secret::Secret;
use pocketshop::db::migrate;
use pocketshop::jobs;

use crate::support::database::Database;
use crate::support::roles::now;
use crate::support::{Market, run};

const TOKEN: &str = "a-token-of-more-than-sixteen";

fn market_with_metrics() -> Market {
    Market::open(true, |config| config.metrics_token = Some(Secret::new(TOKEN)))
}

async fn get_metrics(market: &Market, authorization: Option<&str>) -> (u16, String) {
    let mut request = market.request("GET", "/metrics");
    if let Some(value) = authorization {
        request = request.header("Authorization", value);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

async fn metrics(market: &Market) -> String {
    let (status, text) = get_metrics(market, Some(&format!("Bearer {TOKEN}"))).await;
    assert_eq!(status, 200);
    text
}

/// The value of a line, without its fraction.
fn value(text: &str, line: &str) -> u64 {
    let found = text.lines().find_map(|one| one.strip_prefix(line)?.strip_prefix(' '));
    let found = found.unwrap_or_else(|| panic!("no {line} in\n{text}"));
    found.split('.').next().unwrap().parse().unwrap()
}

#[test]
fn without_the_token_there_is_no_such_page() {
    run(async {
        let market = market_with_metrics();
        let not_found = market.get("/metrics-of-nothing").await;
        let not_found = (not_found.status().as_u16(), not_found.text().await.unwrap());
        assert_eq!(not_found.0, 404);
        for wrong in [
            None,
            Some(""),
            Some("Bearer "),
            Some("Bearer a-token-of-more-than-sixteem"),
            Some("Bearer a-token-of-more-than-sixteen-and-more"),
            Some("bearer a-token-of-more-than-sixteen"),
            Some("Basic a-token-of-more-than-sixteen"),
            Some(TOKEN),
        ] {
            assert_eq!(get_metrics(&market, wrong).await, not_found, "{wrong:?}");
        }
        let without_token = Market::empty();
        for authorization in [None, Some("Bearer "), Some("Bearer")] {
            assert_eq!(
                get_metrics(&without_token, authorization).await.0,
                404,
                "{authorization:?}"
            );
        }
    });
}

#[test]
fn requests_are_counted_by_method_and_status() {
    run(async {
        let market = market_with_metrics();
        let before = metrics(&market).await;
        for _ in 0..3 {
            market.get("/products").await;
        }
        market.get("/nowhere").await;
        market.post("/login").send().await.unwrap();
        let after = metrics(&market).await;
        let increase = |line: &str| value(&after, line) - if before.contains(line) { value(&before, line) } else { 0 };
        // The first request of the metrics is counted too.
        assert_eq!(increase("pocketshop_requests_total{method=\"GET\",status=\"2xx\"}"), 4);
        assert_eq!(increase("pocketshop_requests_total{method=\"GET\",status=\"4xx\"}"), 1);
        assert_eq!(increase("pocketshop_requests_total{method=\"POST\",status=\"4xx\"}"), 1);
        assert_eq!(increase("pocketshop_request_duration_seconds_count"), 6);
        assert_eq!(increase("pocketshop_request_duration_seconds_bucket{le=\"+Inf\"}"), 6);
        assert!(increase("pocketshop_database_statements_total") > 3);
        assert_eq!(value(&after, "pocketshop_database_up"), 1);
        assert!(value(&after, "process_resident_memory_bytes") > 1_000_000);
        assert!(value(&after, "pocketshop_uptime_seconds") < 600);
    });
}

#[test]
fn jobs_are_counted_by_kind_state_and_result() {
    run(async {
        let market = market_with_metrics();
        let mut conn = market.config.database.connect().unwrap();
        let later = now() + TimeDelta::hours(1);
        jobs::enqueue(&mut conn, "unknown", "", now(), now()).unwrap();
        jobs::enqueue(&mut conn, "far", "", later, now()).unwrap();
        for _ in 0..200 {
            if !jobs::dead_jobs(&mut conn, None, 1).unwrap().is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        jobs::enqueue(&mut conn, "held", "", now() - TimeDelta::minutes(2), now()).unwrap();
        conn.batch_execute("UPDATE jobs SET leased_until = '2999-01-01 00:00:00' WHERE kind = 'held'")
            .unwrap();
        let text = metrics(&market).await;
        let jobs =
            |kind: &str, state: &str| value(&text, &format!("pocketshop_jobs{{kind=\"{kind}\",state=\"{state}\"}}"));
        assert_eq!(jobs("unknown", "dead"), 1);
        assert_eq!(jobs("far", "waiting"), 1);
        assert_eq!((jobs("held", "waiting"), jobs("held", "running")), (0, 1));
        assert_eq!(
            value(
                &text,
                "pocketshop_job_attempts_total{kind=\"unknown\",result=\"failed\"}"
            ),
            1
        );
        assert_eq!(value(&text, "pocketshop_jobs_oldest_due_seconds"), 0);
    });
}

#[test]
fn the_age_of_the_oldest_due_job_is_shown() {
    let database = Database::fresh();
    migrate(&database.location).unwrap();
    let mut conn = database.connect();
    let now = now();
    assert_eq!(jobs::backlog(&mut conn, now).unwrap().oldest, TimeDelta::zero());
    for minutes in [3, 5, -60] {
        jobs::enqueue(&mut conn, "late", "", now - TimeDelta::minutes(minutes), now).unwrap();
    }
    let backlog = jobs::backlog(&mut conn, now).unwrap();
    assert_eq!(backlog.oldest, TimeDelta::minutes(5));
    assert_eq!((backlog.kinds[0].waiting, backlog.kinds[0].running), (3, 0));
}

#[test]
fn each_line_can_be_read_by_prometheus() {
    run(async {
        let text = metrics(&market_with_metrics()).await;
        for line in text.lines() {
            let is_valid = line.starts_with("# HELP ")
                || line.starts_with("# TYPE ")
                || line
                    .rsplit_once(' ')
                    .is_some_and(|(name, value)| !name.is_empty() && value.parse::<f64>().is_ok());
            assert!(is_valid, "{line}");
        }
    });
}
