//! The session cookie, and the caching headers of responses.

use std::collections::BTreeMap;

use diesel::prelude::*;
use pocketshop::config::SecretKeys;
use pocketshop::config::secret::Secret;
use reqwest::Response;

use crate::accounts::steps::{another_browser, connect, pending_sign_in, turn_on_second_factor, unused_code};
use crate::schema::sessions;
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, attributes, routes, run, texts};

fn production() -> Market {
    Market::open(false, |config| {
        config.public_url = "https://market.example".parse().unwrap();
    })
}

fn cookies(answer: &Response) -> Vec<String> {
    let all = answer.headers().get_all("set-cookie");
    all.iter().map(|line| line.to_str().unwrap().to_owned()).collect()
}

fn header(answer: &Response, name: &str) -> String {
    let all = answer.headers().get_all(name);
    all.iter()
        .map(|line| line.to_str().unwrap())
        .collect::<Vec<_>>()
        .join(", ")
}

fn assert_proper(answer: &Response) {
    let set = cookies(answer);
    assert_eq!(set.len(), 1, "{set:?}");
    let (pair, rest) = set[0].split_once("; ").unwrap();
    assert!(pair.starts_with("__Host-pocketshop="), "{pair}");
    assert!(set[0].len() < 4096, "{} bytes", set[0].len());
    let mut attributes: Vec<&str> = rest.split("; ").collect();
    attributes.sort_unstable();
    assert_eq!(
        attributes,
        ["HttpOnly", "Max-Age=7776000", "Path=/", "SameSite=Lax", "Secure"]
    );
}

#[test]
fn in_production_the_cookie_is_strict_and_small() {
    run(async {
        let market = production();
        let ana = market.sign_up("ana").await;
        let (secret, _) = turn_on_second_factor(&ana).await;
        let filled = pending_sign_in(&market, "ana").await;
        let code = unused_code(&market, "ana", &secret);
        let mut answers = vec![
            filled.post("/login/code", &[("code", &code), ("remember", "on")]).await,
            filled.post("/theme", &[("theme", "light")]).await,
            filled.get(&format!("/verify?token={}", "x".repeat(100))).await,
            filled
                .post(
                    "/account",
                    &[("username", "ana"), ("first_name", "Ana"), ("last_name", "P")],
                )
                .await,
        ];
        assert!(answers.iter().all(|answer| answer.status() == 303));
        for answer in &answers {
            assert_proper(answer);
        }
        assert!(cookies(&answers.pop().unwrap())[0].len() > 400, "it is not full");
        let page = filled.page("/account").await;
        assert_eq!(attributes(&page, "html", "data-theme"), ["light"]);
        assert!(texts(&page, "body").join(" ").contains("Profile saved."));

        // Deleted with the same name and attributes, which browsers require.
        let plain = market.sign_up("bea").await;
        let answer = plain.post("/logout", &[]).await;
        let set = cookies(&answer).remove(0);
        for part in ["__Host-pocketshop=;", "Path=/", "Secure", "Max-Age=0"] {
            assert!(set.contains(part), "{set}");
        }
        assert_eq!(header(&answer, "clear-site-data"), "\"cache\", \"storage\"");
    });
}

#[test]
fn sign_out_clears_site_data_in_production_only() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let answer = ana.post("/logout", &[]).await;
        assert_eq!(header(&answer, "clear-site-data"), "");
        let set = cookies(&answer).remove(0);
        assert!(set.starts_with("pocketshop=;") && !set.contains("Secure"), "{set}");
    });
}

#[test]
fn a_broken_cookie_is_ignored() {
    run(async {
        let (market, elsewhere) = (
            Market::empty(),
            Market::open(false, |config| {
                config.secret_keys = SecretKeys::new(vec![Secret::new("fedcba9876543210".repeat(8))]);
            }),
        );
        let whole = market.sign_up("ana").await.cookie().unwrap();
        let foreign = elsewhere.sign_up("ana").await.cookie().unwrap();
        let mut last = whole.clone();
        last.pop();
        let broken = [
            foreign,
            last,
            whole[..whole.len() / 2].to_owned(),
            format!("{whole}A"),
            whole.replacen("pocketshop=", "pocketshop=%00", 1),
            "pocketshop=".to_owned(),
            "pocketshop=\u{1f36a}".to_owned(),
        ];
        for cookie in broken {
            let visitor = Visitor::with_cookie(&market, Some(cookie.clone()));
            assert_eq!(visitor.get("/forgot").await.status(), 200, "{cookie}");
            assert!(!visitor.is_signed_in().await, "{cookie}");
            assert_eq!(visitor.sign_in("ana", PASSWORD).await.status(), 303, "{cookie}");
            assert!(visitor.is_signed_in().await, "{cookie}");
        }
    });
}

