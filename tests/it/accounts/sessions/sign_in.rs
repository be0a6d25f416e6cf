//! Signing in: by email or username, with one response to every failure, and the redirect afterwards.

use diesel::prelude::*;
use scraper::Html;

use crate::accounts::records::{comparable_response, conn, password_hash, register_with, set_password_hash};
use crate::schema::{sessions, users};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, attributes, run};

/// URLs of other sites, one JSON string per line.
const NEXT: &str = include_str!("../../../corpus/next.txt");

async fn sign_in_to(visitor: &Visitor, next: &str) -> String {
    let form = [("login", "robin"), ("password", PASSWORD), ("next", next)];
    let response = visitor.post("/login", &form).await;
    assert_eq!(response.status(), 303, "{next:?}");
    location(&response).to_owned()
}

#[test]
fn email_or_username_signs_in_in_any_case() {
    run(async {
        let market = Market::empty();
        market.sign_up("Robin").await;
        for login in [
            "Robin",
            "robin",
            "ROBIN",
            " robin ",
            "Robin@example.org",
            "robin@EXAMPLE.org",
            "ROBIN@example。org",
        ] {
            let visitor = Visitor::new(&market);
            let response = visitor.sign_in(login, PASSWORD).await;
            assert_eq!(
                (response.status().as_u16(), location(&response)),
                (303, "/account"),
                "{login}"
            );
            assert!(visitor.is_signed_in().await, "{login}");
        }
    });
}

#[test]
fn every_failure_has_the_same_bytes() {
    run(async {
        let market = Market::empty();
        let fail = async |password: &str| {
            let visitor = Visitor::new(&market);
            let response = visitor.sign_in("robin@example.org", password).await;
            assert!(!visitor.is_signed_in().await);
            comparable_response(response).await
        };
        let unknown = fail(PASSWORD).await;
        assert_eq!(unknown.0, 422);
        assert!(unknown.2.contains("email or password is wrong"), "{}", unknown.2);
        market.sign_up("robin").await;
        assert_eq!(fail("not my password").await, unknown, "a wrong password");
        assert_eq!(fail("").await, unknown, "no password");
        let robin = || users::table.filter(users::username.eq("robin"));
        let suspend = |at| {
            diesel::update(robin())
                .set(users::suspended_at.eq(at))
                .execute(&mut conn(&market))
                .unwrap();
        };
        suspend(Some(chrono::DateTime::UNIX_EPOCH.naive_utc()));
        assert_eq!(fail(PASSWORD).await, unknown, "suspended");
        suspend(None);
        let hash = password_hash(&market, "robin");
        for invalid_hash in ["!", "", "nonsense", "pbkdf2_sha256$0$$"] {
            set_password_hash(&market, "robin", invalid_hash);
            assert_eq!(fail(PASSWORD).await, unknown, "the hash {invalid_hash:?}");
        }
        set_password_hash(&market, "robin", &hash);
        assert_eq!(Visitor::new(&market).sign_in("robin", PASSWORD).await.status(), 303);
    });
}

#[test]
fn input_is_escaped_and_the_password_is_never_shown() {
    run(async {
        let market = Market::empty();
        let input = "\"><script>alert(1)</script>";
        let form = [
            ("login", input),
            ("password", "canary 7"),
            ("next", "/a?b=\"><script>c</script>"),
        ];
        let body = Visitor::new(&market).post("/login", &form).await.text().await.unwrap();
        assert!(!body.contains("<script>alert") && !body.contains("<script>c"));
        assert!(!body.contains("canary"));
        let page = Html::parse_document(&body);
        assert_eq!(attributes(&page, "input[name=login]", "value"), [input]);
        let next = attributes(&page, "main input[name=next]", "value");
        assert!(next[0].starts_with("/a?b=") && !next[0].contains('"'), "{next:?}");
        let page = Visitor::new(&market)
            .page("/login?next=%2Fa%3Fb%3D%22%3E%3Cscript%3E")
            .await;
        assert!(attributes(&page, "main input[name=next]", "value")[0].starts_with("/a?b="));
    });
}

