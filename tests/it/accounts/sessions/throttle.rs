//! The sign-in throttles: wrong passwords delay further attempts, but never lock an account.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use futures_util::future::join_all;
use pocketshop::accounts::sessions::sign_in::{self, SignInAttempt};
use pocketshop::accounts::{ActionContext, Origin};
use pocketshop::app;
use pocketshop::crypto::Cipher;
use pocketshop::mail::Outbox;

use crate::accounts::records::{
    age_throttles, comparable_response, conn, count_events, register, reset_throttles, set_throttle_attempts,
    throttle_attempts, throttle_times, wait_for_emails,
};
use crate::schema::security_events;
use crate::support::mail::emails_to;
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, run};

const WRONG: &str = "not my password";

async fn try_sign_in(market: &Market, login: &str, password: &str) -> u16 {
    Visitor::new(market).sign_in(login, password).await.status().as_u16()
}

async fn use_free_attempts(market: &Market, login: &str) {
    for one in 0..10 {
        assert_eq!(try_sign_in(market, login, WRONG).await, 422, "{one}");
    }
}

/// Replaces the remaining seconds, which differ between responses.
fn without_seconds(
    (status, headers, body): (u16, Vec<(String, String)>, String),
) -> (u16, Vec<(String, String)>, String) {
    let headers = headers
        .into_iter()
        .filter(|(name, _)| name != "retry-after" && name != "content-length");
    let mut words = body.split(' ').map(str::to_owned).collect::<Vec<_>>();
    for index in 1..words.len() {
        if words[index].starts_with("seconds") && words[index - 1].parse::<u32>().is_ok() {
            "N".clone_into(&mut words[index - 1]);
        }
    }
    (status, headers.collect(), words.join(" "))
}

#[test]
fn after_ten_wrong_passwords_the_right_one_must_wait() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        use_free_attempts(&market, "robin").await;
        let visitor = Visitor::new(&market);
        let refused = visitor.sign_in("robin", PASSWORD).await;
        assert_eq!(refused.status(), 429);
        let seconds: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((20..=30).contains(&seconds), "{seconds}");
        assert!(refused.text().await.unwrap().contains("many failed attempts"));
        assert!(!visitor.is_signed_in().await);
        // Email and username are counted separately. Otherwise a delay would reveal which address a username has.
        assert_eq!(try_sign_in(&market, "robin@example.org", WRONG).await, 422);
        // Other users can sign in at once.
        market.sign_up("ann-b").await;

        age_throttles(&market, TimeDelta::seconds(31));
        let response = visitor.sign_in("robin", PASSWORD).await;
        assert_eq!((response.status().as_u16(), location(&response)), (303, "/account"));
        assert!(throttle_attempts(&market, "account").is_empty());
        use_free_attempts(&market, "robin").await;
        assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 429);
    });
}

#[test]
fn an_unknown_account_is_throttled_as_a_known_one_is() {
    run(async {
        let (without_account, with_account) = (Market::empty(), Market::empty());
        with_account.sign_up("robin").await;
        reset_throttles(&with_account);
        // Different spellings of one login.
        let spellings = [
            "robin@example.org",
            " Robin@EXAMPLE.org",
            "robin@example。org",
            "ROBIN@example.org ",
        ];
        for one in 0..13 {
            let login = spellings[one % spellings.len()];
            let known = comparable_response(Visitor::new(&with_account).sign_in(login, WRONG).await).await;
            let unknown = comparable_response(Visitor::new(&without_account).sign_in(login, WRONG).await).await;
            assert_eq!(known.0, if one < 10 { 422 } else { 429 }, "{one}");
            assert_eq!(without_seconds(known), without_seconds(unknown), "{one}");
        }
        let (known_times, unknown_times) = (
            throttle_times(&with_account, "account"),
            throttle_times(&without_account, "account"),
        );
        assert_eq!(known_times.1 - known_times.0, unknown_times.1 - unknown_times.0);
        assert_eq!(
            throttle_attempts(&with_account, "account"),
            throttle_attempts(&without_account, "account")
        );
    });
}

