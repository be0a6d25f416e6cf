//! Emails with links: recipients, frequency, the host of links, and that the database contains no usable link.

use std::net::TcpListener;

use chrono::{NaiveDateTime, TimeDelta};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use diesel::prelude::*;
use pocketshop::config::SmtpUrl;
use pocketshop::crypto::{Cipher, MAIL};

use super::helpers::{
    NEW_PASSWORD, age_emails, connect, dump, email_of, now, pending_sign_in, turn_on_second_factor, unused_code,
    user_id, wait_for_jobs,
};
use crate::schema::{jobs, tokens, users};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, rows, run};

/// The token in all encodings that the database must not contain.
fn encodings_of(token: &str) -> Vec<String> {
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
    assert_eq!(bytes.len(), 32);
    vec![
        token.to_owned(),
        BASE64.encode(token.as_bytes()),
        HEXLOWER.encode(token.as_bytes()),
        HEXLOWER.encode(&bytes),
        BASE64.encode(&bytes),
    ]
}

fn assert_absent(rows: &[String], secrets: &[String]) {
    for secret in secrets {
        let row = rows
            .iter()
            .find(|row| row.to_lowercase().contains(&secret.to_lowercase()));
        assert_eq!(row, None, "the database contains {secret}");
    }
}

fn token_of(link: &str) -> String {
    link.split("token=").nth(1).unwrap().to_owned()
}

#[test]
fn the_database_contains_no_usable_link() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        ana.post("/forgot", &[("login", "ana")]).await;
        let mut links = vec![market.link(&email_of("ana"), 2).await];
        ana.post("/account/email", &[("email", "new@example.org")]).await;
        links.push(market.link("new@example.org", 1).await);
        market.sign_up("bea").await;
        links.push(market.link(&email_of("bea"), 1).await);
        let rows = dump(&market).await;
        assert!(rows.iter().filter(|row| row.starts_with("tokens: ")).count() >= 4);
        for link in links {
            assert_absent(&rows, &encodings_of(&token_of(&link)));
        }
    });
}

#[test]
fn a_queued_email_does_not_expose_its_content() {
    run(async {
        // A mail server that accepts the connection and never replies, so emails stay queued.
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let market = Market::open(false, |config| config.smtp = Some(SmtpUrl::parse(&url).unwrap()));
        let ana = market.sign_up("ana").await;
        ana.post("/account/email", &[("email", "new@example.org")]).await;
        let mut conn = connect(&market);
        let payloads: Vec<String> = jobs::table
            .filter(jobs::kind.eq("mail"))
            .select(jobs::payload)
            .load(&mut conn)
            .unwrap();
        assert_eq!(payloads.len(), 2);
        let cipher = Cipher::new(&market.config.secret_keys);
        let rows = rows::dump(&mut conn);
        for payload in payloads {
            let email = String::from_utf8(cipher.decrypt(MAIL, &payload).unwrap()).unwrap();
            let token: String = token_of(&email)
                .chars()
                .take_while(|character| character.is_ascii_alphanumeric() || "-_".contains(*character))
                .collect();
            assert_absent(&rows, &encodings_of(&token));
        }
        assert_absent(
            &rows,
            &["token=".to_owned(), "/verify".to_owned(), "confirm?".to_owned()],
        );
        // A queued reset reveals neither its user nor whether there is an account.
        for login in ["somebody-unheard-of", "ana"] {
            ana.post("/forgot", &[("login", login)]).await;
        }
        assert_absent(&rows::dump(&mut conn), &["unheard".to_owned()]);
        let kinds: Vec<String> = jobs::table.order(jobs::id).select(jobs::kind).load(&mut conn).unwrap();
        assert_eq!(kinds, ["mail", "mail", "reset", "reset"]);
    });
}

#[test]
fn links_never_depend_on_the_request_host() {
    run(async {
        let market = Market::open(false, |config| {
            config.public_url = "http://market.example".parse().unwrap();
        });
        market.sign_up("ana").await;
        for header in ["Host", "X-Forwarded-Host", "Forwarded"] {
            let value = if header == "Forwarded" {
                "host=evil.test"
            } else {
                "evil.test"
            };
            let name = format!("ana-{header}");
            let form = [
                ("email", &*email_of(&name)),
                ("username", &name),
                ("first_name", "Ana"),
                ("last_name", "P"),
                ("password", PASSWORD),
            ];
            market
                .post("/register")
                .header(header, value)
                .form(&form)
                .send()
                .await
                .unwrap();
            let request = market.post("/forgot").header(header, value).form(&[("login", &name)]);
            assert_eq!(request.send().await.unwrap().status(), 303);
            for email in market.emails(&email_of(&name), 2).await {
                assert!(email.text.contains("http://market.example/"), "{}", email.text);
                for part in [&email.text, &email.html, &email.from] {
                    assert!(!part.contains("evil"), "{part}");
                }
            }
        }
    });
}

#[test]
fn frequent_requests_get_one_email_and_the_same_response() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up_unverified("ana").await;
        for _ in 0..10 {
            let response = Visitor::new(&market).post("/forgot", &[("login", "ana")]).await;
            assert_eq!((response.status().as_u16(), location(&response)), (303, "/forgot/sent"));
            let again = ana.post("/verify/resend", &[]).await;
            assert_eq!(location(&again), "/account");
        }
        wait_for_jobs(&market).await;
        let emails = market.emails(&email_of("ana"), 2).await;
        assert_eq!(emails[1].subject, "Choose a new password");
        // At most five emails are sent in a day.
        for sent in 2..8_usize {
            age_emails(&market, "ana", TimeDelta::minutes(6));
            ana.post("/forgot", &[("login", &email_of("ana"))]).await;
            wait_for_jobs(&market).await;
            market.emails(&email_of("ana"), 1 + sent.min(5)).await;
        }
        age_emails(&market, "ana", TimeDelta::days(1));
        ana.post("/forgot", &[("login", "ANA")]).await;
        market.emails(&email_of("ana"), 7).await;
    });
}

