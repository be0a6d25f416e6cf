//! Changing the email address: confirmed at the new address, undone from the old one.

use chrono::TimeDelta;
use diesel::prelude::*;
use futures_util::future::join_all;

use super::helpers::{age_emails, connect, email_of, session_ids, turn_on_second_factor, wait_for_jobs};
use crate::schema::users;
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, run, texts};

fn address(market: &Market, name: &str) -> String {
    users::table
        .filter(users::username.eq(name))
        .select(users::email)
        .first(&mut connect(market))
        .unwrap()
}

async fn request_change(visitor: &Visitor, new: &str) {
    let response = visitor.post("/account/email", &[("email", new)]).await;
    assert_eq!(
        (response.status().as_u16(), location(&response)),
        (303, "/account/email")
    );
}

/// Opens a link and presses its button.
async fn confirm_link(visitor: &Visitor, link: &str) -> (u16, String) {
    visitor.get(link).await;
    let path = link.split('?').next().unwrap();
    let response = visitor.post(path, &[]).await;
    (response.status().as_u16(), location(&response).to_owned())
}

#[test]
fn an_address_changes_when_confirmed_and_the_old_one_is_notified() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        request_change(&ana, " New@Example.org").await;
        let link = market.link("new@example.org", 1).await;
        wait_for_jobs(&market).await;
        market.emails(&email_of("ana"), 1).await;
        assert_eq!(address(&market, "ana"), email_of("ana"));
        assert!(
            texts(&ana.page("/account/email").await, "main")
                .join(" ")
                .contains("new@example.org")
        );
        let other = Visitor::new(&market);
        assert_eq!(other.sign_in("new@example.org", PASSWORD).await.status(), 422);
        assert_eq!(other.sign_in(&email_of("ana"), PASSWORD).await.status(), 303);

        assert_eq!(confirm_link(&ana, &link).await, (303, "/account/email".to_owned()));
        assert_eq!(address(&market, "ana"), "new@example.org");
        assert!(ana.is_signed_in().await && !other.is_signed_in().await);
        let notice = market.emails(&email_of("ana"), 2).await.remove(1);
        assert_eq!(notice.subject, "Your email address was changed");
        assert!(!notice.text.contains("new@example.org"), "{}", notice.text);
        assert_eq!(other.sign_in(&email_of("ana"), PASSWORD).await.status(), 422);
        assert_eq!(other.sign_in("new@example.org", PASSWORD).await.status(), 303);
    });
}

#[test]
fn a_link_opened_in_another_browser_signs_nobody_in() {
    run(async {
        let market = Market::empty();
        let (ana, bea) = (market.sign_up("ana").await, market.sign_up("bea").await);
        request_change(&ana, "new@example.org").await;
        let link = market.link("new@example.org", 1).await;
        // The link also works in another user's browser, and signs that user out.
        assert_eq!(confirm_link(&bea, &link).await, (303, "/login".to_owned()));
        assert!(!bea.is_signed_in().await && !ana.is_signed_in().await);
        assert!(session_ids(&market, "ana").is_empty());
        assert_eq!(address(&market, "ana"), "new@example.org");
        assert_eq!(address(&market, "bea"), email_of("bea"));
    });
}

#[test]
fn the_old_address_can_undo_the_change() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        request_change(&ana, "thief@example.org").await;
        confirm_link(&ana, &market.link("thief@example.org", 1).await).await;
        let undo = market.link(&email_of("ana"), 2).await;
        assert!(undo.starts_with("/email/undo?"), "{undo}");
        let owner = Visitor::new(&market);
        assert_eq!(confirm_link(&owner, &undo).await, (303, "/forgot".to_owned()));
        assert!(
            texts(&owner.page("/forgot").await, "body")
                .join(" ")
                .contains("Your old address is restored.")
        );
        assert_eq!(address(&market, "ana"), email_of("ana"));
        assert!(!ana.is_signed_in().await && !owner.is_signed_in().await);
        let told = market.emails(&email_of("ana"), 3).await.remove(2);
        assert_eq!(told.subject, "Your email address has changed");
    });
}

