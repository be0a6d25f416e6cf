//! The sign-in throttles: wrong passwords slow down further attempts, and lock nobody out.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use futures_util::future::join_all;
use pocketshop::accounts::sessions::sign_in::{self, SignInAttempt};
use pocketshop::accounts::{ActionContext, Origin};
use pocketshop::app;
use pocketshop::crypto::Cipher;
use pocketshop::mail::Outbox;

use crate::accounts::records::{
    attempts, closed, conn, events, idle_rows, register, reset_throttles, seen, set_attempts, wait,
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

/// Without the remaining seconds, which differ between responses.
fn timeless((status, headers, body): (u16, Vec<(String, String)>, String)) -> (u16, Vec<(String, String)>, String) {
    let headers = headers
        .into_iter()
        .filter(|(name, _)| name != "retry-after" && name != "content-length");
    let mut words = body.split(' ').map(str::to_owned).collect::<Vec<_>>();
    for at in 1..words.len() {
        if words[at].starts_with("seconds") && words[at - 1].parse::<u32>().is_ok() {
            "N".clone_into(&mut words[at - 1]);
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
        assert!(refused.text().await.unwrap().contains("many wrong tries"));
        assert!(!visitor.is_signed_in().await);
        // The username has its own count. Otherwise the delay would show whose address it is.
        assert_eq!(try_sign_in(&market, "robin@example.org", WRONG).await, 422);
        // Other users need not wait.
        market.sign_up("ann-b").await;

        wait(&market, TimeDelta::seconds(31));
        let answer = visitor.sign_in("robin", PASSWORD).await;
        assert_eq!((answer.status().as_u16(), location(&answer)), (303, "/account"));
        assert!(attempts(&market, "account").is_empty());
        use_free_attempts(&market, "robin").await;
        assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 429);
    });
}

#[test]
fn an_unknown_account_is_throttled_as_a_known_one_is() {
    run(async {
        let (stranger, friend) = (Market::empty(), Market::empty());
        friend.sign_up("robin").await;
        reset_throttles(&friend);
        // One account, in any spelling of the login.
        let ways = [
            "robin@example.org",
            " Robin@EXAMPLE.org",
            "robin@example。org",
            "ROBIN@example.org ",
        ];
        for one in 0..13 {
            let login = ways[one % ways.len()];
            let known = seen(Visitor::new(&friend).sign_in(login, WRONG).await).await;
            let unknown = seen(Visitor::new(&stranger).sign_in(login, WRONG).await).await;
            assert_eq!(known.0, if one < 10 { 422 } else { 429 }, "{one}");
            assert_eq!(timeless(known), timeless(unknown), "{one}");
        }
        let (asked, waiting) = (closed(&friend, "account"), closed(&stranger, "account"));
        assert_eq!(asked.1 - asked.0, waiting.1 - waiting.0);
        assert_eq!(attempts(&friend, "account"), attempts(&stranger, "account"));
    });
}

#[test]
fn of_a_hundred_simultaneous_attempts_ten_are_checked() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        reset_throttles(&market);
        let visitor = Visitor::new(&market);
        let answers = join_all((0..100).map(|_| visitor.sign_in("robin", WRONG))).await;
        let count = |status| answers.iter().filter(|answer| answer.status() == status).count();
        assert_eq!(count(500), 0);
        assert!(
            attempts(&market, "account")[0] >= 95,
            "{:?}",
            attempts(&market, "account")
        );
        assert!(
            attempts(&market, "network")[0] >= 95,
            "{:?}",
            attempts(&market, "network")
        );
        assert_eq!((count(422), events(&market, "sign-in-failed")), (10, 10));
        assert!(count(429) >= 85, "{}", count(429));
        assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 429);
        assert_eq!(events(&market, "sign-in-slowed"), 1);
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
        let again = app::open(&market.config, app::listen(&market.config).unwrap()).unwrap();
        actix_web::rt::spawn(again.server);
        let form = [("login", "robin"), ("password", PASSWORD)];
        let request = reqwest::Client::new()
            .post(format!("http://{}/login", again.address))
            .form(&form)
            .header("Sec-Fetch-Site", "same-origin");
        assert_eq!(request.send().await.unwrap().status(), 429);
    });
}