#[test]
fn of_a_hundred_simultaneous_attempts_ten_are_checked() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        reset_throttles(&market);
        let visitor = Visitor::new(&market);
        let responses = join_all((0..100).map(|_| visitor.sign_in("robin", WRONG))).await;
        let count = |status| responses.iter().filter(|response| response.status() == status).count();
        assert_eq!(count(500), 0);
        assert!(
            throttle_attempts(&market, "account")[0] >= 95,
            "{:?}",
            throttle_attempts(&market, "account")
        );
        assert!(
            throttle_attempts(&market, "network")[0] >= 95,
            "{:?}",
            throttle_attempts(&market, "network")
        );
        assert_eq!((count(422), count_events(&market, "sign-in-failed")), (10, 10));
        assert!(count(429) >= 85, "{}", count(429));
        assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 429);
        assert_eq!(count_events(&market, "sign-in-slowed"), 1);
        market.emails("robin@example.org", 2).await;
    });
}

#[test]
fn an_attempt_with_an_older_time_is_not_refused_because_of_a_newer_one() {
    run(async {
        let market = Market::empty();
        let outbox = Outbox::new(&market.config, Cipher::new(&market.config.secret_keys));
        let later: NaiveDateTime = "2026-11-23T10:00:00.000900".parse().unwrap();
        let mut action = ActionContext {
            outbox,
            origin: Origin::new("192.0.2.1".parse().unwrap(), ""),
            now: later,
        };
        let mut conn = conn(&market);
        for login in ["ann-b", "robin", "robin"] {
            for now in [later, later - TimeDelta::microseconds(800)] {
                action.now = now;
                let attempt = sign_in::begin_attempt(&mut conn, &action, login).unwrap();
                assert!(matches!(attempt, SignInAttempt::Allowed(_)), "{login}");
            }
        }
    });
}

#[test]
fn throttles_survive_a_restart() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        use_free_attempts(&market, "robin").await;
        let restarted = app::open(&market.config, app::listen(&market.config).unwrap()).unwrap();
        actix_web::rt::spawn(restarted.server);
        let form = [("login", "robin"), ("password", PASSWORD)];
        let request = reqwest::Client::new()
            .post(format!("http://{}/login", restarted.address))
            .form(&form)
            .header("Sec-Fetch-Site", "same-origin");
        assert_eq!(request.send().await.unwrap().status(), 429);
    });
}

#[test]
fn a_forged_forwarded_address_is_ignored_except_from_a_proxy() {
    run(async {
        async fn sign_in_from(market: &Market, address: &str) -> u16 {
            let form = [("login", "nobody"), ("password", WRONG)];
            let request = market.post("/login").form(&form).header("X-Forwarded-For", address);
            request.send().await.unwrap().status().as_u16()
        }
        let market = Market::empty();
        assert_eq!(sign_in_from(&market, "198.51.100.1").await, 422);
        set_throttle_attempts(&market, "network", 98);
        let responses = [
            sign_in_from(&market, "198.51.100.2").await,
            sign_in_from(&market, "198.51.100.3").await,
        ];
        assert_eq!(responses, [422, 422]);
        for last in 4..7 {
            assert_eq!(sign_in_from(&market, &format!("198.51.100.{last}")).await, 429);
        }
        assert_eq!(throttle_attempts(&market, "network").len(), 1);
        let addresses: Vec<String> = security_events::table
            .select(security_events::address)
            .distinct()
            .load(&mut conn(&market))
            .unwrap();
        assert_eq!(addresses, ["127.0.0.1"]);

        let behind_proxy = Market::open(false, |config| {
            config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        });
        for address in [
            "198.51.100.1",
            "198.51.100.2",
            "2001:db8:1:2::9",
            "2001:db8:1:2:ffff::1",
        ] {
            assert_eq!(sign_in_from(&behind_proxy, address).await, 422);
        }
        let mut networks = throttle_attempts(&behind_proxy, "network");
        networks.sort_unstable();
        assert_eq!(networks, [1, 1, 2], "a /64 is one network");
        assert_eq!(throttle_attempts(&behind_proxy, "account"), [4]);
    });
}

