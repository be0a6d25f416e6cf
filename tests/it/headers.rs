//! Response headers, which sites may post, methods and cookies, on all routes.

use pocketshop::config::Limit;
use reqwest::{Method, Response};

use crate::support::roles::{Actor, Role};
use crate::support::{Market, routes, rows, run};

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: https://res.cloudinary.com; \
                   connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";

fn assert_secure_headers(label: &str, response: &Response, production: bool) {
    let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap());
    let status = response.status();
    let media = label.contains("/media/") && status.is_success();
    if !media {
        let csp = header("content-security-policy").unwrap_or_else(|| panic!("{label} {status}: no CSP"));
        assert!(csp.starts_with(CSP), "{label} {status}: {csp}");
        assert_eq!(csp.contains("upgrade-insecure-requests"), production, "{label}");
        assert!(!csp.contains("unsafe"), "{label}: {csp}");
        assert_eq!(
            header("cross-origin-resource-policy"),
            Some("same-origin"),
            "{label} {status}"
        );
    }
    assert_eq!(header("x-content-type-options"), Some("nosniff"), "{label} {status}");
    // Pages with the token of an email link send no referrer.
    let secret = ["/verify", "/reset", "/email/"].iter().any(|page| label.contains(page));
    let referrer = header("referrer-policy");
    assert!(
        referrer == Some("strict-origin-when-cross-origin") || secret && referrer == Some("no-referrer"),
        "{label} {status}: {referrer:?}"
    );
    assert_eq!(
        header("cross-origin-opener-policy"),
        Some("same-origin"),
        "{label} {status}"
    );
    assert!(
        header("permissions-policy").is_some_and(|policy| policy.contains("camera=()")),
        "{label} {status}"
    );
    assert_eq!(
        header("strict-transport-security").is_some(),
        production,
        "{label} {status}"
    );
    assert!(
        header("x-request-id").is_some_and(|id| id.len() >= 8),
        "{label} {status}"
    );
    assert_eq!(header("server"), None, "{label} {status}");
    assert_eq!(header("x-powered-by"), None, "{label} {status}");
    if let Some(content_type) = header("content-type") {
        assert!(
            !content_type.starts_with("text/") || content_type.ends_with("charset=utf-8"),
            "{label} {status}: {content_type}"
        );
        if content_type.starts_with("text/html") {
            let vary = response
                .headers()
                .get_all("vary")
                .iter()
                .map(|vary| vary.to_str().unwrap())
                .collect::<Vec<_>>()
                .join(", ");
            for name in ["Cookie", "HX-Request", "Accept-Encoding"] {
                assert!(vary.contains(name), "{label} {status}: Vary is {vary}");
            }
        }
    }
}

#[test]
fn every_response_has_the_headers() {
    run(async {
        for production in [false, true] {
            let market = Market::open(true, |config| {
                if production {
                    config.public_url = "https://market.example".parse().unwrap();
                }
            });
            let host = if production { "market.example" } else { "localhost" };
            for route in routes::all().await {
                for method in [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE] {
                    let path = route.address();
                    let request = market
                        .request(method.as_str(), &path)
                        .header("Host", host)
                        .header("Sec-Fetch-Site", "same-origin");
                    assert_secure_headers(&format!("{method} {path}"), &request.send().await.unwrap(), production);
                }
            }
            for (path, status) in [
                ("/", 200),
                ("/none", 404),
                ("/products?n=%ff&category=%ff", 200),
                ("/media/demo/none.webp", 404),
                ("/favicon.ico", 200),
            ] {
                let response = market.request("GET", path).header("Host", host).send().await.unwrap();
                assert_eq!(response.status().as_u16(), status, "{path}");
                assert_secure_headers(path, &response, production);
            }
            let big = market
                .post("/theme")
                .header("Host", host)
                .body("x".repeat(70_000))
                .send()
                .await
                .unwrap();
            assert_eq!(big.status(), 413);
            assert_secure_headers("a big body", &big, production);
            let broken = market
                .post("/theme")
                .header("Host", host)
                .body("theme=dark")
                .send()
                .await
                .unwrap();
            assert_eq!(broken.status(), 422);
            assert_secure_headers("a body without a content type", &broken, production);
        }
    });
}

/// The headers that a browser sends with a form of another site, or that are missing.
const CROSS_SITE_HEADERS: [&[(&str, &str)]; 7] = [
    &[("Sec-Fetch-Site", "cross-site")],
    &[("Sec-Fetch-Site", "same-site")],
    &[("Sec-Fetch-Site", "cross-site"), ("Origin", "http://localhost")],
    &[("Origin", "https://evil.example")],
    &[("Origin", "null")],
    &[("Origin", "http://localhost.evil.example")],
    &[],
];

