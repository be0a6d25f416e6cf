//! Response times do not show who has an account.

use std::time::{Duration, Instant};

use crate::accounts::passwords::original_market;
use crate::accounts::records::{register, reset_throttles, wait_for_emails};
use crate::support::visitor::{PASSWORD, Visitor};
use crate::support::{Market, run};

const SAMPLES: usize = 30;
/// PBKDF2 rounds that take at least as long as Argon2, so that the test fails if one of them is not computed.
const ROUNDS: u32 = 20_000;

fn median(samples: &[Duration]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2].as_secs_f64()
}

/// The Mann-Whitney U statistic of two samples, in standard deviations.
fn mann_whitney_deviation(one: &[Duration], other: &[Duration]) -> f64 {
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

/// Whether the samples are equal: medians that differ by less than 25 %, or ranks as by chance (p > 0.01).
fn are_equal(samples_by_kind: &[Vec<Duration>]) -> bool {
    samples_by_kind.iter().skip(1).all(|samples| {
        let (one, other) = (median(&samples_by_kind[0]), median(samples));
        (one - other).abs() / one.max(other) < 0.25 || mann_whitney_deviation(&samples_by_kind[0], samples) < 2.576
    })
}

/// Asserts that all kinds take equally long. Samples them in turn, so that other load affects all, and tries twice.
async fn assert_equal_times<const N: usize>(mut sample: impl AsyncFnMut(usize, usize) -> Duration) {
    let mut medians = String::new();
    for attempt in 0..2 {
        let mut samples_by_kind = vec![Vec::new(); N];
        for round in 0..=SAMPLES {
            for (kind, samples) in samples_by_kind.iter_mut().enumerate() {
                let duration = sample(kind, attempt * 100 + round).await;
                // The first sample of each kind is a warm-up.
                if round > 0 {
                    samples.push(duration);
                }
            }
        }
        if are_equal(&samples_by_kind) {
            return;
        }
        medians = format!(
            "{medians} {:?}",
            samples_by_kind
                .iter()
                .map(|samples| median(samples))
                .collect::<Vec<_>>()
        );
    }
    panic!("the medians differ, in seconds: {medians}");
}

#[test]
fn a_failed_sign_in_takes_the_same_time_for_everyone() {
    run(async {
        let market = Market::with_database(original_market("my old password", ROUNDS), false, |_| {});
        market.sign_up("robin").await;
        let visitor = Visitor::new(&market);
        let logins = ["nobody@example.org", "robin@example.org", "luna@gmail.com"];
        assert_equal_times::<3>(async |kind, _| {
            reset_throttles(&market);
            let start = Instant::now();
            let response = visitor.sign_in(logins[kind], "not my password").await;
            assert_eq!(response.status(), 422);
            response.bytes().await.unwrap();
            start.elapsed()
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
        assert_equal_times::<2>(async |kind, round| {
            reset_throttles(&market);
            wait_for_emails(&market).await;
            let (new, name) = (format!("new-{round}@example.org"), format!("new-{kind}-{round}"));
            let email = if kind == 0 { new.as_str() } else { "robin@example.org" };
            let start = Instant::now();
            assert_eq!(register(&visitor, email, &name).await.status(), 303);
            start.elapsed()
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
        assert_equal_times::<2>(async |kind, _| {
            wait_for_emails(&market).await;
            let start = Instant::now();
            assert_eq!(visitor.post("/forgot", &[("login", logins[kind])]).await.status(), 303);
            start.elapsed()
        })
        .await;
    });
}
