//! The session cookie, and the caching headers of responses.

use std::collections::BTreeMap;

use diesel::prelude::*;
use pocketshop::config::SecretKeys;
use pocketshop::config::secret::Secret;
use reqwest::Response;

use crate::accounts::helpers::{another_browser, connect, pending_sign_in, turn_on_second_factor, unused_code};
use crate::schema::sessions;
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, attributes, routes, run, texts};

fn production() -> Market {
    Market::open(false, |config| {
        config.public_url = "https://market.example".parse().unwrap();
    })
}

fn cookies(response: &Response) -> Vec<String> {
    let all = response.headers().get_all("set-cookie");
    all.iter().map(|line| line.to_str().unwrap().to_owned()).collect()
}

fn header(response: &Response, name: &str) -> String {
    let all = response.headers().get_all(name);
    all.iter()
        .map(|line| line.to_str().unwrap())
        .collect::<Vec<_>>()
        .join(", ")
}

fn assert_strict(response: &Response) {
    let set = cookies(response);
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
        let visitor = pending_sign_in(&market, "ana").await;
        let code = unused_code(&market, "ana", &secret);
        let mut responses = vec![
            visitor
                .post("/login/code", &[("code", &code), ("remember", "on")])
                .await,
            visitor.post("/theme", &[("theme", "light")]).await,
            visitor.get(&format!("/verify?token={}", "x".repeat(100))).await,
            visitor
                .post(
                    "/account",
                    &[("username", "ana"), ("first_name", "Ana"), ("last_name", "P")],
                )
                .await,
        ];
        assert!(responses.iter().all(|response| response.status() == 303));
        for response in &responses {
            assert_strict(response);
        }
        assert!(
            cookies(&responses.pop().unwrap())[0].len() > 400,
            "the cookie is smaller than expected"
        );
        let page = visitor.page("/account").await;
        assert_eq!(attributes(&page, "html", "data-theme"), ["light"]);
        assert!(texts(&page, "body").join(" ").contains("Profile saved."));

        // The cookie is deleted with the same name and attributes, as browsers require.
        let bea = market.sign_up("bea").await;
        let response = bea.post("/logout", &[]).await;
        let set = cookies(&response).remove(0);
        for part in ["__Host-pocketshop=;", "Path=/", "Secure", "Max-Age=0"] {
            assert!(set.contains(part), "{set}");
        }
        assert_eq!(header(&response, "clear-site-data"), "\"cache\", \"storage\"");
    });
}

#[test]
fn sign_out_clears_site_data_in_production_only() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let response = ana.post("/logout", &[]).await;
        assert_eq!(header(&response, "clear-site-data"), "");
        let set = cookies(&response).remove(0);
        assert!(set.starts_with("pocketshop=;") && !set.contains("Secure"), "{set}");
    });
}

#[test]
fn a_broken_cookie_is_ignored() {
    run(async {
        let (market, other_market) = (
            Market::empty(),
            Market::open(false, |config| {
                config.secret_keys = SecretKeys::new(vec![Secret::new("fedcba9876543210".repeat(8))]);
            }),
        );
        let valid = market.sign_up("ana").await.cookie().unwrap();
        let foreign = other_market.sign_up("ana").await.cookie().unwrap();
        let mut truncated = valid.clone();
        truncated.pop();
        let broken = [
            foreign,
            truncated,
            valid[..valid.len() / 2].to_owned(),
            format!("{valid}A"),
            valid.replacen("pocketshop=", "pocketshop=%00", 1),
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
fn an_ended_session_is_removed_from_the_cookie_and_the_rest_is_kept() {
    run(async {
        let market = Market::empty();
        let (light, dark) = (market.sign_up("ana").await, another_browser(&market, "ana").await);
        light.page("/account").await;
        dark.post("/theme", &[("theme", "dark")]).await;
        let old_cookie = light.cookie();
        diesel::delete(sessions::table).execute(&mut connect(&market)).unwrap();

        let response = light.get("/forgot").await;
        assert_eq!(response.status(), 200);
        assert!(cookies(&response)[0].contains("Max-Age=0"), "{:?}", cookies(&response));
        assert_eq!(light.cookie(), None);
        let page = dark.page("/forgot").await;
        assert_eq!(attributes(&page, "html", "data-theme"), ["dark"]);
        assert!(dark.cookie().is_some());
        assert!(
            cookies(&dark.get("/forgot").await).is_empty(),
            "the cookie is set again on each request"
        );

        // Signing in with the old cookie works.
        let visitor = Visitor::with_cookie(&market, old_cookie);
        assert_eq!(visitor.sign_in("ana", PASSWORD).await.status(), 303);
        assert!(visitor.is_signed_in().await);
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
            let response = Visitor::new(&market).get(path).await;
            assert!(cookies(&response).is_empty(), "{path}");
            if response.status() == 200 && !path.ends_with('z') {
                guests.insert(path, response.bytes().await.unwrap());
            }
        }
        assert!(guests.len() > 5);

        let ana = market.sign_up("ana").await;
        for path in &gets {
            let response = ana.get(path).await;
            if response.status().is_redirection() {
                continue;
            }
            assert_eq!(header(&response, "cache-control"), "no-store", "{path}");
            let vary = header(&response, "vary").to_lowercase();
            let html = header(&response, "content-type").starts_with("text/html");
            assert!(
                !html || vary.contains("cookie") && vary.contains("hx-request"),
                "{path}: {vary}"
            );
        }
        assert!(ana.is_signed_in().await);
        for (path, before) in guests {
            let response = Visitor::new(&market).get(path).await;
            assert!(response.bytes().await.unwrap() == before, "{path} changed for guests");
        }
    });
}

#[test]
fn recognizing_the_visitor_costs_one_query() {
    run(async {
        let market = Market::demo();
        let ana = market.sign_up("ana").await;
        let guest = Visitor::new(&market);
        crate::accounts::helpers::wait_for_jobs(&market).await;
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
        assert_eq!(market.db.queries(), before, "a file took a query");
    });
}

#[test]
fn under_another_host_the_sign_in_page_links_to_the_public_url() {
    run(async {
        let market = Market::open(false, |config| {
            config.public_url = "http://market.example:8080".parse().unwrap();
        });
        for (host, has_note) in [
            ("192.0.2.7:8080", true),
            ("localhost:8080", true),
            ("market.example:8080", false),
        ] {
            let response = market
                .request("GET", "/login")
                .header("Host", host)
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), 200);
            let page = scraper::Html::parse_document(&response.text().await.unwrap());
            let notes = attributes(&page, ".note a", "href");
            let expected: &[&str] = if has_note { &["http://market.example:8080"] } else { &[] };
            assert_eq!(notes, expected, "{host}");
        }
        assert_eq!(location(&market.get("/account").await), "/login?next=%2Faccount");
    });
}