#[test]
fn only_pages_of_this_site_may_post() {
    run(async {
        let market = Market::demo();
        let posts: Vec<_> = routes::all().await.into_iter().filter(routes::Route::is_post).collect();
        assert!(!posts.is_empty());
        let mut cookies = vec![String::new()];
        for role in [Role::PendingSecondFactor, Role::User, Role::Seller, Role::Admin] {
            cookies.push(Actor::sign_in(&market, role).await.cookie());
        }
        let before = market.db.read(|conn| Ok(rows::dump(conn))).await.unwrap();
        for route in &posts {
            for (cookie, headers) in cookies
                .iter()
                .flat_map(|cookie| CROSS_SITE_HEADERS.map(|headers| (cookie, headers)))
            {
                for content_type in [
                    "application/x-www-form-urlencoded",
                    "text/plain",
                    "multipart/form-data; boundary=x",
                    "application/json",
                ] {
                    let request = market
                        .request("POST", &route.address())
                        .header("Content-Type", content_type)
                        .header("Cookie", cookie)
                        .body("theme=dark&password=quiet+harbour+lamp+7");
                    let request = headers
                        .iter()
                        .fold(request, |request, (name, value)| request.header(*name, *value));
                    let response = request.send().await.unwrap();
                    assert_eq!(response.status(), 403, "{} {headers:?}", route.full_path);
                    assert!(response.headers().get("set-cookie").is_none());
                }
            }
        }
        assert_eq!(market.db.read(|conn| Ok(rows::dump(conn))).await.unwrap(), before);
        for own_header in [
            ("Sec-Fetch-Site", "same-origin"),
            ("Sec-Fetch-Site", "none"),
            ("Origin", "http://localhost"),
        ] {
            let response = market
                .request("POST", "/theme")
                .header(own_header.0, own_header.1)
                .form(&[("theme", "dark")])
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), 303, "{own_header:?}");
        }
        assert_eq!(market.db.read(|conn| Ok(rows::dump(conn))).await.unwrap(), before);
    });
}

#[test]
fn signed_in_pages_are_not_cached() {
    run(async {
        let market = Market::demo();
        let mut conn = market.config.database.connect().unwrap();
        for role in [
            Role::Guest,
            Role::PendingSecondFactor,
            Role::User,
            Role::Seller,
            Role::Admin,
        ] {
            let actor = Actor::sign_in(&market, role).await;
            for route in routes::all().await {
                let path = route.address();
                let file = path.starts_with("/a/") || path.starts_with("/media/") || path == "/favicon.ico";
                for method in ["GET", "POST"] {
                    actor.reset(&mut conn, chrono::TimeDelta::zero());
                    let visitor = actor.visitor(&market);
                    let response = match method {
                        "GET" => visitor.get(&path).await,
                        _ => visitor.post(&path, &[]).await,
                    };
                    let cache_control = response
                        .headers()
                        .get("cache-control")
                        .map(|cache_control| cache_control.to_str().unwrap());
                    if role != Role::Guest && !file {
                        assert_eq!(cache_control, Some("no-store"), "{method} {path} as {role:?}");
                    }
                    if role == Role::Guest && matches!(path.as_str(), "/" | "/products" | "/shops") && method == "GET" {
                        assert_eq!(cache_control, Some("no-cache"), "{path}");
                    }
                }
            }
        }
    });
}

#[test]
fn reading_changes_nothing_and_other_methods_are_refused() {
    run(async {
        let market = Market::demo();
        let before = market.db.read(|conn| Ok(rows::dump(conn))).await.unwrap();
        for route in routes::all().await {
            let path = route.address();
            for method in ["GET", "HEAD", "OPTIONS"] {
                market.request(method, &path).send().await.unwrap();
            }
            let wrong = match (route.is_get(), route.is_post()) {
                (true, true) => None,
                (true, false) => Some("POST"),
                (false, _) => Some("GET"),
            };
            if let Some(wrong) = wrong {
                let refused = market
                    .request(wrong, &path)
                    .header("Sec-Fetch-Site", "same-origin")
                    .send()
                    .await
                    .unwrap();
                assert_eq!(refused.status(), 405, "{wrong} {path}");
            }
            for method in ["PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
                let status = market
                    .request(method, &path)
                    .header("Sec-Fetch-Site", "same-origin")
                    .send()
                    .await
                    .unwrap()
                    .status();
                assert_eq!(status, 405, "{method} {path}");
            }
        }
        assert_eq!(market.db.read(|conn| Ok(rows::dump(conn))).await.unwrap(), before);
    });
}