#[test]
fn a_forged_forwarded_address_is_ignored_except_from_a_proxy() {
    run(async {
        async fn come(market: &Market, address: &str) -> u16 {
            let form = [("login", "nobody"), ("password", WRONG)];
            let request = market.post("/login").form(&form).header("X-Forwarded-For", address);
            request.send().await.unwrap().status().as_u16()
        }
        let market = Market::empty();
        assert_eq!(come(&market, "198.51.100.1").await, 422);
        set_attempts(&market, "network", 98);
        let answers = [come(&market, "198.51.100.2").await, come(&market, "198.51.100.3").await];
        assert_eq!(answers, [422, 422]);
        for last in 4..7 {
            assert_eq!(come(&market, &format!("198.51.100.{last}")).await, 429);
        }
        assert_eq!(attempts(&market, "network").len(), 1);
        let from: Vec<String> = security_events::table
            .select(security_events::address)
            .distinct()
            .load(&mut conn(&market))
            .unwrap();
        assert_eq!(from, ["127.0.0.1"]);

        let behind = Market::open(false, |config| {
            config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        });
        for address in [
            "198.51.100.1",
            "198.51.100.2",
            "2001:db8:1:2::9",
            "2001:db8:1:2:ffff::1",
        ] {
            assert_eq!(come(&behind, address).await, 422);
        }
        let mut networks = attempts(&behind, "network");
        networks.sort_unstable();
        assert_eq!(networks, [1, 1, 2], "a /64 is one network");
        assert_eq!(attempts(&behind, "account"), [4]);
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
        let asked = visitor.post("/forgot", &[("login", "robin")]).await;
        assert_eq!((asked.status().as_u16(), location(&asked)), (303, "/forgot/sent"));
        // Earlier emails: the verification and the warning.
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
            wait(&market, TimeDelta::minutes(10));
            assert_eq!(try_sign_in(&market, login, WRONG).await, 422);
            assert_eq!(try_sign_in(&market, login, WRONG).await, 429);
        }
        let emails = market.emails("robin@example.org", 2).await;
        idle_rows(&market).await;
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
        let rest = || {
            let (since, until) = closed(&market, "account");
            (until - since).num_seconds()
        };
        for expected in [30, 60, 120] {
            assert_eq!(rest(), expected);
            wait(&market, TimeDelta::seconds(expected));
            assert_eq!(try_sign_in(&market, "robin", WRONG).await, 422);
        }
        wait(&market, TimeDelta::minutes(5));
        set_attempts(&market, "account", 100_000);
        assert_eq!(try_sign_in(&market, "robin", WRONG).await, 422);
        assert_eq!(rest(), 15 * 60);
        // Attempts during the delay do not extend it.
        assert_eq!(try_sign_in(&market, "robin", WRONG).await, 429);
        wait(&market, TimeDelta::minutes(15));
        assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 303);

        use_free_attempts(&market, "robin").await;
        wait(&market, TimeDelta::minutes(61));
        assert_eq!(try_sign_in(&market, "robin", WRONG).await, 422);
        assert_eq!((attempts(&market, "account"), rest()), (vec![1], 0));
    });
}

#[test]
fn a_successful_sign_in_does_not_count_against_the_network() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        assert_eq!(attempts(&market, "network"), [0]);
        assert_eq!(try_sign_in(&market, "robin", WRONG).await, 422);
        for _ in 0..3 {
            assert_eq!(try_sign_in(&market, "robin", PASSWORD).await, 303);
        }
        assert_eq!(attempts(&market, "network"), [1]);
    });
}
