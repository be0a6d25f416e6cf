//! Attackers who register somebody else's address or name first gain nothing by it.

use pocketshop::ops::users::make_admin;
use reqwest::StatusCode;

use super::steps::{email_of, turn_on_second_factor};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, run, texts};

#[test]
fn verification_ends_earlier_sessions_of_the_account() {
    run(async {
        let market = Market::empty();
        let stranger = market.sign_up_unverified("ana").await;
        let owner = Visitor::new(&market);
        owner.get(&market.link(&email_of("ana"), 1).await).await;
        assert!(stranger.is_signed_in().await, "a look changed something");
        assert_eq!(location(&owner.post("/verify", &[]).await), "/account");
        assert!(owner.is_signed_in().await && !stranger.is_signed_in().await);
    });
}

#[test]
fn a_second_factor_needs_a_verified_address() {
    run(async {
        let market = Market::empty();
        let stranger = market.sign_up_unverified("ana").await;
        let answer = stranger.post("/account/second-factor/setup", &[]).await;
        assert_eq!(
            (answer.status(), location(&answer)),
            (StatusCode::SEE_OTHER, "/account")
        );
        let page = stranger.page("/account").await;
        assert!(
            texts(&page, "#flash")
                .join("")
                .contains("Confirm your email address first")
        );
        assert!(texts(&stranger.page("/account/second-factor").await, "code.key").is_empty());
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
        let asked = owner.get("/account/password").await;
        assert!(
            location(&asked).starts_with("/confirm"),
            "a link counts as the password"
        );
        owner.post("/confirm", &[("password", PASSWORD)]).await;
        assert_eq!(owner.get("/account/password").await.status(), 200);

        let (secret, _) = turn_on_second_factor(&owner).await;
        let code = super::steps::unused_code(&market, "ana", &secret);
        let pending = super::steps::pending_sign_in(&market, "ana").await;
        pending
            .post("/login/code", &[("code", &code), ("remember", "on")])
            .await;
        pending.post("/logout", &[]).await;
        assert_eq!(location(&pending.sign_in("ana", PASSWORD).await), "/account");
        for path in ["/account/password", "/account/email", "/account/second-factor"] {
            let asked = pending.get(path).await;
            assert!(location(&asked).starts_with("/confirm"), "{path} opens without a code");
        }
        let code = super::steps::unused_code(&market, "ana", &secret);
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
        let said = |name: &str, email: Option<&str>| {
            make_admin(&market.config, name, email, Some("seven lamps on the quay")).map_err(|error| error.to_string())
        };
        let wrong = said("boss", Some("owner@market.example")).unwrap_err();
        assert!(wrong.contains("boss@example.org"), "{wrong}");
        let wrong = said("chief", None).unwrap_err();
        assert!(wrong.contains("not confirmed"), "{wrong}");
        assert!(said("boss", None).is_ok());
        assert!(said("chief", Some("Chief@Example.org")).is_ok());
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
        let on = crate::support::attributes(&page, "main a.btn", "href");
        assert_eq!(on, ["/login?next=/shops/barro-e-sal"]);
    });
}

#[test]
fn a_login_with_control_characters_is_unknown() {
    run(async {
        let market = Market::empty();
        let visitor = Visitor::new(&market);
        for login in ["\0", "ana\0", "a\0@example.org"] {
            assert_eq!(visitor.sign_in(login, PASSWORD).await.status(), 422, "{login:?}");
            let asked = visitor.post("/forgot", &[("login", login)]).await;
            assert_eq!(location(&asked), "/forgot/sent", "{login:?}");
        }
        super::steps::quiet(&market).await;
        let mut conn = super::steps::connect(&market);
        assert_eq!(pocketshop::jobs::count_dead(&mut conn).unwrap(), 0);
        assert_eq!(pocketshop::jobs::count_waiting(&mut conn, None).unwrap(), 0);
    });
}
