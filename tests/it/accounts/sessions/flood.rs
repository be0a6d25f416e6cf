//! A flood of sign-ins: excess requests are refused with `Retry-After`, and other pages keep working.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::accounts::records::attempts;
use crate::support::visitor::Visitor;
use crate::support::{Market, run};

#[test]
fn a_full_hashing_queue_refuses_sign_ins_and_other_pages_work() {
    run(async {
        let market = Market::open(true, |config| {
            // So expensive that the queue fills up on any machine.
            config.password_cost.passes = 40;
            config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        });
        let visitor = Visitor::new(&market);
        visitor.get("/").await;
        let sign_in = |one: usize| {
            let form = [
                ("login", format!("nobody-{one}")),
                ("password", "any old password".to_owned()),
            ];
            market
                .post("/login")
                .form(&form)
                .header("X-Forwarded-For", format!("10.9.8.{one}"))
                .send()
        };
        let flood = join_all((0..120).map(async |one| {
            let answer = tokio::time::timeout(Duration::from_secs(8), sign_in(one)).await;
            answer.ok().map(Result::unwrap)
        }));
        let look = async {
            let mut looks = Vec::new();
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_millis(100)).await;
                let begun = Instant::now();
                assert_eq!(visitor.get("/").await.status(), 200);
                looks.push(begun.elapsed());
            }
            looks.sort();
            looks
        };
        let (answers, looks) = tokio::join!(flood, look);
        let sent_off: Vec<_> = answers
            .iter()
            .flatten()
            .filter(|answer| answer.status() == 503)
            .collect();
        assert!(
            answers
                .iter()
                .flatten()
                .all(|answer| [422, 503].contains(&answer.status().as_u16())),
            "{answers:?}"
        );
        // For each core, one request is served and 32 wait.
        let cores = std::thread::available_parallelism().unwrap().get();
        let places = 33 * cores;
        if places < 100 {
            assert!(sent_off.len() >= 110 - places, "{}", sent_off.len());
        }
        for answer in &sent_off {
            assert_eq!(answer.headers()["retry-after"], "5");
        }
        assert!(looks[10] < Duration::from_millis(500), "{looks:?}");
        assert!(looks[18] < Duration::from_secs(2), "{looks:?}");
        // Every attempt was counted, also those that were refused.
        assert!(attempts(&market, "account").len() >= 115);
    });
}
