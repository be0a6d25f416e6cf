//! Too many sign-ins at once: excess requests are refused with `Retry-After`, and other pages keep working.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::accounts::records::throttle_attempts;
use crate::support::visitor::Visitor;
use crate::support::{Market, run};

#[test]
fn a_full_hashing_queue_refuses_sign_ins_and_other_pages_work() {
    run(async {
        let market = Market::open(true, |config| {
            // Expensive enough to fill the queue on any machine.
            config.password_cost.passes = 40;
            config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        });
        let visitor = Visitor::new(&market);
        visitor.get("/").await;
        let sign_in = |number: usize| {
            let form = [
                ("login", format!("nobody-{number}")),
                ("password", "any old password".to_owned()),
            ];
            market
                .post("/login")
                .form(&form)
                .header("X-Forwarded-For", format!("10.9.8.{number}"))
                .send()
        };
        let sign_ins = join_all((0..120).map(async |number| {
            let response = tokio::time::timeout(Duration::from_secs(8), sign_in(number)).await;
            response.ok().map(Result::unwrap)
        }));
        let page_requests = async {
            let mut durations = Vec::new();
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_millis(100)).await;
                let start = Instant::now();
                assert_eq!(visitor.get("/").await.status(), 200);
                durations.push(start.elapsed());
            }
            durations.sort();
            durations
        };
        let (responses, durations) = tokio::join!(sign_ins, page_requests);
        let refused: Vec<_> = responses
            .iter()
            .flatten()
            .filter(|response| response.status() == 503)
            .collect();
        assert!(
            responses
                .iter()
                .flatten()
                .all(|response| [422, 503].contains(&response.status().as_u16())),
            "{responses:?}"
        );
        // For each core, one request runs and 32 wait.
        let cores = std::thread::available_parallelism().unwrap().get();
        let capacity = 33 * cores;
        if capacity < 100 {
            assert!(refused.len() >= 110 - capacity, "{}", refused.len());
        }
        for response in &refused {
            assert_eq!(response.headers()["retry-after"], "5");
        }
        assert!(durations[10] < Duration::from_millis(500), "{durations:?}");
        assert!(durations[18] < Duration::from_secs(2), "{durations:?}");
        // All attempts are counted, with those that were refused.
        assert!(throttle_attempts(&market, "account").len() >= 115);
    });
}
