//! Response times do not show who has an account.

use std::time::{Duration, Instant};

use crate::accounts::passwords::imported;
use crate::accounts::records::{idle_rows, register, reset_throttles};
use crate::support::visitor::{PASSWORD, Visitor};
use crate::support::{Market, run};

const SAMPLES: usize = 30;
/// At least as expensive as Argon2, so that the test notices when either is missing.
const ROUNDS: u32 = 20_000;

fn median(samples: &[Duration]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2].as_secs_f64()
}

/// The Mann-Whitney U statistic of two samples, in standard deviations.
fn apart(one: &[Duration], other: &[Duration]) -> f64 {
    let wins: f64 = one
        .iter()
        .flat_map(|a| other.iter().map(move |b| (a, b)))
        .map(|(a, b)| match a.cmp(b) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        })
        .sum();
    let (n, m) = (
        f64::from(u32::try_from(one.len()).unwrap()),
        f64::from(u32::try_from(other.len()).unwrap()),
    );
    (wins - n * m / 2.0).abs() / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

/// Medians within 10 %, or ranks as by chance (p > 0.01); on a machine with other work, medians within 25 % will do.
fn alike(lots: &[Vec<Duration>]) -> bool {
    lots.iter().skip(1).all(|lot| {
        let (one, other) = (median(&lots[0]), median(lot));
        (one - other).abs() / one.max(other) < 0.25 || apart(&lots[0], lot) < 2.576
    })
}

/// Samples each kind in turn, so that other load affects all alike. Repeats once before the kinds count as different.
async fn expect_alike<const N: usize>(mut sample: impl AsyncFnMut(usize, usize) -> Duration) {
    let mut told = String::new();
    for attempt in 0..2 {
        let mut lots = vec![Vec::new(); N];
        for round in 0..=SAMPLES {
            for (kind, lot) in lots.iter_mut().enumerate() {
                let took = sample(kind, attempt * 100 + round).await;
                // The first sample of each kind is a warm-up.
                if round > 0 {
                    lot.push(took);
                }
            }
        }
        if alike(&lots) {
            return;
        }
        told = format!("{told} {:?}", lots.iter().map(|lot| median(lot)).collect::<Vec<_>>());
    }
    panic!("the medians differ, in seconds: {told}");
}

#[test]
fn a_failed_sign_in_takes_the_same_time_for_everyone() {
    run(async {
        let market = Market::with_database(imported("my old password", ROUNDS), false, |_| {});
        market.sign_up("robin").await;
        let visitor = Visitor::new(&market);
        let logins = ["nobody@example.org", "robin@example.org", "luna@gmail.com"];
        expect_alike::<3>(async |kind, _| {
            reset_throttles(&market);
            let begun = Instant::now();
            let answer = visitor.sign_in(logins[kind], "not my password").await;
            assert_eq!(answer.status(), 422);
            answer.bytes().await.unwrap();
            begun.elapsed()
        })
        .await;
    });
}

#[test]
fn signing_up_takes_the_same_time_for_a_known_address() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        let visitor = Visitor::new(&market);
        expect_alike::<2>(async |kind, round| {
            reset_throttles(&market);
            idle_rows(&market).await;
            let (new, name) = (format!("new-{round}@example.org"), format!("new-{kind}-{round}"));
            let email = if kind == 0 { new.as_str() } else { "robin@example.org" };
            let begun = Instant::now();
            assert_eq!(register(&visitor, email, &name).await.status(), 303);
            begun.elapsed()
        })
        .await;
    });
}

#[test]
fn a_reset_request_takes_the_same_time_for_a_known_address() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        let visitor = Visitor::new(&market);
        assert_eq!(visitor.sign_in("robin", PASSWORD).await.status(), 303);
        let visitor = Visitor::new(&market);
        let logins = ["nobody@example.org", "robin@example.org"];
        expect_alike::<2>(async |kind, _| {
            idle_rows(&market).await;
            let begun = Instant::now();
            assert_eq!(visitor.post("/forgot", &[("login", logins[kind])]).await.status(), 303);
            begun.elapsed()
        })
        .await;
    });
}
