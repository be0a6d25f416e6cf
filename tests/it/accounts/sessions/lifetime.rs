//! How long sessions last: those with more rights are shorter.

use chrono::TimeDelta;
use pocketshop::ops;

use crate::accounts::steps::{
    ANOTHER, age_sessions, another_browser, open_shop, pending_sign_in, session_ids, turn_on_second_factor, unused_code,
};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, run};

/// Signed in just before the limits, and no longer just after.
async fn ends_after(market: &Market, name: &str, idle: TimeDelta, absolute: TimeDelta, visitor: &Visitor, page: &str) {
    let (slack, second) = (TimeDelta::seconds(20), TimeDelta::seconds(1));
    let cookie = visitor.cookie();
    let moments = [
        (idle - slack, idle - slack, true),
        (absolute - slack, TimeDelta::zero(), true),
        (idle + second, idle + second, false),
        (absolute + second, TimeDelta::zero(), false),
    ];
    for (began, seen, lasts) in moments {
        age_sessions(market, name, began, seen);
        let answer = Visitor::with_cookie(market, cookie.clone()).get(page).await;
        let told = (answer.status().as_u16(), location(&answer).to_owned());
        if lasts {
            assert_eq!(told.0, 200, "{name}: {began} old, seen {seen} ago: {told:?}");
        } else {
            assert_eq!(told.0, 303, "{name}: {began} old, seen {seen} ago: {told:?}");
            assert!(told.1.starts_with("/login"), "{told:?}");
        }
    }
}

#[test]
fn a_buyers_sign_in_ends() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        ends_after(
            &market,
            "ana",
            TimeDelta::days(14),
            TimeDelta::days(30),
            &ana,
            "/account",
        )
        .await;
    });
}

#[test]
fn a_sellers_sign_in_ends_earlier() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        open_shop(&market, "ana", "Barro", "barro");
        for page in ["/dashboard", "/account"] {
            ends_after(&market, "ana", TimeDelta::days(7), TimeDelta::days(14), &ana, page).await;
        }
    });
}

#[test]
fn an_admins_session_ends_within_a_day() {
    run(async {
        let market = Market::empty();
        market.sign_up("ana").await;
        ops::users::make_admin(&market.config, "ana", None, None).unwrap();
        let ana = another_browser(&market, "ana").await;
        turn_on_second_factor(&ana).await;
        let (idle, absolute) = (TimeDelta::minutes(30), TimeDelta::hours(12));
        for page in ["/admin", "/account"] {
            ends_after(&market, "ana", idle, absolute, &ana, page).await;
        }
    });
}

#[test]
fn a_pending_second_factor_expires_after_five_minutes() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (secret, _) = turn_on_second_factor(&ana).await;
        ana.post("/logout", &[]).await;
        let pending = pending_sign_in(&market, "ana").await;
        let five = TimeDelta::minutes(5);
        ends_after(&market, "ana", five, five, &pending, "/login/code").await;
        let late = Visitor::with_cookie(&market, pending.cookie());
        let code = unused_code(&market, "ana", &secret);
        assert!(location(&late.post("/login/code", &[("code", &code)]).await).starts_with("/login?"));
        assert!(!late.is_signed_in().await);
    });
}

#[test]
fn a_request_extends_a_session_but_a_new_id_does_not() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        age_sessions(&market, "ana", TimeDelta::days(29), TimeDelta::days(13));
        assert!(ana.is_signed_in().await);
        // The request was recorded.
        age_sessions(
            &market,
            "ana",
            TimeDelta::days(30) - TimeDelta::seconds(20),
            TimeDelta::days(1),
        );
        assert_eq!(ana.post("/confirm", &[("password", PASSWORD)]).await.status(), 303);
        ana.post("/account/devices/revocation", &[]).await;
        ana.post("/account/password", &[("password", ANOTHER)]).await;
        turn_on_second_factor(&ana).await;
        assert!(ana.is_signed_in().await);
        let id = session_ids(&market, "ana")[0];
        let began: chrono::NaiveDateTime = {
            use crate::schema::sessions;
            use diesel::prelude::*;
            sessions::table
                .find(id)
                .select(sessions::created_at)
                .first(&mut crate::accounts::steps::connect(&market))
                .unwrap()
        };
        assert!(
            crate::accounts::steps::now() - began > TimeDelta::days(29),
            "it began anew"
        );
    });
}
