//! The second step of signing in: no code works twice, and a pending sign-in opens no page.

use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;
use pocketshop::accounts::step_at;

use crate::accounts::helpers::{
    connect, dump, email_of, now, pending_sign_in, reset_throttles, reset_used_codes, turn_on_second_factor,
    unused_code,
};
use crate::schema::{throttles, trusted_browsers};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, attributes, routes, run, texts};

async fn submit_code(visitor: &Visitor, code: &str) -> u16 {
    visitor.post("/login/code", &[("code", code)]).await.status().as_u16()
}

#[test]
fn a_pending_second_factor_opens_no_page() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        turn_on_second_factor(&ana).await;
        let pending = pending_sign_in(&market, "ana").await;
        let before = dump(&market).await;
        let mut requests = 0;
        for route in routes::all().await {
            let guarded = ["/account", "/dashboard", "/admin", "/confirm"];
            if !guarded.iter().any(|start| route.full_path.starts_with(start)) {
                continue;
            }
            let path = route.address();
            let mut responses = Vec::new();
            if route.is_get() {
                responses.push(pending.get(&path).await);
            }
            if route.is_post() {
                responses.push(
                    pending
                        .post(&path, &[("email", "ana@example.org"), ("password", PASSWORD)])
                        .await,
                );
            }
            for response in &responses {
                requests += 1;
                assert_eq!(response.status(), 303, "{path}");
                assert!(
                    location(response).starts_with("/login?"),
                    "{path}: {}",
                    location(response)
                );
            }
        }
        assert!(requests > 20, "{requests} routes");
        assert_eq!(dump(&market).await, before);
        let home = pending.page("/").await;
        assert!(
            !texts(&home, "header").join(" ").contains("Robin"),
            "a page shows the name of the user"
        );
        assert_eq!(
            attributes(&pending.page("/login").await, "form[action='/login']", "method"),
            ["post"]
        );
    });
}

#[test]
fn the_code_page_needs_a_pending_second_factor() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        for visitor in [Visitor::new(&market), ana] {
            assert!(location(&visitor.get("/login/code").await).starts_with("/login?"));
            let response = visitor.post("/login/code", &[("code", "123456")]).await;
            assert!(location(&response).starts_with("/login?"));
        }
    });
}

#[test]
fn a_code_works_once_and_no_older_one_after_it() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (secret, _) = turn_on_second_factor(&ana).await;
        let step = step_at(now());
        // The code that turned it on counts as used.
        let pending = pending_sign_in(&market, "ana").await;
        assert_eq!(submit_code(&pending, &secret.code(step)).await, 422);
        reset_used_codes(&market, "ana");
        let step = step_at(now());
        assert_eq!(submit_code(&pending, &secret.code(step)).await, 303);
        let pending = pending_sign_in(&market, "ana").await;
        assert_eq!(
            submit_code(&pending, &secret.code(step)).await,
            422,
            "the code worked twice"
        );
        assert_eq!(
            submit_code(&pending, &secret.code(step - 1)).await,
            422,
            "an older code worked"
        );
        assert_eq!(submit_code(&pending, &secret.code(step + 1)).await, 303);
    });
}

#[test]
fn of_many_simultaneous_uses_of_a_code_one_succeeds() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (secret, recovery_codes) = turn_on_second_factor(&ana).await;
        for (kind, code) in [("app", None), ("recovery", Some(&recovery_codes[3]))] {
            let mut sign_ins = Vec::new();
            for _ in 0..20 {
                sign_ins.push(pending_sign_in(&market, "ana").await);
            }
            reset_throttles(&market);
            let code = code.cloned().unwrap_or_else(|| unused_code(&market, "ana", &secret));
            let responses = join_all(sign_ins.iter().map(|pending| submit_code(pending, &code))).await;
            assert_eq!(
                responses.iter().filter(|status| **status == 303).count(),
                1,
                "{kind}: {responses:?}"
            );
            reset_throttles(&market);
            assert_eq!(
                submit_code(&pending_sign_in(&market, "ana").await, &code).await,
                422,
                "{kind}"
            );
            reset_throttles(&market);
        }
        // The same pending sign-in in two windows: one is completed.
        let pending = pending_sign_in(&market, "ana").await;
        let windows: Vec<Visitor> = (0..2)
            .map(|_| Visitor::with_cookie(&market, pending.cookie()))
            .collect();
        let posts = windows.iter().zip(&recovery_codes[4..6]);
        let forms: Vec<_> = posts
            .map(|(window, code)| (window, [("code", code.as_str())]))
            .collect();
        let responses = join_all(forms.iter().map(|(window, form)| window.post("/login/code", form))).await;
        let mut locations: Vec<&str> = responses.iter().map(location).collect();
        locations.sort_unstable();
        assert_eq!(locations, ["/account", "/login"]);
    });
}

