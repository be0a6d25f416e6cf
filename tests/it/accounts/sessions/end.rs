//! Ending sessions: at once, in all browsers, and for copied cookies.

use chrono::TimeDelta;
use pocketshop::ops;
use scraper::Html;

use crate::accounts::helpers::{
    NEW_PASSWORD, age_password, age_sessions, another_browser, count_trusted_browsers, dump, email_of, pending_sign_in,
    session_ids, trust_browser, turn_on_second_factor, unused_code,
};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, attributes, run, texts};

/// Two browsers of one user, with their cookies and session ids before the tested action in the first.
struct TwoBrowsers {
    market: Market,
    name: &'static str,
    a: Visitor,
    b: Visitor,
    cookies: [Option<String>; 2],
    ids: Vec<i64>,
}

impl TwoBrowsers {
    async fn sign_in(name: &'static str) -> Self {
        let market = Market::empty();
        let a = market.sign_up(name).await;
        let b = another_browser(&market, name).await;
        Self::new(market, name, a, b).await
    }

    async fn new(market: Market, name: &'static str, a: Visitor, b: Visitor) -> Self {
        trust_browser(&market, name);
        assert!(a.is_signed_in().await && b.is_signed_in().await);
        Self {
            cookies: [a.cookie(), b.cookie()],
            ids: session_ids(&market, name),
            market,
            name,
            a,
            b,
        }
    }

    /// Asserts that all earlier sessions ended. If `a_stays` is set, the first browser has a session with a new id.
    async fn assert_all_ended(&self, a_stays: bool) {
        assert_eq!(count_trusted_browsers(&self.market, self.name), 0);
        assert!(!self.b.is_signed_in().await, "the other browser is still signed in");
        for old in &self.cookies {
            let copied = Visitor::with_cookie(&self.market, old.clone());
            assert!(!copied.is_signed_in().await, "an old cookie still works");
        }
        assert_eq!(self.a.is_signed_in().await, a_stays);
        let left = session_ids(&self.market, self.name);
        assert_eq!(left.len(), usize::from(a_stays));
        assert!(left.iter().all(|id| !self.ids.contains(id)), "the id is still the same");
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) {
        let response = self.a.post(path, form).await;
        assert_eq!(response.status(), 303, "{path}");
        assert!(!location(&response).starts_with("/confirm"), "{path}");
    }
}

#[test]
fn signing_out_everywhere_ends_all_other_sessions() {
    run(async {
        let browsers = TwoBrowsers::sign_in("ana").await;
        browsers.post("/account/devices/revocation", &[]).await;
        browsers.assert_all_ended(true).await;
    });
}

#[test]
fn a_new_password_ends_all_other_sessions() {
    run(async {
        let browsers = TwoBrowsers::sign_in("ana").await;
        browsers.post("/account/password", &[("password", NEW_PASSWORD)]).await;
        browsers.assert_all_ended(true).await;
        assert_eq!(browsers.b.sign_in("ana", PASSWORD).await.status(), 422);
        assert_eq!(browsers.b.sign_in("ana", NEW_PASSWORD).await.status(), 303);
    });
}

#[test]
fn a_password_reset_ends_all_sessions() {
    run(async {
        let browsers = TwoBrowsers::sign_in("ana").await;
        browsers.post("/forgot", &[("login", "ana")]).await;
        let link = browsers.market.link(&email_of("ana"), 2).await;
        browsers.a.get(&link).await;
        browsers.post("/reset", &[("password", NEW_PASSWORD)]).await;
        browsers.assert_all_ended(false).await;
    });
}

#[test]
fn a_new_address_ends_all_other_sessions() {
    run(async {
        let browsers = TwoBrowsers::sign_in("ana").await;
        browsers.post("/account/email", &[("email", "new@example.org")]).await;
        assert!(browsers.b.is_signed_in().await, "requesting the change ended a session");
        browsers.a.get(&browsers.market.link("new@example.org", 1).await).await;
        browsers.post("/email/confirm", &[]).await;
        browsers.assert_all_ended(true).await;
    });
}

#[test]
fn turning_the_second_factor_on_ends_all_other_sessions() {
    run(async {
        let browsers = TwoBrowsers::sign_in("ana").await;
        turn_on_second_factor(&browsers.a).await;
        browsers.assert_all_ended(true).await;
    });
}

#[test]
fn turning_the_second_factor_off_ends_all_other_sessions() {
    run(async {
        let market = Market::empty();
        let a = market.sign_up("ana").await;
        let (secret, _) = turn_on_second_factor(&a).await;
        let b = pending_sign_in(&market, "ana").await;
        let code = unused_code(&market, "ana", &secret);
        assert_eq!(b.post("/login/code", &[("code", &code)]).await.status(), 303);
        let browsers = TwoBrowsers::new(market, "ana", a, b).await;
        browsers.post("/account/second-factor/removal", &[]).await;
        browsers.assert_all_ended(true).await;
        another_browser(&browsers.market, "ana").await;
    });
}

#[test]
fn suspension_signs_out_and_prevents_sign_ins() {
    run(async {
        let browsers = TwoBrowsers::sign_in("ana").await;
        ops::users::set_suspended(&browsers.market.config, "ana", true).unwrap();
        browsers.assert_all_ended(false).await;
        assert_eq!(browsers.b.sign_in("ana", PASSWORD).await.status(), 422);
        ops::users::set_suspended(&browsers.market.config, "ana", false).unwrap();
        browsers.assert_all_ended(false).await;
        assert_eq!(browsers.b.sign_in("ana", PASSWORD).await.status(), 303);
    });
}

