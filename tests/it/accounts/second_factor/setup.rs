//! Setting up, replacing and turning off the second factor, and keeping its secret.

use data_encoding::{BASE64, HEXLOWER};
use diesel::prelude::*;
use pocketshop::accounts::step_at;
use pocketshop::ops;

use crate::accounts::helpers::{
    another_browser, connect, dump, email_of, now, pending_sign_in, reset_used_codes, set_up_second_factor,
    turn_on_second_factor, unused_code, wait_for_jobs,
};
use crate::schema::users;
use crate::support::visitor::{Visitor, location};
use crate::support::{Market, attributes, run, texts};

fn is_on(market: &Market, name: &str) -> bool {
    let since: Option<chrono::NaiveDateTime> = users::table
        .filter(users::username.eq(name))
        .select(users::totp_enabled_at)
        .first(&mut connect(market))
        .unwrap();
    since.is_some()
}

#[test]
fn only_a_right_code_turns_the_second_factor_on() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let before = ana.post("/account/second-factor", &[("code", "000000")]).await;
        assert_eq!(before.status(), 422, "a code was accepted without a secret");
        let secret = set_up_second_factor(&ana).await;
        let page = ana.page("/account/second-factor").await;
        assert!(attributes(&page, "svg.qr path", "d")[0].len() > 200);
        let link = attributes(&page, "a[href^=otpauth]", "href").remove(0);
        assert!(
            link.contains(&secret.base32()) && link.contains("ana%40example.org"),
            "{link}"
        );

        let step = step_at(now());
        for wrong in ["", "abcdef", &secret.code(step - 3), &secret.code(step + 3)] {
            let response = ana.post("/account/second-factor", &[("code", wrong)]).await;
            assert_eq!(response.status(), 422, "{wrong}");
        }
        assert!(!is_on(&market, "ana"));
        another_browser(&market, "ana").await;

        // A new secret replaces the older one.
        let newer = set_up_second_factor(&ana).await;
        assert!(newer != secret);
        crate::accounts::helpers::reset_throttles(&market);
        let old = ana
            .post("/account/second-factor", &[("code", &secret.code(step))])
            .await;
        assert_eq!(old.status(), 422);
        let right = ana
            .post("/account/second-factor", &[("code", &newer.code(step_at(now())))])
            .await;
        assert_eq!(right.status(), 200);
        assert_eq!(right.headers()["cache-control"], "no-store");
        assert!(is_on(&market, "ana"));
        pending_sign_in(&market, "ana").await;
        let emails = market.emails(&email_of("ana"), 2).await;
        assert_eq!(emails[1].subject, "Two-factor authentication is on");
        assert!(!emails[1].text.contains(&newer.base32()));
    });
}

#[test]
fn attempts_to_turn_it_on_are_counted() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let secret = set_up_second_factor(&ana).await;
        for _ in 0..5 {
            assert_eq!(ana.post("/account/second-factor", &[("code", "1")]).await.status(), 422);
        }
        let right = secret.code(step_at(now()));
        let limited = ana.post("/account/second-factor", &[("code", &right)]).await;
        assert_eq!(limited.status(), 429);
        assert!(limited.text().await.unwrap().contains("Too many failed attempts."));
        assert!(!is_on(&market, "ana"));
    });
}

#[test]
fn the_secret_and_codes_are_shown_once_and_stored_nowhere() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let secret = set_up_second_factor(&ana).await;
        let mut secrets = vec![
            secret.base32(),
            secret.base32_grouped(),
            HEXLOWER.encode(secret.as_bytes()),
            BASE64.encode(secret.as_bytes()),
        ];
        let assert_absent = |rows: &[String], secrets: &[String]| {
            for secret in secrets {
                let row = rows
                    .iter()
                    .find(|row| row.to_lowercase().contains(&secret.to_lowercase()));
                assert_eq!(row, None, "{secret}");
            }
        };
        assert_absent(&dump(&market).await, &secrets);
        let code = secret.code(step_at(now()));
        let shown = ana.post("/account/second-factor", &[("code", &code)]).await;
        let page = scraper::Html::parse_document(&shown.text().await.unwrap());
        let codes = texts(&page, "#codes li");
        assert_eq!(codes.len(), 10);
        secrets.extend(codes.iter().flat_map(|code| [code.clone(), code.replace('-', "")]));
        assert_absent(&dump(&market).await, &secrets);
        ana.post("/account/second-factor/setup", &[]).await;
        for path in [
            "/account/second-factor",
            "/account",
            "/account/devices",
            "/account/activity",
        ] {
            let page = ana.get(path).await.text().await.unwrap();
            for secret in &secrets {
                assert!(!page.contains(secret), "{path} shows {secret}");
            }
            assert!(!page.contains("otpauth"), "{path}");
        }
        assert!(is_on(&market, "ana"));
        let badge = texts(
            &ana.page("/account/second-factor").await,
            "[aria-labelledby=codes] .badge",
        );
        assert_eq!(badge, ["10 left"]);
        // A new setup does not change the secret that is in use.
        let pending = pending_sign_in(&market, "ana").await;
        let code = unused_code(&market, "ana", &secret);
        assert_eq!(pending.post("/login/code", &[("code", &code)]).await.status(), 303);
    });
}

