//! Signing up: one account for each address and username, and responses do not reveal known addresses.

use chrono::TimeDelta;
use futures_util::future::join_all;
use reqwest::StatusCode;
use scraper::Html;

use super::records::{
    age_throttles, comparable_response, dump, register, register_with, throttle_attempts, usernames_with_email,
    wait_for_emails,
};
use crate::support::mail::{emails_to, links};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, attributes, run, texts};

#[test]
fn a_refused_form_keeps_its_values_except_the_password() {
    run(async {
        let market = Market::empty();
        let form = [
            ("email", "robin at \"home\""),
            ("username", "<b>"),
            ("first_name", "Ro\u{202e}bin"),
            ("last_name", "Tester"),
            ("password", "canary 7"),
        ];
        let refused = Visitor::new(&market).post("/register", &form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let body = refused.text().await.unwrap();
        assert!(!body.contains("canary"));
        let page = Html::parse_document(&body);
        for (name, input) in &form[..2] {
            assert_eq!(
                attributes(&page, &format!("input[name={name}]"), "value"),
                [*input],
                "{name}"
            );
        }
        assert_eq!(attributes(&page, "input[name=last_name]", "value"), ["Tester"]);
        assert!(attributes(&page, "input[name=password]", "value").is_empty());
        for (field, expected) in [
            ("email", "email address"),
            ("username", "letters a to z"),
            ("password", "12 characters"),
        ] {
            let message = texts(&page, &format!("#{field}-error")).join("");
            assert!(message.contains(expected), "{field}: {message}");
            assert_eq!(attributes(&page, &format!("#{field}"), "aria-invalid"), ["true"]);
            assert_eq!(
                texts(&page, &format!("#problems a[href='#{field}']")).len(),
                1,
                "{field}"
            );
        }
        assert!(texts(&page, "#last_name-error").is_empty());
        assert!(dump(&market, &["users", "jobs"]).is_empty());
    });
}

#[test]
fn a_taken_username_is_refused_in_any_case() {
    run(async {
        let market = Market::empty();
        register(&Visitor::new(&market), "robin@example.org", "Robin").await;
        for name in ["Robin", "robin", " ROBIN "] {
            let refused = register(&Visitor::new(&market), "other@example.org", name).await;
            assert_eq!(refused.status(), 422, "{name}");
            let body = refused.text().await.unwrap();
            let page = Html::parse_document(&body);
            assert!(texts(&page, "#username-error").join("").contains("taken"), "{name}");
            assert_eq!(attributes(&page, "input[name=email]", "value"), ["other@example.org"]);
            assert!(!body.contains("robin@example.org"));
        }
        // It is refused with the address of that account, too.
        let refused = register(&Visitor::new(&market), "robin@example.org", "robin").await;
        assert_eq!(refused.status(), 422);
        assert!(usernames_with_email(&market, "other@example.org").is_empty());
    });
}

#[test]
fn reserved_usernames_and_common_passwords_are_refused() {
    run(async {
        let market = Market::empty();
        for name in ["admin", "Supp0rt", "pocket-shop", "admin_robin", "deleted-7"] {
            let refused = register(&Visitor::new(&market), "robin@example.org", name).await;
            assert_eq!(refused.status(), 422, "{name}");
            let page = Html::parse_document(&refused.text().await.unwrap());
            assert_eq!(texts(&page, "#problems li").len(), 1, "{name}");
            assert!(
                texts(&page, "#username-error")
                    .join("")
                    .contains("belongs to PocketShop"),
                "{name}"
            );
        }
        let long = "quiet harbour lamp ".repeat(7);
        for password in [
            "passwordpassword",
            "pocketshop2026",
            "wanderer-1987!",
            "abcdefghijklmnop",
            &long,
        ] {
            let refused = register_with(&Visitor::new(&market), "robin@example.org", "wanderer", password).await;
            assert_eq!(refused.status(), 422, "{password}");
            let page = Html::parse_document(&refused.text().await.unwrap());
            assert_eq!(texts(&page, "#password-error").len(), 1, "{password}");
        }
        assert!(usernames_with_email(&market, "robin@example.org").is_empty());
    });
}

#[test]
fn a_new_and_a_known_address_get_the_same_response_and_different_emails() {
    run(async {
        let market = Market::empty();
        market.sign_up("known").await;
        wait_for_emails(&market).await;
        let account_tables = ["users", "sessions", "tokens", "security_events"];
        let before = dump(&market, &account_tables);

        let known = Visitor::new(&market);
        let other = "seven green boats 4";
        let to_known = register_with(&known, " KNOWN@example.org", "someone", other).await;
        assert_eq!(
            (to_known.status().as_u16(), location(&to_known)),
            (303, "/register/sent")
        );
        let to_known = (
            comparable_response(to_known).await,
            comparable_response(known.get("/register/sent").await).await,
        );
        assert_eq!(dump(&market, &account_tables), before, "the known account changed");

        let new = Visitor::new(&market);
        let to_new = register_with(&new, "new@example.org", "anyone", other).await;
        let to_new = (
            comparable_response(to_new).await,
            comparable_response(new.get("/register/sent").await).await,
        );
        assert_eq!(to_known, to_new);
        assert!(!known.is_signed_in().await);
        assert!(!new.is_signed_in().await);

        let reminder = market.emails("known@example.org", 2).await.pop().unwrap();
        let asked = market.emails("new@example.org", 1).await.pop().unwrap();
        assert_ne!(reminder.subject, asked.subject);
        assert!(!reminder.text.contains("token="), "{}", reminder.text);
        assert!(!reminder.text.contains("someone"), "{}", reminder.text);
        assert_eq!(links(&reminder), ["http://localhost/login", "http://localhost/forgot"]);
        assert!(asked.text.contains("/verify?token="), "{}", asked.text);

        assert_eq!(
            Visitor::new(&market).sign_in("known@example.org", other).await.status(),
            422
        );
        assert_eq!(
            Visitor::new(&market)
                .sign_in("known@example.org", PASSWORD)
                .await
                .status(),
            303
        );
        assert_eq!(usernames_with_email(&market, "known@example.org"), ["known"]);
    });
}

#[test]
fn a_known_address_gets_few_reminders() {
    run(async {
        let market = Market::empty();
        market.sign_up("known").await;
        for name in ["someone", "anyone", "no-one-else"] {
            let sent = register(&Visitor::new(&market), "known@example.org", name).await;
            assert_eq!((sent.status().as_u16(), location(&sent)), (303, "/register/sent"));
        }
        wait_for_emails(&market).await;
        assert_eq!(emails_to(&market.config.data, "known@example.org").len(), 2);
        assert_eq!(throttle_attempts(&market, "letter"), [3]);
        age_throttles(&market, TimeDelta::hours(25));
        register(&Visitor::new(&market), "known@example.org", "someone").await;
        market.emails("known@example.org", 3).await;
    });
}

#[test]
fn simultaneous_sign_ups_with_one_address_make_one_account() {
    run(async {
        let market = Market::empty();
        let visitor = Visitor::new(&market);
        let spellings = [
            "Robin@Example.org",
            "robin@example.org",
            " ROBIN@EXAMPLE.ORG",
            "robin@example。org",
        ];
        let forms = (0..12).map(|number| {
            let visitor = &visitor;
            async move { register(visitor, spellings[number % 4], &format!("robin-{number}")).await }
        });
        for sent in join_all(forms).await {
            assert_eq!((sent.status().as_u16(), location(&sent)), (303, "/register/sent"));
        }
        assert_eq!(usernames_with_email(&market, "robin@example.org").len(), 1);
        assert_eq!(dump(&market, &["users"]).len(), 1);
        wait_for_emails(&market).await;
        // The emails: the verification, and the reminder to the existing user.
        assert_eq!(emails_to(&market.config.data, "robin@example.org").len(), 2);
    });
}

#[test]
fn simultaneous_sign_ups_with_one_username_make_one_account() {
    run(async {
        let market = Market::empty();
        let visitor = Visitor::new(&market);
        let forms = (0..12).map(|number| {
            let visitor = &visitor;
            let name = if number % 2 == 0 { "robin" } else { "ROBIN" };
            async move {
                register(visitor, &format!("robin-{number}@example.org"), name)
                    .await
                    .status()
                    .as_u16()
            }
        });
        let mut responses = join_all(forms).await;
        responses.sort_unstable();
        assert_eq!((responses[0], &responses[1..]), (303, [422; 11].as_slice()));
        assert_eq!(dump(&market, &["users"]).len(), 1);
    });
}

#[test]
fn a_look_alike_domain_is_stored_as_punycode() {
    run(async {
        let market = Market::empty();
        let real = register(&Visitor::new(&market), "jane@example.org", "jane").await;
        let alike = register(&Visitor::new(&market), "jane@ex\u{430}mple.org", "jane2").await;
        assert_eq!(
            (real.status(), alike.status()),
            (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER)
        );
        assert_eq!(usernames_with_email(&market, "jane@example.org"), ["jane"]);
        assert_eq!(usernames_with_email(&market, "jane@xn--exmple-4nf.org"), ["jane2"]);
        let visitor = Visitor::new(&market);
        visitor.sign_in("Jane@ex\u{430}mple.org", PASSWORD).await;
        let page = visitor.get("/account").await.text().await.unwrap();
        assert!(page.contains("jane2"));
    });
}

#[test]
fn sign_ups_are_limited_per_network_and_refused_forms_do_not_count() {
    run(async {
        let market = Market::open(false, |config| config.rate_limit = true);
        let visitor = Visitor::new(&market);
        for _ in 0..7 {
            assert_eq!(register(&visitor, "nonsense", "robin").await.status(), 422);
        }
        for number in 0..5 {
            let sent = register(&visitor, &format!("a{number}@example.org"), &format!("robin-{number}")).await;
            assert_eq!(sent.status(), 303, "{number}");
        }
        let refused = register(&visitor, "a5@example.org", "robin-5").await;
        assert_eq!(refused.status(), 429);
        let seconds: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((600..=721).contains(&seconds), "{seconds}");
        assert!(usernames_with_email(&market, "a5@example.org").is_empty());
        // The header of an untrusted proxy is ignored.
        let form = [
            ("email", "a6@example.org"),
            ("username", "robin-6"),
            ("password", PASSWORD),
        ];
        let forged = market
            .post("/register")
            .form(&form)
            .header("X-Forwarded-For", "198.51.100.7");
        assert_eq!(forged.send().await.unwrap().status(), 429);
    });
}