#[test]
fn only_visitors_with_a_setting_get_a_cookie() {
    run(async {
        let market = Market::demo();
        for path in ["/", "/products", "/shops", "/none"] {
            assert!(market.get(path).await.headers().get("set-cookie").is_none(), "{path}");
        }
        let one = market.get("/").await.text().await.unwrap();
        assert_eq!(
            one,
            market.get("/").await.text().await.unwrap(),
            "two guests get different pages"
        );

        let saved = market
            .post("/theme")
            .form(&[("theme", "dark"), ("next", "/shops?n=48")])
            .send()
            .await
            .unwrap();
        assert_eq!(
            (saved.status().as_u16(), saved.headers()["location"].to_str().unwrap()),
            (303, "/shops?n=48")
        );
        let cookie = saved.headers()["set-cookie"].to_str().unwrap().to_owned();
        for part in ["pocketshop=", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Domain") && !cookie.contains("Secure"), "{cookie}");
        assert!(
            market
                .get("/")
                .await
                .text()
                .await
                .unwrap()
                .contains("data-theme=\"dark\"")
        );
        assert!(
            market
                .get("/none")
                .await
                .text()
                .await
                .unwrap()
                .contains("data-theme=\"dark\""),
            "the error page ignores the color scheme"
        );

        let system = market.post("/theme").form(&[("theme", "system")]).send().await.unwrap();
        assert!(
            system.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"),
            "an empty cookie was kept"
        );

        for next in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
        ] {
            let redirect = market
                .post("/theme")
                .form(&[("theme", "light"), ("next", next)])
                .send()
                .await
                .unwrap();
            assert_eq!(redirect.headers()["location"], "/", "{next}");
        }
    });
}

#[test]
fn an_invalid_cookie_is_ignored() {
    run(async {
        let market = Market::demo();
        for cookie in [
            "pocketshop=x",
            "pocketshop=",
            "pocketshop=%00%ff",
            &format!("pocketshop={}", "A".repeat(3000)),
            ";;;=",
            "pocketshop",
        ] {
            assert_eq!(
                market
                    .request("GET", "/")
                    .header("Cookie", cookie)
                    .send()
                    .await
                    .unwrap()
                    .status(),
                200,
                "{cookie}"
            );
        }
    });
}

#[test]
fn in_production_cookie_and_requests_are_limited_to_the_host() {
    run(async {
        let market = Market::open(true, |config| {
            config.public_url = "https://market.example".parse().unwrap();
        });
        let post = |host: &'static str| {
            market
                .post("/theme")
                .header("Host", host)
                .form(&[("theme", "dark")])
                .send()
        };
        let cookie = post("market.example").await.unwrap().headers()["set-cookie"]
            .to_str()
            .unwrap()
            .to_owned();
        assert!(
            cookie.starts_with("__Host-pocketshop=") && cookie.contains("Secure") && cookie.len() < 4096,
            "{cookie}"
        );
        assert_eq!(post("evil.example").await.unwrap().status(), 400);
        let get = |path: &'static str| market.request("GET", path).header("Host", "10.0.0.7").send();
        assert_eq!(get("/").await.unwrap().status(), 400);
        assert_eq!(get("/healthz").await.unwrap().status(), 200);
        assert_eq!(get("/readyz").await.unwrap().status(), 200);
    });
}

#[test]
fn too_many_requests_from_one_address_are_refused() {
    run(async {
        // The limit refills slowly, so that a slow machine reaches it too.
        let market = Market::open(true, |config| {
            config.rate_limit = true;
            config.limits.requests = Limit::per_minutes(100, 60);
        });
        let mut limited = None;
        for _ in 0..200 {
            let response = market.get("/shops").await;
            if response.status() == 429 {
                limited = Some(response);
                break;
            }
        }
        let limited = limited.expect("none of 200 requests was refused");
        assert!(
            limited.headers()["retry-after"]
                .to_str()
                .unwrap()
                .parse::<u32>()
                .unwrap()
                >= 1
        );
        assert_secure_headers("429", &limited, false);
        assert!(limited.text().await.unwrap().contains("<h1"));
        // The `X-Forwarded-For` of an untrusted client is ignored.
        let forwarded = market
            .request("GET", "/shops")
            .header("X-Forwarded-For", "203.0.113.9")
            .send()
            .await
            .unwrap();
        assert_eq!(forwarded.status(), 429);
        assert_eq!(market.get("/healthz").await.status(), 200);
        let css = pocketshop::web::assets::APP_CSS;
        assert_eq!(market.get(css).await.status(), 200);
    });
}

#[test]
fn error_pages_help_and_reveal_no_internals() {
    run(async {
        let market = Market::demo();
        market
            .db
            .write(|conn| {
                Ok(diesel::connection::SimpleConnection::batch_execute(
                    conn,
                    "ALTER TABLE products RENAME TO moved_away",
                )?)
            })
            .await
            .unwrap();
        let broken = market.get("/products").await;
        assert_eq!(broken.status(), 500);
        let id = broken.headers()["x-request-id"].to_str().unwrap().to_owned();
        let page = broken.text().await.unwrap();
        assert!(page.contains(&id), "the reference is not on the page");
        for internal in [
            "diesel",
            "SELECT",
            "no such table",
            "panicked",
            "src/",
            "moved_away",
            "relation",
        ] {
            assert!(!page.contains(internal), "{internal}");
        }
        assert_eq!(market.get("/healthz").await.status(), 200);
    });
}