#[test]
fn a_phone_clock_may_be_30_seconds_off() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (secret, _) = turn_on_second_factor(&ana).await;
        for (offset, accepted) in [(-90, false), (-30, true), (0, true), (30, true), (90, false)] {
            let pending = pending_sign_in(&market, "ana").await;
            reset_used_codes(&market, "ana");
            reset_throttles(&market);
            let code = secret.code(step_at(now() + TimeDelta::seconds(offset)));
            assert_eq!(submit_code(&pending, &code).await == 303, accepted, "{offset} seconds");
        }
    });
}

#[test]
fn after_five_wrong_codes_a_right_one_must_wait() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (secret, recovery_codes) = turn_on_second_factor(&ana).await;
        // Attempts are counted per user, not per sign-in.
        for attempt in 0..5 {
            assert_eq!(
                submit_code(&pending_sign_in(&market, "ana").await, "000000").await,
                422,
                "{attempt}"
            );
        }
        let pending = pending_sign_in(&market, "ana").await;
        let code = unused_code(&market, "ana", &secret);
        for right in [&code, &recovery_codes[0]] {
            let response = pending.post("/login/code", &[("code", right)]).await;
            assert!([422, 429].contains(&response.status().as_u16()));
            let message = response.text().await.unwrap();
            assert!(message.contains("Too many failed attempts. Try again in "), "{message}");
        }
        assert!(!pending.is_signed_in().await);
        // Existing sessions stay valid.
        assert!(ana.is_signed_in().await);
        diesel::update(throttles::table)
            .set(throttles::closed_until.eq(now() - TimeDelta::seconds(1)))
            .execute(&mut connect(&market))
            .unwrap();
        let code = unused_code(&market, "ana", &secret);
        assert_eq!(submit_code(&pending, &code).await, 303);
        // A success resets the count.
        assert_eq!(submit_code(&pending_sign_in(&market, "ana").await, "000000").await, 422);
        let code = unused_code(&market, "ana", &secret);
        assert_eq!(submit_code(&pending_sign_in(&market, "ana").await, &code).await, 303);
    });
}

#[test]
fn a_recovery_code_works_once_and_its_use_is_reported() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (_, recovery_codes) = turn_on_second_factor(&ana).await;
        let bea = market.sign_up("bea").await;
        turn_on_second_factor(&bea).await;
        assert_eq!(
            submit_code(&pending_sign_in(&market, "bea").await, &recovery_codes[0]).await,
            422,
            "the code of another user worked"
        );
        let input = recovery_codes[0].to_uppercase().replace('-', " ");
        assert_eq!(submit_code(&pending_sign_in(&market, "ana").await, &input).await, 303);
        let pending = pending_sign_in(&market, "ana").await;
        assert_eq!(submit_code(&pending, &recovery_codes[0]).await, 422);
        assert_eq!(submit_code(&pending, &recovery_codes[1]).await, 303);
        let emails = market.emails(&email_of("ana"), 4).await;
        assert!(emails[2].text.contains("9 codes are left."), "{}", emails[2].text);
        assert!(emails[3].text.contains("8 codes are left."), "{}", emails[3].text);
        let left = texts(
            &ana.page("/account/second-factor").await,
            "[aria-labelledby=codes] .badge",
        );
        assert_eq!(left, ["8 left"]);
    });
}

#[test]
fn a_trusted_browser_skips_the_code_until_it_is_revoked() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (secret, _) = turn_on_second_factor(&ana).await;
        let remembered = pending_sign_in(&market, "ana").await;
        let code = unused_code(&market, "ana", &secret);
        let response = remembered
            .post("/login/code", &[("code", &code), ("remember", "on")])
            .await;
        assert_eq!(location(&response), "/account");
        let skips = async || {
            remembered.post("/logout", &[]).await;
            let to = remembered.sign_in("ana", PASSWORD).await;
            location(&to) == "/account"
        };
        assert!(skips().await);
        pending_sign_in(&market, "ana").await;

        // Trust is limited to this user, this browser, and 30 days.
        let bea = market.sign_up("bea").await;
        turn_on_second_factor(&bea).await;
        remembered.post("/logout", &[]).await;
        assert!(location(&remembered.sign_in("bea", PASSWORD).await).starts_with("/login/code"));
        assert!(skips().await);
        let ends = |at| {
            diesel::update(trusted_browsers::table)
                .set(trusted_browsers::expires_at.eq(at))
                .execute(&mut connect(&market))
                .unwrap();
        };
        ends(now() - TimeDelta::seconds(1));
        assert!(!skips().await);
        ends(now() + TimeDelta::seconds(30));
        assert!(skips().await);

        // Another user's browser cannot be revoked.
        let forget = attributes(
            &ana.page("/account/devices").await,
            "[aria-labelledby=trusted] form",
            "action",
        );
        assert_eq!(forget.len(), 1);
        assert_eq!(bea.post(&forget[0], &[]).await.status(), 404);
        assert!(skips().await);
        assert_eq!(location(&ana.post(&forget[0], &[]).await), "/account/devices");
        assert!(!skips().await);

        let code = unused_code(&market, "ana", &secret);
        remembered
            .post("/login/code", &[("code", &code), ("remember", "on")])
            .await;
        assert!(skips().await);
        ana.post("/account/devices/revocation", &[]).await;
        assert!(!skips().await);
    });
}