#[test]
fn a_reset_request_does_not_reveal_who_has_an_account() {
    run(async {
        let market = Market::empty();
        market.sign_up("ana").await;
        market.sign_up("sus").await;
        pocketshop::ops::users::set_suspended(&market.config, "sus", true).unwrap();
        wait_for_jobs(&market).await;
        let mut seen = Vec::new();
        for login in [
            "ana",
            "ana@example.org",
            "nobody",
            "nobody@example.org",
            "sus",
            "' OR 1=1 --",
        ] {
            let visitor = Visitor::new(&market);
            let queries = market.db.queries();
            let response = visitor.post("/forgot", &[("login", login)]).await;
            let queries = market.db.queries() - queries;
            let mut headers: Vec<String> = response
                .headers()
                .iter()
                .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                .collect();
            headers.sort();
            let status = response.status().as_u16();
            let bodies = [response, visitor.get("/forgot/sent").await].map(reqwest::Response::text);
            let [first, second] = bodies;
            seen.push((status, headers, queries, first.await.unwrap(), second.await.unwrap()));
        }
        for one in &seen[1..] {
            assert_eq!(one, &seen[0]);
        }
        wait_for_jobs(&market).await;
        market.emails(&email_of("ana"), 2).await;
        market.emails(&email_of("nobody"), 0).await;
        let emails = market.emails(&email_of("sus"), 2).await;
        assert_eq!(emails[1].subject, "Your account is suspended");
    });
}

#[test]
fn a_reset_verifies_the_address_and_keeps_the_second_factor() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (secret, _) = turn_on_second_factor(&ana).await;
        market.set_email_verified("ana", false);
        ana.post("/forgot", &[("login", "ana")]).await;
        // Emails: verification, second factor, new password.
        let link = market.link(&email_of("ana"), 3).await;
        let visitor = Visitor::new(&market);
        visitor.get(&link).await;
        let refused = visitor.post("/reset", &[("password", "password")]).await;
        assert_eq!(refused.status(), 422);
        let response = visitor.post("/reset", &[("password", NEW_PASSWORD)]).await;
        assert_eq!((response.status().as_u16(), location(&response)), (303, "/login"));
        let page = visitor.page("/login").await;
        assert!(
            crate::support::texts(&page, "body")
                .join(" ")
                .contains("Password saved.")
        );
        assert!(!visitor.is_signed_in().await);
        let verified_at: Option<NaiveDateTime> = users::table
            .filter(users::username.eq("ana"))
            .select(users::email_verified_at)
            .first(&mut connect(&market))
            .unwrap();
        assert!(verified_at.is_some());
        assert!(!ana.is_signed_in().await);
        assert_eq!(visitor.sign_in("ana", PASSWORD).await.status(), 422);
        let pending = visitor.sign_in("ana", NEW_PASSWORD).await;
        assert!(
            location(&pending).starts_with("/login/code"),
            "the reset removed the second factor"
        );
        let code = unused_code(&market, "ana", &secret);
        visitor.post("/login/code", &[("code", &code)]).await;
        assert!(visitor.is_signed_in().await);
        let emails = market.emails(&email_of("ana"), 4).await;
        assert_eq!(emails[3].subject, "Your password was changed");
        assert!(!emails[3].text.contains(NEW_PASSWORD));
    });
}

#[test]
fn a_password_reset_ends_trust_in_browsers() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let (secret, _) = turn_on_second_factor(&ana).await;
        let pending = pending_sign_in(&market, "ana").await;
        let code = unused_code(&market, "ana", &secret);
        pending
            .post("/login/code", &[("code", &code), ("remember", "on")])
            .await;
        pending.post("/forgot", &[("login", "ana")]).await;
        pending.get(&market.link(&email_of("ana"), 3).await).await;
        assert_eq!(
            pending.post("/reset", &[("password", NEW_PASSWORD)]).await.status(),
            303
        );
        assert!(location(&pending.sign_in("ana", NEW_PASSWORD).await).starts_with("/login/code"));
    });
}

#[test]
fn a_link_for_a_previous_address_does_not_verify() {
    run(async {
        let market = Market::empty();
        market.sign_up("ana").await;
        let link = market.link(&email_of("ana"), 1).await;
        // The account's address changed in the meantime.
        let user = users::table.filter(users::username.eq("ana"));
        diesel::update(user)
            .set(users::email.eq("b@example.org"))
            .execute(&mut connect(&market))
            .unwrap();
        let visitor = Visitor::new(&market);
        visitor.get(&link).await;
        assert_eq!(visitor.post("/verify", &[]).await.status(), 410);
        assert!(!visitor.is_signed_in().await);
        let valid_tokens: i64 = tokens::table
            .filter(tokens::user_id.eq(user_id(&market, "ana")))
            .filter(tokens::expires_at.gt(now()))
            .count()
            .get_result(&mut connect(&market))
            .unwrap();
        assert_eq!(valid_tokens, 1);
    });
}