#[test]
fn a_new_password_resets_the_account_throttle() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        use_free_attempts(&market, "robin").await;
        assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 429);
        let visitor = Visitor::new(&market);
        let response = visitor.post("/forgot", &[("login", "robin")]).await;
        assert_eq!((response.status().as_u16(), location(&response)), (303, "/forgot/sent"));
        // The earlier emails are the verification and the warning.
        let link = market.link("robin@example.org", 3).await;
        visitor.get(&link).await;
        let new = "seven green boats 4";
        let done = visitor.post("/reset", &[("password", new)]).await;
        assert_eq!((done.status().as_u16(), location(&done)), (303, "/login"));
        assert!(
            visitor
                .get("/login")
                .await
                .text()
                .await
                .unwrap()
                .contains("Password saved")
        );
        assert_eq!(try_sign_in(&market, "robin", new).await, 303);
    });
}

#[test]
fn a_throttled_account_gets_one_email() {
    run(async {
        let market = Market::empty();
        register(&Visitor::new(&market), "robin@example.org", "robin").await;
        for login in ["robin", "stranger@example.org"] {
            use_free_attempts(&market, login).await;
            assert_eq!(try_sign_in(&market, login, WRONG).await, 429);
            age_throttles(&market, TimeDelta::minutes(10));
            assert_eq!(try_sign_in(&market, login, WRONG).await, 422);
            assert_eq!(try_sign_in(&market, login, WRONG).await, 429);
        }
        let emails = market.emails("robin@example.org", 2).await;
        wait_for_emails(&market).await;
        assert_eq!(emails_to(&market.config.data, "robin@example.org").len(), 2);
        assert!(emails[1].text.contains("http://localhost/forgot"));
        assert!(!emails[1].text.contains("token="));
        assert!(emails_to(&market.config.data, "stranger@example.org").is_empty());
    });
}

#[test]
fn delays_grow_to_15_minutes_and_reset_after_an_hour() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        use_free_attempts(&market, "robin").await;
        let delay = || {
            let (since, until) = throttle_times(&market, "account");
            (until - since).num_seconds()
        };
        for expected in [30, 60, 120] {
            assert_eq!(delay(), expected);
            age_throttles(&market, TimeDelta::seconds(expected));
            assert_eq!(try_sign_in(&market, "robin", WRONG).await, 422);
        }
        age_throttles(&market, TimeDelta::minutes(5));
        set_throttle_attempts(&market, "account", 100_000);
        assert_eq!(try_sign_in(&market, "robin", WRONG).await, 422);
        assert_eq!(delay(), 15 * 60);
        // Attempts during the delay do not extend it.
        assert_eq!(try_sign_in(&market, "robin", WRONG).await, 429);
        age_throttles(&market, TimeDelta::minutes(15));
        assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 303);

        use_free_attempts(&market, "robin").await;
        age_throttles(&market, TimeDelta::minutes(61));
        assert_eq!(try_sign_in(&market, "robin", WRONG).await, 422);
        assert_eq!((throttle_attempts(&market, "account"), delay()), (vec![1], 0));
    });
}

#[test]
fn a_successful_sign_in_does_not_count_against_the_network() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        assert_eq!(throttle_attempts(&market, "network"), [0]);
        assert_eq!(try_sign_in(&market, "robin", WRONG).await, 422);
        for _ in 0..3 {
            assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 303);
        }
        assert_eq!(throttle_attempts(&market, "network"), [1]);
    });
}
