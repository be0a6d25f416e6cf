//! The lifetime of sessions: those with more rights are shorter.

use chrono::TimeDelta;
use pocketshop::ops;

use crate::accounts::helpers::{
    NEW_PASSWORD, age_sessions, another_browser, open_shop, pending_sign_in, session_ids, turn_on_second_factor,
    unused_code,
};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, run};

/// Asserts that the session is valid just before its limits, and not just after.
async fn assert_ends_after(
    market: &Market,
    name: &str,
    idle: TimeDelta,
    absolute: TimeDelta,
    visitor: &Visitor,
    page: &str,
) {
    let (margin, second) = (TimeDelta::seconds(20), TimeDelta::seconds(1));
    let cookie = visitor.cookie();
    let cases = [
        (idle - margin, idle - margin, true),
        (absolute - margin, TimeDelta::zero(), true),
        (idle + second, idle + second, false),
        (absolute + second, TimeDelta::zero(), false),
    ];
    for (age, idle_for, valid) in cases {
        age_sessions(market, name, age, idle_for);
        let response = Visitor::with_cookie(market, cookie.clone()).get(page).await;
        let result = (response.status().as_u16(), location(&response).to_owned());
        if valid {
            assert_eq!(result.0, 200, "{name}: {age} old, seen {idle_for} ago: {result:?}");
        } else {
            assert_eq!(result.0, 303, "{name}: {age} old, seen {idle_for} ago: {result:?}");
            assert!(result.1.starts_with("/login"), "{result:?}");
        }
    }
}

#[test]
fn a_buyers_session_ends() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        assert_ends_after(
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
fn a_sellers_session_ends_earlier() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        open_shop(&market, "ana", "Barro", "barro");
        for page in ["/dashboard", "/account"] {
            assert_ends_after(&market, "ana", TimeDelta::days(7), TimeDelta::days(14), &ana, page).await;
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
            assert_ends_after(&market, "ana", idle, absolute, &ana, page).await;
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
        assert_ends_after(&market, "ana", five, five, &pending, "/login/code").await;
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
        // The request extended the session.
        age_sessions(
            &market,
            "ana",
            TimeDelta::days(30) - TimeDelta::seconds(20),
            TimeDelta::days(1),
        );
        assert_eq!(ana.post("/confirm", &[("password", PASSWORD)]).await.status(), 303);
        ana.post("/account/devices/revocation", &[]).await;
        ana.post("/account/password", &[("password", NEW_PASSWORD)]).await;
        turn_on_second_factor(&ana).await;
        assert!(ana.is_signed_in().await);
        let id = session_ids(&market, "ana")[0];
        let created_at: chrono::NaiveDateTime = {
            use crate::schema::sessions;
            use diesel::prelude::*;
            sessions::table
                .find(id)
                .select(sessions::created_at)
                .first(&mut crate::accounts::helpers::connect(&market))
                .unwrap()
        };
        assert!(
            crate::accounts::helpers::now() - created_at > TimeDelta::days(29),
            "the new id reset the start of the session"
        );
    });
}
