//! Verifying an email address: opening the link changes nothing, and its form works once.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::records::{conn, dump, register, wait_for_emails};
use crate::schema::users;
use crate::support::rows;
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, run, texts};

fn verified_at(market: &Market) -> Option<NaiveDateTime> {
    users::table
        .select(users::email_verified_at)
        .first(&mut conn(market))
        .unwrap()
}

#[test]
fn a_password_signs_in_before_the_address_is_verified() {
    run(async {
        let market = Market::empty();
        let robin = market.sign_up_unverified("robin").await;
        assert!(robin.is_signed_in().await);
        assert_eq!(verified_at(&market), None);
    });
}

#[test]
fn opening_the_link_changes_nothing_and_its_form_signs_in_once() {
    run(async {
        let market = Market::empty();
        register(&Visitor::new(&market), "robin@example.org", "robin").await;
        let link = market.link("robin@example.org", 1).await;
        wait_for_emails(&market).await;
        let before = rows::dump(&mut conn(&market));

        let (reader, second) = (Visitor::new(&market), Visitor::new(&market));
        for visitor in [&reader, &second, &Visitor::new(&market)] {
            let on = visitor.get(&link).await;
            assert_eq!((on.status().as_u16(), location(&on)), (303, "/verify"));
            assert_eq!(on.headers()["referrer-policy"], "no-referrer");
            assert_eq!(on.headers()["cache-control"], "no-store");
            let page = visitor.page("/verify").await;
            assert_eq!(texts(&page, "main form[action='/verify'] button").len(), 1);
            assert!(!visitor.is_signed_in().await);
        }
        let shown = reader.get("/verify").await;
        assert_eq!(shown.headers()["referrer-policy"], "no-referrer");
        let body = shown.text().await.unwrap();
        let token = link.split_once("token=").unwrap().1;
        assert!(body.contains("robin") && !body.contains(token));
        let head = market.request("HEAD", &link).send().await.unwrap();
        assert_eq!(head.status(), 303);
        assert_eq!(rows::dump(&mut conn(&market)), before);
        // The form is on the page that the link redirects to.
        assert_eq!(Visitor::new(&market).post(&link, &[]).await.status(), 410);
        assert_eq!(verified_at(&market), None);
        // Only the token's hash is stored.
        assert!(!dump(&market, &["tokens"])[0].contains(token));

        let done = reader.post("/verify", &[]).await;
        assert_eq!((done.status().as_u16(), location(&done)), (303, "/account"));
        let page = reader.page("/account").await;
        assert!(texts(&page, "#flash").join("").contains("confirmed"));
        assert!(verified_at(&market).is_some());
        let late = second.post("/verify", &[]).await;
        assert_eq!(late.status(), 410);
        assert!(late.text().await.unwrap().contains("no longer works"));
        assert!(!second.is_signed_in().await);
        assert_eq!(reader.post("/verify", &[]).await.status(), 410);
        assert!(reader.is_signed_in().await, "a used link ended the session");
        assert_eq!(dump(&market, &["sessions"]).len(), 1);
    });
}

#[test]
fn an_unknown_link_is_rejected() {
    run(async {
        let market = Market::empty();
        market.sign_up_unverified("robin").await;
        let visitor = Visitor::new(&market);
        for link in ["/verify", "/verify?token=", "/verify?token=AAAA", "/reset?token=AAAA"] {
            let path = link.split('?').next().unwrap();
            visitor.get(link).await;
            assert_eq!(visitor.get(path).await.status(), 410, "{link}");
            assert_eq!(
                visitor.post(path, &[("password", PASSWORD)]).await.status(),
                410,
                "{link}"
            );
        }
        let endless = format!("/verify?token={}", "A".repeat(5000));
        assert_eq!(visitor.get(&endless).await.status(), 410);
        assert_eq!(verified_at(&market), None);
    });
}
