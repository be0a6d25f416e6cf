//! Registering another person's address or username first gives an attacker nothing.

use pocketshop::ops::users::make_admin;
use reqwest::StatusCode;

use super::helpers::{email_of, turn_on_second_factor};
use crate::support::jobs::count_waiting;
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, run, texts};

#[test]
fn verification_ends_earlier_sessions_of_the_account() {
    run(async {
        let market = Market::empty();
        let attacker = market.sign_up_unverified("ana").await;
        let owner = Visitor::new(&market);
        owner.get(&market.link(&email_of("ana"), 1).await).await;
        assert!(attacker.is_signed_in().await, "opening the link ended the session");
        assert_eq!(location(&owner.post("/verify", &[]).await), "/account");
        assert!(owner.is_signed_in().await && !attacker.is_signed_in().await);
    });
}

#[test]
fn a_second_factor_needs_a_verified_address() {
    run(async {
        let market = Market::empty();
        let attacker = market.sign_up_unverified("ana").await;
        let response = attacker.post("/account/second-factor/setup", &[]).await;
        assert_eq!(
            (response.status(), location(&response)),
            (StatusCode::SEE_OTHER, "/account")
        );
        let page = attacker.page("/account").await;
        assert!(
            texts(&page, "#flash")
                .join("")
                .contains("Confirm your email address first")
        );
        assert!(texts(&attacker.page("/account/second-factor").await, "code.key").is_empty());
    });
}

#[test]
fn a_link_or_a_trusted_browser_does_not_count_as_recent_authentication() {
    run(async {
        let market = Market::empty();
        market.sign_up_unverified("ana").await;
        let owner = Visitor::new(&market);
        owner.get(&market.link(&email_of("ana"), 1).await).await;
        owner.post("/verify", &[]).await;
        let response = owner.get("/account/password").await;
        assert!(
            location(&response).starts_with("/confirm"),
            "a link counts as entering the password"
        );
        owner.post("/confirm", &[("password", PASSWORD)]).await;
        assert_eq!(owner.get("/account/password").await.status(), 200);

        let (secret, _) = turn_on_second_factor(&owner).await;
        let code = super::helpers::unused_code(&market, "ana", &secret);
        let pending = super::helpers::pending_sign_in(&market, "ana").await;
        pending
            .post("/login/code", &[("code", &code), ("remember", "on")])
            .await;
        pending.post("/logout", &[]).await;
        assert_eq!(location(&pending.sign_in("ana", PASSWORD).await), "/account");
        for path in ["/account/password", "/account/email", "/account/second-factor"] {
            let response = pending.get(path).await;
            assert!(
                location(&response).starts_with("/confirm"),
                "{path} opens without a code"
            );
        }
        let code = super::helpers::unused_code(&market, "ana", &secret);
        pending
            .post("/confirm", &[("password", PASSWORD), ("code", &code)])
            .await;
        assert_eq!(pending.get("/account/password").await.status(), 200);
    });
}

#[test]
fn a_taken_name_does_not_become_an_admin() {
    run(async {
        let market = Market::empty();
        market.sign_up("boss").await;
        market.sign_up_unverified("chief").await;
        let try_make_admin = |name: &str, email: Option<&str>| {
            make_admin(&market.config, name, email, Some("seven lamps on the quay")).map_err(|error| error.to_string())
        };
        let message = try_make_admin("boss", Some("owner@market.example")).unwrap_err();
        assert!(message.contains("boss@example.org"), "{message}");
        let message = try_make_admin("chief", None).unwrap_err();
        assert!(message.contains("not confirmed"), "{message}");
        assert!(try_make_admin("boss", None).is_ok());
        assert!(try_make_admin("chief", Some("Chief@Example.org")).is_ok());
    });
}

#[test]
fn links_in_two_tabs_do_not_replace_each_other() {
    run(async {
        let market = Market::empty();
        market.sign_up_unverified("ana").await;
        let visitor = Visitor::new(&market);
        let verify = market.link(&email_of("ana"), 1).await;
        visitor.post("/forgot", &[("login", "ana")]).await;
        let reset = market.link(&email_of("ana"), 2).await;
        visitor.get(&reset).await;
        visitor.get(&verify).await;
        assert_eq!(visitor.get("/reset").await.status(), 200);
        assert_eq!(visitor.get("/verify").await.status(), 200);
        let done = visitor.post("/reset", &[("password", "seven lamps on the quay")]).await;
        assert_eq!(location(&done), "/login");
    });
}

#[test]
fn signing_up_keeps_the_next_page() {
    run(async {
        let market = Market::demo();
        let visitor = Visitor::new(&market);
        let page = visitor.page("/register?next=/shops/barro-e-sal").await;
        let next = crate::support::attributes(&page, "main input[name=next]", "value");
        assert_eq!(next, ["/shops/barro-e-sal"]);
        let form = [
            ("email", "robin@example.org"),
            ("username", "robin"),
            ("password", PASSWORD),
            ("next", "/shops/barro-e-sal"),
        ];
        let sent = visitor.post("/register", &form).await;
        let page = visitor.page(location(&sent)).await;
        let links = crate::support::attributes(&page, "main a.btn", "href");
        assert_eq!(links, ["/login?next=/shops/barro-e-sal"]);
    });
}

#[test]
fn a_login_with_control_characters_is_unknown() {
    run(async {
        let market = Market::empty();
        let visitor = Visitor::new(&market);
        for login in ["\0", "ana\0", "a\0@example.org"] {
            assert_eq!(visitor.sign_in(login, PASSWORD).await.status(), 422, "{login:?}");
            let response = visitor.post("/forgot", &[("login", login)]).await;
            assert_eq!(location(&response), "/forgot/sent", "{login:?}");
        }
        super::helpers::wait_for_jobs(&market).await;
        let mut conn = super::helpers::connect(&market);
        assert_eq!(pocketshop::jobs::count_dead(&mut conn).unwrap(), 0);
        assert_eq!(count_waiting(&mut conn, None), 0);
    });
}