#[test]
fn the_first_undo_link_survives_a_second_change_and_voids_later_ones() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        request_change(&ana, "one@example.org").await;
        confirm_link(&ana, &market.link("one@example.org", 1).await).await;
        let first = market.link(&email_of("ana"), 2).await;
        age_emails(&market, "ana", TimeDelta::minutes(6));
        request_change(&ana, "two@example.org").await;
        confirm_link(&ana, &market.link("two@example.org", 1).await).await;
        assert_eq!(address(&market, "ana"), "two@example.org");
        // Otherwise the owner of `one` could get the account again after its owner recovered it.
        let second = market.link("one@example.org", 2).await;
        assert_eq!(confirm_link(&Visitor::new(&market), &first).await.0, 303);
        assert_eq!(address(&market, "ana"), email_of("ana"));
        assert_eq!(confirm_link(&Visitor::new(&market), &second).await.0, 410);
        assert_eq!(address(&market, "ana"), email_of("ana"));
    });
}

#[test]
fn of_two_claims_to_an_address_one_succeeds() {
    run(async {
        let market = Market::empty();
        let mut links = Vec::new();
        for (index, name) in ["ana", "bea"].into_iter().enumerate() {
            request_change(&market.sign_up(name).await, "wanted@example.org").await;
            links.push(market.link("wanted@example.org", index + 1).await);
        }
        let visitors = [Visitor::new(&market), Visitor::new(&market)];
        for (visitor, link) in visitors.iter().zip(&links) {
            visitor.get(link).await;
            assert_eq!(visitor.get("/email/confirm").await.status(), 200);
        }
        let responses = join_all(visitors.iter().map(|one| one.post("/email/confirm", &[]))).await;
        let mut statuses: Vec<u16> = responses.iter().map(|response| response.status().as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409]);
        let addresses = ["ana", "bea"].map(|name| address(&market, name));
        assert_eq!(
            addresses
                .iter()
                .filter(|address| *address == "wanted@example.org")
                .count(),
            1
        );
        for response in responses {
            if response.status() == 409 {
                assert!(response.text().await.unwrap().contains("This address is in use"));
            }
        }
    });
}

#[test]
fn an_undo_link_fails_when_the_address_is_taken() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        request_change(&ana, "one@example.org").await;
        confirm_link(&ana, &market.link("one@example.org", 1).await).await;
        let undo = market.link(&email_of("ana"), 2).await;
        let form = [
            ("email", "ana@example.org"),
            ("username", "second"),
            ("first_name", "Bo"),
            ("last_name", "B"),
            ("password", PASSWORD),
        ];
        assert_eq!(
            location(&Visitor::new(&market).post("/register", &form).await),
            "/register/sent"
        );
        assert_eq!(confirm_link(&Visitor::new(&market), &undo).await.0, 409);
        assert_eq!(address(&market, "ana"), "one@example.org");
        assert!(ana.is_signed_in().await);
    });
}

#[test]
fn a_taken_address_gets_the_same_response_and_its_owner_an_email() {
    run(async {
        let market = Market::empty();
        let (ana, _) = (market.sign_up("ana").await, market.sign_up("bea").await);
        request_change(&ana, "bea@example.org").await;
        let taken = texts(&ana.page("/account/email").await, "main");
        let emails = market.emails(&email_of("bea"), 2).await;
        assert_eq!(emails[1].subject, "You already have an account");
        let cyd = market.sign_up("cyd").await;
        request_change(&cyd, "bec@example.org").await;
        let free = texts(&cyd.page("/account/email").await, "main");
        let without_names = |page: Vec<String>| page.join(" ").replace("bea@", "bec@").replace("ana@", "cyd@");
        assert_eq!(without_names(taken), without_names(free));
        wait_for_jobs(&market).await;
        market.emails(&email_of("ana"), 1).await;
        assert_eq!(address(&market, "ana"), email_of("ana"));
    });
}

#[test]
fn the_second_factor_survives_a_password_change() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        turn_on_second_factor(&ana).await;
        request_change(&ana, "new@example.org").await;
        confirm_link(&ana, &market.link("new@example.org", 1).await).await;
        assert!(ana.is_signed_in().await);
        let again = Visitor::new(&market).sign_in("new@example.org", PASSWORD).await;
        assert!(location(&again).starts_with("/login/code"));
        // With a pending second factor, the link does not complete the sign-in.
        let pending = Visitor::new(&market);
        pending.sign_in("ana", PASSWORD).await;
        age_emails(&market, "ana", TimeDelta::minutes(6));
        request_change(&ana, "newer@example.org").await;
        assert_eq!(
            confirm_link(&pending, &market.link("newer@example.org", 1).await)
                .await
                .1,
            "/login"
        );
        assert!(!pending.is_signed_in().await);
    });
}