#[test]
fn an_ended_session_leaves_the_cookie_and_the_rest_stays() {
    run(async {
        let market = Market::empty();
        let (plain, dark) = (market.sign_up("ana").await, another_browser(&market, "ana").await);
        plain.page("/account").await;
        dark.post("/theme", &[("theme", "dark")]).await;
        let stale = plain.cookie();
        diesel::delete(sessions::table).execute(&mut connect(&market)).unwrap();

        let answer = plain.get("/forgot").await;
        assert_eq!(answer.status(), 200);
        assert!(cookies(&answer)[0].contains("Max-Age=0"), "{:?}", cookies(&answer));
        assert_eq!(plain.cookie(), None);
        let page = dark.page("/forgot").await;
        assert_eq!(attributes(&page, "html", "data-theme"), ["dark"]);
        assert!(dark.cookie().is_some());
        assert!(
            cookies(&dark.get("/forgot").await).is_empty(),
            "it is written again each time"
        );

        // Signing in works.
        let back = Visitor::with_cookie(&market, stale);
        assert_eq!(back.sign_in("ana", PASSWORD).await.status(), 303);
        assert!(back.is_signed_in().await);
    });
}

#[test]
fn signed_in_pages_are_not_cached_and_guests_see_the_same_bytes() {
    run(async {
        let market = Market::demo();
        let mut guests = BTreeMap::new();
        let gets: Vec<String> = routes::all()
            .await
            .iter()
            .filter(|route| route.is_get())
            .map(routes::Route::address)
            .filter(|path| !path.starts_with("/a/") && !path.starts_with("/media/") && path != "/favicon.ico")
            .collect();
        for path in &gets {
            let answer = Visitor::new(&market).get(path).await;
            assert!(cookies(&answer).is_empty(), "{path}");
            if answer.status() == 200 && !path.ends_with('z') {
                guests.insert(path, answer.bytes().await.unwrap());
            }
        }
        assert!(guests.len() > 5);

        let ana = market.sign_up("ana").await;
        for path in &gets {
            let answer = ana.get(path).await;
            if answer.status().is_redirection() {
                continue;
            }
            assert_eq!(header(&answer, "cache-control"), "no-store", "{path}");
            let vary = header(&answer, "vary").to_lowercase();
            let html = header(&answer, "content-type").starts_with("text/html");
            assert!(
                !html || vary.contains("cookie") && vary.contains("hx-request"),
                "{path}: {vary}"
            );
        }
        assert!(ana.is_signed_in().await);
        for (path, before) in guests {
            let answer = Visitor::new(&market).get(path).await;
            assert!(answer.bytes().await.unwrap() == before, "{path} changed for guests");
        }
    });
}

#[test]
fn recognizing_the_visitor_costs_one_query() {
    run(async {
        let market = Market::demo();
        let ana = market.sign_up("ana").await;
        let guest = Visitor::new(&market);
        crate::accounts::steps::quiet(&market).await;
        ana.page("/account").await;
        for path in ["/forgot", "/shops/barro-e-sal", "/products?q=mug"] {
            // Cached results may expire in between, so the lowest of a few counts is taken.
            let mut counts = [u64::MAX; 2];
            for _ in 0..5 {
                for (visitor, least) in [&guest, &ana].into_iter().zip(&mut counts) {
                    let before = market.db.queries();
                    visitor.page(path).await;
                    *least = (*least).min(market.db.queries() - before);
                }
            }
            assert_eq!(counts[1], counts[0] + 1, "{path}");
        }
        let before = market.db.queries();
        assert_eq!(ana.get("/favicon.ico").await.status(), 200);
        assert_eq!(market.db.queries(), before, "files are for everyone");
    });
}

#[test]
fn under_another_host_the_sign_in_page_names_the_right_one() {
    run(async {
        let market = Market::open(false, |config| {
            config.public_url = "http://market.example:8080".parse().unwrap();
        });
        for (host, told) in [
            ("192.0.2.7:8080", true),
            ("localhost:8080", true),
            ("market.example:8080", false),
        ] {
            let answer = market
                .request("GET", "/login")
                .header("Host", host)
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), 200);
            let page = scraper::Html::parse_document(&answer.text().await.unwrap());
            let notes = attributes(&page, ".note a", "href");
            let expected: &[&str] = if told { &["http://market.example:8080"] } else { &[] };
            assert_eq!(notes, expected, "{host}");
        }
        assert_eq!(location(&market.get("/account").await), "/login?next=%2Faccount");
    });
}
