//! Sessions end at once, in all browsers, and for copied cookies.

use chrono::TimeDelta;
use pocketshop::ops;
use scraper::Html;

use crate::accounts::steps::{
    ANOTHER, age_password, age_sessions, another_browser, dump, email_of, pending_sign_in, session_ids, trust_browser,
    trusted_browsers_of, turn_on_second_factor, unused_code,
};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, attributes, run, texts};

/// Two browsers of one user, and their cookies before something happened in the first.
struct Two {
    market: Market,
    name: &'static str,
    a: Visitor,
    b: Visitor,
    cookies: [Option<String>; 2],
    ids: Vec<i64>,
}

impl Two {
    async fn of(name: &'static str) -> Self {
        let market = Market::empty();
        let a = market.sign_up(name).await;
        let b = another_browser(&market, name).await;
        Self::before(market, name, a, b).await
    }

    async fn before(market: Market, name: &'static str, a: Visitor, b: Visitor) -> Self {
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

    /// All earlier sessions ended. If the first browser acted itself, it has a session with a new id.
    async fn all_ended(&self, a_stays: bool) {
        assert_eq!(trusted_browsers_of(&self.market, self.name), 0);
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
        let answer = self.a.post(path, form).await;
        assert_eq!(answer.status(), 303, "{path}");
        assert!(!location(&answer).starts_with("/confirm"), "{path}");
    }
}

#[test]
fn signing_out_everywhere_ends_all_other_sessions() {
    run(async {
        let two = Two::of("ana").await;
        two.post("/account/devices/revocation", &[]).await;
        two.all_ended(true).await;
    });
}

#[test]
fn a_new_password_ends_all_other_sessions() {
    run(async {
        let two = Two::of("ana").await;
        two.post("/account/password", &[("password", ANOTHER)]).await;
        two.all_ended(true).await;
        assert_eq!(two.b.sign_in("ana", PASSWORD).await.status(), 422);
        assert_eq!(two.b.sign_in("ana", ANOTHER).await.status(), 303);
    });
}

#[test]
fn a_password_reset_ends_all_sessions() {
    run(async {
        let two = Two::of("ana").await;
        two.post("/forgot", &[("login", "ana")]).await;
        let link = two.market.link(&email_of("ana"), 2).await;
        two.a.get(&link).await;
        two.post("/reset", &[("password", ANOTHER)]).await;
        two.all_ended(false).await;
    });
}

#[test]
fn a_new_address_ends_all_other_sessions() {
    run(async {
        let two = Two::of("ana").await;
        two.post("/account/email", &[("email", "new@example.org")]).await;
        assert!(two.b.is_signed_in().await, "to ask changes nothing");
        two.a.get(&two.market.link("new@example.org", 1).await).await;
        two.post("/email/confirm", &[]).await;
        two.all_ended(true).await;
    });
}

#[test]
fn turning_the_second_factor_on_ends_all_other_sessions() {
    run(async {
        let two = Two::of("ana").await;
        turn_on_second_factor(&two.a).await;
        two.all_ended(true).await;
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
        let two = Two::before(market, "ana", a, b).await;
        two.post("/account/second-factor/removal", &[]).await;
        two.all_ended(true).await;
        another_browser(&two.market, "ana").await;
    });
}

#[test]
fn suspension_signs_out_and_prevents_sign_ins() {
    run(async {
        let two = Two::of("ana").await;
        ops::users::set_suspended(&two.market.config, "ana", true).unwrap();
        two.all_ended(false).await;
        assert_eq!(two.b.sign_in("ana", PASSWORD).await.status(), 422);
        ops::users::set_suspended(&two.market.config, "ana", false).unwrap();
        two.all_ended(false).await;
        assert_eq!(two.b.sign_in("ana", PASSWORD).await.status(), 303);
    });
}

#[test]
fn a_new_admin_must_sign_in_again() {
    run(async {
        let two = Two::of("ana").await;
        ops::users::make_admin(&two.market.config, "ana", None, None).unwrap();
        two.all_ended(false).await;
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
        let planted = attacker.cookie();
        assert!(planted.is_some());
        let victim = Visitor::with_cookie(&market, planted.clone());
        assert_eq!(victim.sign_in("ana", PASSWORD).await.status(), 303);
        assert!(victim.is_signed_in().await && !attacker.is_signed_in().await);
        assert!(!Visitor::with_cookie(&market, planted).is_signed_in().await);
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
        let half_cookie = pending.cookie();
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
        let replayed = Visitor::with_cookie(&market, half_cookie);
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
        let mine = session_ids(&market, "ana")[0];
        for id in [mine.to_string(), "0".into(), "x".into(), "99999999999999999999".into()] {
            let answer = other.post(&format!("/account/devices/{id}/revocation"), &[]).await;
            assert_eq!(answer.status(), 404, "{id}");
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
        let fresh = dump(&market).await;
        ana.page("/account").await;
        assert_eq!(dump(&market).await, fresh, "written too early");
        age_sessions(&market, "ana", TimeDelta::hours(1), TimeDelta::seconds(61));
        let aged = dump(&market).await;
        ana.page("/account").await;
        let seen = dump(&market).await;
        assert_ne!(seen, aged);
        let queries = market.db.queries();
        ana.page("/account").await;
        let once = market.db.queries() - queries;
        assert_eq!(dump(&market).await, seen, "written twice");
        ana.page("/account").await;
        assert_eq!(market.db.queries() - queries, 2 * once);
    });
}
