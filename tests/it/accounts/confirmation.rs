//! Confirmation: sensitive pages ask for the password again, and for a code if the second factor is on.

use chrono::TimeDelta;
use reqwest::Response;

use super::helpers::{age_password, dump, pending_sign_in, turn_on_second_factor, unused_code};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, attributes, run};

/// The routes that ask for the password again.
const GETS: [&str; 3] = ["/account/email", "/account/password", "/account/second-factor"];
const POSTS: [(&str, &[(&str, &str)]); 8] = [
    ("/account/data.zip", &[]),
    ("/account/email", &[("email", "new@example.org")]),
    ("/account/password", &[("password", "seven lamps on the quay")]),
    ("/account/second-factor", &[("code", "123456")]),
    ("/account/second-factor/setup", &[]),
    ("/account/second-factor/removal", &[]),
    ("/account/recovery-codes", &[]),
    ("/account/deletion", &[("email", "ana@example.org")]),
];

fn assert_redirects_to_confirm(description: &str, response: &Response) {
    assert_eq!(response.status(), 303, "{description}");
    assert!(
        location(response).starts_with("/confirm?next="),
        "{description}: {}",
        location(response)
    );
}

/// Asserts that all these routes redirect to `/confirm` and change nothing.
async fn assert_asks_for_password(market: &Market, visitor: &Visitor) {
    let before = dump(market).await;
    for path in GETS {
        assert_redirects_to_confirm(path, &visitor.get(path).await);
    }
    for (path, form) in POSTS {
        assert_redirects_to_confirm(path, &visitor.post(path, form).await);
    }
    assert_eq!(dump(market).await, before);
}

#[test]
fn a_password_is_asked_for_again_after_ten_minutes() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        age_password(&market, "ana", TimeDelta::minutes(11));
        assert_asks_for_password(&market, &ana).await;
        age_password(&market, "ana", TimeDelta::minutes(10) + TimeDelta::seconds(1));
        assert_asks_for_password(&market, &ana).await;
        age_password(&market, "ana", TimeDelta::minutes(9));
        for path in GETS {
            assert_eq!(ana.get(path).await.status(), 200, "{path}");
        }
        // The pages of a user with a second factor are others, so they are tried too.
        turn_on_second_factor(&ana).await;
        age_password(&market, "ana", TimeDelta::minutes(11));
        assert_asks_for_password(&market, &ana).await;
    });
}

#[test]
fn nothing_else_counts_as_recent_authentication() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        ana.post("/account/email", &[("email", "new@example.org")]).await;
        let link = market.link("new@example.org", 1).await;
        age_password(&market, "ana", TimeDelta::minutes(11));
        ana.post("/account/devices/revocation", &[]).await;
        assert_asks_for_password(&market, &ana).await;
        ana.get(&link).await;
        assert_eq!(location(&ana.post("/email/confirm", &[]).await), "/account/email");
        assert!(ana.is_signed_in().await);
        assert_asks_for_password(&market, &ana).await;
    });
}

#[test]
fn after_confirmation_the_visitor_returns_to_the_page() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        age_password(&market, "ana", TimeDelta::minutes(11));
        let redirect = ana.get("/account/email").await;
        let page = ana.page(location(&redirect)).await;
        assert_eq!(
            attributes(&page, "form[action='/confirm'] input[name=next]", "value"),
            ["/account/email"]
        );
        let wrong = ana
            .post(
                "/confirm",
                &[("password", "wrong wrong wrong"), ("next", "/account/email")],
            )
            .await;
        assert_eq!(wrong.status(), 422);
        assert_eq!(ana.get("/account/email").await.status(), 303);
        let right = ana
            .post("/confirm", &[("password", PASSWORD), ("next", "/account/email")])
            .await;
        assert_eq!((right.status().as_u16(), location(&right)), (303, "/account/email"));
        assert_eq!(ana.get("/account/email").await.status(), 200);
        // It does not redirect to other sites.
        let redirect = ana
            .post("/confirm", &[("password", PASSWORD), ("next", "https://evil.test/")])
            .await;
        assert_eq!(location(&redirect), "/");
    });
}

#[test]
fn confirmation_attempts_count_like_sign_ins() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        age_password(&market, "ana", TimeDelta::minutes(11));
        let wrong = "wrong wrong wrong";
        for _ in 0..6 {
            assert_eq!(ana.post("/confirm", &[("password", wrong)]).await.status(), 422);
        }
        for _ in 0..4 {
            assert_eq!(
                Visitor::new(&market).sign_in("ana@example.org", wrong).await.status(),
                422
            );
        }
        let limited = ana.post("/confirm", &[("password", PASSWORD)]).await;
        assert_eq!(limited.status(), 429);
        assert!(limited.text().await.unwrap().contains("Too many failed attempts."));
        assert_eq!(
            Visitor::new(&market)
                .sign_in("ana@example.org", PASSWORD)
                .await
                .status(),
            429
        );
        assert_redirects_to_confirm("after too many attempts", &ana.get("/account/email").await);
        assert!(ana.is_signed_in().await);
    });
}

#[test]
fn confirmation_needs_a_code_with_a_second_factor() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (secret, recovery_codes) = turn_on_second_factor(&ana).await;
        age_password(&market, "ana", TimeDelta::minutes(11));
        assert_eq!(
            attributes(&ana.page("/confirm").await, "input[name=code]", "type").len(),
            1
        );
        for code in ["", "000000"] {
            let response = ana.post("/confirm", &[("password", PASSWORD), ("code", code)]).await;
            assert_eq!(response.status(), 422, "{code}");
        }
        let code = unused_code(&market, "ana", &secret);
        let wrong = ana
            .post("/confirm", &[("password", "wrong wrong wrong"), ("code", &code)])
            .await;
        assert_eq!(wrong.status(), 422);
        assert_redirects_to_confirm("after a wrong password", &ana.get("/account/email").await);
        let right = ana.post("/confirm", &[("password", PASSWORD), ("code", &code)]).await;
        assert_eq!(right.status(), 303);
        assert_eq!(ana.get("/account/email").await.status(), 200);
        age_password(&market, "ana", TimeDelta::minutes(11));
        let reused = ana.post("/confirm", &[("password", PASSWORD), ("code", &code)]).await;
        assert_eq!(reused.status(), 422, "the same code worked twice");
        let right = ana
            .post("/confirm", &[("password", PASSWORD), ("code", &recovery_codes[0])])
            .await;
        assert_eq!(right.status(), 303);
    });
}

#[test]
fn a_pending_second_factor_cannot_confirm() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (secret, _) = turn_on_second_factor(&ana).await;
        let pending = pending_sign_in(&market, "ana").await;
        let code = unused_code(&market, "ana", &secret);
        let response = pending
            .post("/confirm", &[("password", PASSWORD), ("code", &code)])
            .await;
        assert!(location(&response).starts_with("/login?"));
        assert!(!pending.is_signed_in().await);
    });
}