#[test]
fn a_new_admin_must_sign_in_again() {
    run(async {
        let browsers = TwoBrowsers::sign_in("ana").await;
        ops::users::make_admin(&browsers.market.config, "ana", None, None).unwrap();
        browsers.assert_all_ended(false).await;
    });
}

#[test]
fn signing_out_invalidates_a_copied_cookie() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let copied = Visitor::with_cookie(&market, ana.cookie());
        assert!(copied.is_signed_in().await);
        assert_eq!(location(&ana.post("/logout", &[]).await), "/");
        assert!(!copied.is_signed_in().await && !ana.is_signed_in().await);
        assert!(session_ids(&market, "ana").is_empty());
        // A pending sign-in ends too.
        turn_on_second_factor(&another_browser(&market, "ana").await).await;
        let pending = pending_sign_in(&market, "ana").await;
        assert_eq!(session_ids(&market, "ana").len(), 2);
        pending.post("/logout", &[]).await;
        assert_eq!(session_ids(&market, "ana").len(), 1);
    });
}

#[test]
fn a_planted_cookie_never_becomes_signed_in() {
    run(async {
        let market = Market::empty();
        market.sign_up("ana").await;
        let attacker = Visitor::new(&market);
        attacker.post("/theme", &[("theme", "dark"), ("next", "/")]).await;
        let planted_cookie = attacker.cookie();
        assert!(planted_cookie.is_some());
        let victim = Visitor::with_cookie(&market, planted_cookie.clone());
        assert_eq!(victim.sign_in("ana", PASSWORD).await.status(), 303);
        assert!(victim.is_signed_in().await && !attacker.is_signed_in().await);
        assert!(!Visitor::with_cookie(&market, planted_cookie).is_signed_in().await);
        let home = victim.page("/").await;
        assert_eq!(attributes(&home, "html", "data-theme"), ["dark"]);
    });
}

#[test]
fn every_authentication_step_replaces_the_session() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let mut seen = vec![session_ids(&market, "ana")];
        let mut cookies = vec![ana.cookie()];
        // A second sign-in in the same browser.
        ana.sign_in("ana", PASSWORD).await;
        seen.push(session_ids(&market, "ana"));
        cookies.push(ana.cookie());
        age_password(&market, "ana", TimeDelta::minutes(11));
        ana.post("/confirm", &[("password", PASSWORD)]).await;
        seen.push(session_ids(&market, "ana"));
        cookies.push(ana.cookie());
        let (secret, _) = turn_on_second_factor(&ana).await;
        seen.push(session_ids(&market, "ana"));
        ana.post("/logout", &[]).await;
        let pending = pending_sign_in(&market, "ana").await;
        seen.push(session_ids(&market, "ana"));
        let pending_cookie = pending.cookie();
        let code = unused_code(&market, "ana", &secret);
        assert_eq!(pending.post("/login/code", &[("code", &code)]).await.status(), 303);
        seen.push(session_ids(&market, "ana"));
        assert!(pending.is_signed_in().await);

        assert!(seen.iter().all(|ids| ids.len() == 1), "{seen:?}");
        let mut ids: Vec<i64> = seen.concat();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 6, "{seen:?}");
        for old in cookies {
            assert!(!Visitor::with_cookie(&market, old).is_signed_in().await);
        }
        let replayed = Visitor::with_cookie(&market, pending_cookie);
        assert_eq!(replayed.get("/login/code").await.status(), 303);
        assert!(!replayed.is_signed_in().await);
    });
}

#[test]
fn devices_are_listed_and_signed_out_one_by_one() {
    run(async {
        let market = Market::empty();
        let (ana, other) = (market.sign_up("ana").await, market.sign_up("bea").await);
        let phone = another_browser(&market, "ana").await;
        let devices = |page: &Html| {
            (
                texts(page, "[aria-labelledby=signed-in] li p.strong"),
                attributes(page, "[aria-labelledby=signed-in] li form", "action"),
            )
        };
        let (names, actions) = devices(&ana.page("/account/devices").await);
        assert_eq!(names, ["Firefox on Linux", "Firefox on Linux This device"]);
        assert_eq!(actions[1], "/logout");

        // Another user's device cannot be signed out.
        let before = dump(&market).await;
        let session = session_ids(&market, "ana")[0];
        for id in [
            session.to_string(),
            "0".into(),
            "x".into(),
            "99999999999999999999".into(),
        ] {
            let response = other.post(&format!("/account/devices/{id}/revocation"), &[]).await;
            assert_eq!(response.status(), 404, "{id}");
        }
        assert_eq!(dump(&market).await, before);

        assert_eq!(location(&ana.post(&actions[0], &[]).await), "/account/devices");
        assert!(ana.is_signed_in().await && other.is_signed_in().await && !phone.is_signed_in().await);
        assert_eq!(ana.post(&actions[0], &[]).await.status(), 404);
        let (names, _) = devices(&ana.page("/account/devices").await);
        assert_eq!(names.len(), 1);
    });
}

#[test]
fn the_time_of_the_last_request_is_stored_once_a_minute() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let before = dump(&market).await;
        ana.page("/account").await;
        assert_eq!(dump(&market).await, before, "the time was stored within a minute");
        age_sessions(&market, "ana", TimeDelta::hours(1), TimeDelta::seconds(61));
        let aged = dump(&market).await;
        ana.page("/account").await;
        let seen = dump(&market).await;
        assert_ne!(seen, aged);
        let queries = market.db.queries();
        ana.page("/account").await;
        let once = market.db.queries() - queries;
        assert_eq!(dump(&market).await, seen, "the time was stored twice");
        ana.page("/account").await;
        assert_eq!(market.db.queries() - queries, 2 * once);
    });
}