#[test]
fn new_recovery_codes_void_the_old_ones() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (_, old) = turn_on_second_factor(&ana).await;
        let response = ana.post("/account/recovery-codes", &[]).await;
        let page = scraper::Html::parse_document(&response.text().await.unwrap());
        let new = texts(&page, "#codes li");
        assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)));
        let pending = pending_sign_in(&market, "ana").await;
        assert_eq!(pending.post("/login/code", &[("code", &old[0])]).await.status(), 422);
        assert_eq!(pending.post("/login/code", &[("code", &new[0])]).await.status(), 303);
        let emails = market.emails(&email_of("ana"), 4).await;
        assert_eq!(emails[2].subject, "You have new recovery codes");
        assert!(emails[3].text.contains("9 codes are left."), "{}", emails[3].text);
        for email in &emails {
            assert!(old.iter().chain(&new).all(|code| !email.text.contains(code)));
        }
    });
}

#[test]
fn without_a_second_factor_there_are_no_recovery_codes() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let before = dump(&market).await;
        assert_eq!(
            location(&ana.post("/account/recovery-codes", &[]).await),
            "/account/second-factor"
        );
        assert_eq!(dump(&market).await, before);
    });
}

#[test]
fn turning_the_second_factor_off_deletes_its_data() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        turn_on_second_factor(&ana).await;
        assert_eq!(
            location(&ana.post("/account/second-factor/removal", &[]).await),
            "/account/second-factor"
        );
        assert!(!is_on(&market, "ana"));
        let rows = dump(&market).await;
        assert!(!rows.iter().any(|row| row.starts_with("recovery_codes:")));
        let secret: Option<String> = users::table
            .filter(users::username.eq("ana"))
            .select(users::totp_secret)
            .first(&mut connect(&market))
            .unwrap();
        assert_eq!(secret, None);
        let emails = market.emails(&email_of("ana"), 3).await;
        assert_eq!(emails[2].subject, "Two-factor authentication is off");
        another_browser(&market, "ana").await;
    });
}

#[test]
fn admins_need_a_second_factor_and_keep_it() {
    run(async {
        let market = Market::empty();
        market.sign_up("ana").await;
        ops::users::make_admin(&market.config, "ana", None, None).unwrap();
        let ana = another_browser(&market, "ana").await;
        assert_eq!(location(&ana.get("/admin").await), "/account/second-factor");
        assert_eq!(
            location(&ana.post("/admin/jobs/1/retry", &[]).await),
            "/account/second-factor"
        );
        let page = ana.page("/account/second-factor").await;
        assert!(
            texts(&page, ".note")
                .join(" ")
                .contains("Admins need two-factor authentication.")
        );
        let secret = set_up_second_factor(&ana).await;
        assert_eq!(
            location(&ana.get("/admin").await),
            "/account/second-factor",
            "the second factor is not turned on yet"
        );
        ana.post("/account/second-factor", &[("code", &secret.code(step_at(now())))])
            .await;
        assert_eq!(ana.get("/admin").await.status(), 200);

        let before = dump(&market).await;
        assert_eq!(
            location(&ana.post("/account/second-factor/removal", &[]).await),
            "/account/second-factor"
        );
        assert_eq!(dump(&market).await, before);
        assert!(is_on(&market, "ana"));

        // The second factor must also have been used in this session.
        let pending = pending_sign_in(&market, "ana").await;
        assert!(location(&pending.get("/admin").await).starts_with("/login?"));
        reset_used_codes(&market, "ana");
        pending
            .post("/login/code", &[("code", &secret.code(step_at(now())))])
            .await;
        assert_eq!(pending.get("/admin").await.status(), 200);
    });
}

#[test]
fn a_session_from_before_the_second_factor_is_not_an_admins() {
    run(async {
        let market = Market::empty();
        market.sign_up("ana").await;
        ops::users::make_admin(&market.config, "ana", None, None).unwrap();
        let ana = another_browser(&market, "ana").await;
        wait_for_jobs(&market).await;
        // Turns the second factor on without ending this session.
        diesel::update(users::table.filter(users::username.eq("ana")))
            .set(users::totp_enabled_at.eq(now()))
            .execute(&mut connect(&market))
            .unwrap();
        assert_eq!(location(&ana.get("/admin").await), "/account/second-factor");
        let user = market.sign_up("bea").await;
        assert_eq!(user.get("/admin").await.status(), 403);
        assert!(location(&Visitor::new(&market).get("/admin").await).starts_with("/login?"));
    });
}