#[test]
fn next_accepts_only_pages_of_this_site() {
    run(async {
        let market = Market::empty();
        let robin = market.sign_up("robin").await;
        let foreign_urls: Vec<String> = NEXT.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(foreign_urls.len() > 20);
        for next in &foreign_urls {
            let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
            let path = format!("/login?next={query}");
            let page = Visitor::new(&market).page(&path).await;
            assert_eq!(attributes(&page, "main input[name=next]", "value"), ["/"], "{next:?}");
            assert_eq!(location(&robin.get(&path).await), "/account", "{next:?}");
            assert_eq!(sign_in_to(&Visitor::new(&market), next).await, "/account", "{next:?}");
        }
        for next in ["/account/devices", "/products?category=home-living#grid"] {
            assert_eq!(sign_in_to(&Visitor::new(&market), next).await, next);
        }
    });
}

#[test]
fn a_signed_in_visitor_is_sent_to_the_account() {
    run(async {
        let market = Market::empty();
        let robin = market.sign_up("robin").await;
        for path in ["/login", "/register"] {
            let response = robin.get(path).await;
            assert_eq!(
                (response.status().as_u16(), location(&response)),
                (303, "/account"),
                "{path}"
            );
        }
        assert_eq!(location(&robin.get("/login?next=%2Fshops").await), "/shops");
    });
}

#[test]
fn a_form_after_a_remote_sign_out_leads_to_sign_in() {
    run(async {
        let market = Market::empty();
        let robin = market.sign_up("robin").await;
        diesel::delete(sessions::table).execute(&mut conn(&market)).unwrap();
        assert_eq!(location(&robin.sign_in("robin", PASSWORD).await), "/account");
        assert!(robin.is_signed_in().await);
        diesel::delete(sessions::table).execute(&mut conn(&market)).unwrap();
        robin.get("/").await;
        assert_eq!(robin.cookie(), None, "an empty cookie was kept");
    });
}

#[test]
fn a_password_of_a_megabyte_is_refused_early() {
    run(async {
        let market = Market::empty();
        market.sign_up("robin").await;
        let before = market.db.queries();
        let megabyte = "a".repeat(1 << 20);
        for (path, name) in [("/login", "login"), ("/register", "username"), ("/reset", "token")] {
            let form = [(name, "robin"), ("password", megabyte.as_str())];
            let response = Visitor::new(&market).post(path, &form).await;
            assert_eq!(response.status(), 413, "{path}");
        }
        assert_eq!(market.db.queries(), before);
        // A password of the largest size that a form may have is refused like any wrong password.
        let long = &megabyte[..60_000];
        assert_eq!(Visitor::new(&market).sign_in("robin", long).await.status(), 422);
        let refused = register_with(&Visitor::new(&market), "ann@example.org", "ann-b", long).await;
        assert_eq!(refused.status(), 422);
        assert!(refused.text().await.unwrap().contains("128 characters or fewer"));
    });
}

#[test]
fn every_character_of_a_password_counts() {
    run(async {
        let market = Market::empty();
        let long = format!(
            "{:_<63}",
            "seven green boats under the old stone bridge at noon, twice "
        );
        assert_eq!(long.len(), 63);
        let longest = format!("{long}{long}é7");
        assert_eq!(longest.chars().count(), 128);
        let right_passwords = [
            format!("{long}a"),
            longest.clone(),
            "🦀 quiet\0harbour lamp 7".to_owned(),
            "  quiet harbour lamp 7  ".to_owned(),
        ];
        let wrong_passwords = [
            vec![format!("{long}b"), long.clone(), format!("{long}A")],
            vec![format!("{long}{long}é"), format!("{longest}7")],
            vec!["🦀 quiet".to_owned(), "🦀 quiet\0harbour lamp 8".to_owned()],
            vec!["quiet harbour lamp 7".to_owned(), " quiet harbour lamp 7  ".to_owned()],
        ];
        for (number, (right, wrong)) in right_passwords.iter().zip(wrong_passwords).enumerate() {
            let name = format!("robin-{number}");
            let sent = register_with(&Visitor::new(&market), &format!("{name}@example.org"), &name, right).await;
            assert_eq!(sent.status(), 303, "{right:?}");
            for wrong in wrong {
                let response = Visitor::new(&market).sign_in(&name, &wrong).await;
                assert_eq!(response.status(), 422, "{wrong:?} for {right:?}");
            }
            assert_eq!(
                Visitor::new(&market).sign_in(&name, right).await.status(),
                303,
                "{right:?}"
            );
        }
    });
}
