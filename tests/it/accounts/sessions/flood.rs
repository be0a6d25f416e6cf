//! A flood of sign-ins: who cannot be served is told when to come back, and the other pages go on.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::accounts::records::tries;
use crate::support::visitor::Visitor;
use crate::support::{Market, run};

#[test]
fn who_finds_the_waiting_room_full_is_told_and_other_pages_are_open() {
    run(async {
        let market = Market::open(true, |config| {
            // So dear that the room fills however fast the machine is.
            config.password_cost.passes = 40;
            config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        });
        let visitor = Visitor::new(&market);
        visitor.get("/").await;
        let knock = |one: usize| {
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
            let answer = tokio::time::timeout(Duration::from_secs(8), knock(one)).await;
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
        // At most a served one and 32 waiting ones for each core find a place.
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
        // Every one was counted, also who was sent off.
        assert!(tries(&market, "account").len() >= 115);
    });
}
