//! Who is let in, and what every response contains.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use actix_web::web::Data;

use super::{ask, get_of, local, policy, post_of};
use crate::config::{Limit, Limits};
use crate::web::layers::Policy;

/// With so many requests a minute from one address.
fn limited(public_url: &str, requests: u32) -> Data<Policy> {
    let limits = Limits {
        requests: Limit::per_minutes(requests, 1),
        ..Limits::default()
    };
    Data::new(Policy::new(&public_url.parse().unwrap(), Vec::new(), Some(&limits)))
}

#[tokio::test]
async fn every_kind_of_answer_carries_the_headers() {
    let policy = limited("https://market.example", 12);
    let here = |request: TestRequest| request.insert_header(("Host", "market.example"));
    let mut seen = Vec::new();
    let requests = [
        get_of("/page"),
        post_of("/page"),
        get_of("/missing"),
        post_of("/form"),
        TestRequest::post().uri("/page"),
        post_of("/page").set_payload(vec![b'x'; 65 * 1024]),
        get_of("/form"),
        get_of("/refused"),
        get_of("/broken"),
        get_of("/busy"),
        get_of("/panic"),
        get_of("/number/many"),
        get_of("/page"),
        get_of("/a/file"),
        get_of("/healthz"),
    ];
    for request in requests {
        let answer = ask(&policy, here(request)).await;
        seen.push(answer.status);
        let status = answer.status;
        assert_eq!(answer.header("X-Content-Type-Options"), "nosniff", "{status}");
        assert_eq!(
            answer.header("Referrer-Policy"),
            "strict-origin-when-cross-origin",
            "{status}"
        );
        assert_eq!(answer.header("Cross-Origin-Opener-Policy"), "same-origin", "{status}");
        assert_eq!(answer.header("X-Frame-Options"), "DENY", "{status}");
        assert_eq!(
            answer.header("Strict-Transport-Security"),
            "max-age=31536000",
            "{status}"
        );
        assert!(answer.header("Permissions-Policy").contains("camera=()"), "{status}");
        assert!(
            answer
                .header("Content-Security-Policy")
                .starts_with("default-src 'none'; "),
            "{status}"
        );
        assert_eq!(answer.header("X-Request-Id").len(), 16, "{status}");
        assert_eq!(answer.header("Server"), "");
    }
    assert_eq!(
        seen,
        [
            200, 303, 404, 405, 403, 413, 422, 422, 500, 503, 500, 404, 429, 200, 200
        ]
    );
}

#[tokio::test]
async fn a_page_is_for_this_visitor_and_asked_for_again() {
    let page = ask(&local(), get_of("/page")).await;
    assert_eq!(page.all("Vary"), "Accept-Encoding, Cookie, HX-Request");
    assert_eq!(page.header("Cache-Control"), "no-cache");
    assert_eq!(page.header("Strict-Transport-Security"), "");
    assert_eq!(page.header("Cross-Origin-Resource-Policy"), "same-origin");
    assert!(
        !page
            .header("Content-Security-Policy")
            .contains("upgrade-insecure-requests")
    );
    let page = ask(
        &policy("https://market.example"),
        get_of("/page").insert_header(("Host", "market.example")),
    )
    .await;
    assert!(
        page.header("Content-Security-Policy")
            .ends_with("; upgrade-insecure-requests")
    );
}

#[tokio::test]
async fn a_files_own_policies_stay() {
    let file = ask(&local(), get_of("/a/file")).await;
    assert_eq!(file.header("Cross-Origin-Resource-Policy"), "cross-origin");
    assert_eq!(file.header("Content-Security-Policy"), "default-src 'none'; sandbox");
    assert_eq!(file.header("Cache-Control"), "immutable");
    assert_eq!(file.all("Vary"), "Accept-Encoding");
}

#[tokio::test]
async fn pages_are_shrunk_for_those_who_can_read_that() {
    let page = ask(
        &local(),
        get_of("/page").insert_header(("Accept-Encoding", "gzip, deflate, br, zstd")),
    )
    .await;
    assert_eq!(page.header("Content-Encoding"), "zstd");
    assert_eq!(
        zstd::decode_all(&*page.bytes).unwrap(),
        "<p>mug</p>".repeat(300).as_bytes()
    );
    let page = ask(&local(), get_of("/page").insert_header(("Accept-Encoding", "gzip"))).await;
    assert_eq!(page.header("Content-Encoding"), "gzip");
    assert!(page.bytes.len() < 200);
    let small = ask(&local(), get_of("/form").insert_header(("Accept-Encoding", "gzip"))).await;
    assert_eq!((small.header("Content-Encoding"), small.body()), ("", "the form again"));
    let plain = ask(&local(), get_of("/page")).await;
    assert_eq!((plain.header("Content-Encoding"), plain.bytes.len()), ("", 3000));
}

#[tokio::test]
async fn only_our_own_pages_may_send_forms() {
    let table: [(&[(&str, &str)], u16); 12] = [
        (&[("Sec-Fetch-Site", "same-origin")], 303),
        (&[("Sec-Fetch-Site", "none")], 303),
        (&[("Sec-Fetch-Site", "same-origin"), ("Origin", "null")], 303),
        (&[("Sec-Fetch-Site", "same-site")], 403),
        (&[("Sec-Fetch-Site", "cross-site")], 403),
        (
            &[("Sec-Fetch-Site", "cross-site"), ("Origin", "http://localhost:8080")],
            403,
        ),
        (&[("Sec-Fetch-Site", "")], 403),
        (&[("Origin", "http://localhost:8080")], 303),
        (&[("Origin", "http://localhost")], 403),
        (&[("Origin", "https://localhost:8080")], 403),
        (&[("Origin", "null")], 403),
        (&[], 403),
    ];
    for (headers, expected) in table {
        for kind in [
            "application/x-www-form-urlencoded",
            "text/plain",
            "multipart/form-data; boundary=x",
        ] {
            let mut request = TestRequest::post()
                .uri("/page")
                .insert_header(("Content-Type", kind))
                .set_payload("a=1");
            for header in headers {
                request = request.insert_header(*header);
            }
            assert_eq!(ask(&local(), request).await.status, expected, "{headers:?} {kind}");
        }
        if expected == 403 {
            let mut request = get_of("/page");
            for header in headers {
                request = request.insert_header(*header);
            }
            assert_eq!(ask(&local(), request).await.status, 200, "reading is free: {headers:?}");
        }
    }
}

#[tokio::test]
async fn other_methods_are_not_served() {
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"] {
        let request = post_of("/page").method(Method::from_bytes(method.as_bytes()).unwrap());
        let answer = ask(&local(), request).await;
        assert_eq!(
            (answer.status, answer.header("Allow")),
            (405, "GET, HEAD, POST"),
            "{method}"
        );
    }
    assert_eq!(ask(&local(), get_of("/page").method(Method::HEAD)).await.status, 200);
    let answer = ask(&local(), post_of("/form")).await;
    assert_eq!(answer.status, 405);
    assert!(answer.header("Allow").contains("GET"), "{}", answer.header("Allow"));
}

#[tokio::test]
async fn in_production_only_our_host_is_answered() {
    let production = policy("https://market.example");
    let status = async |path: &str, host: &str| {
        ask(&production, get_of(path).insert_header(("Host", host)))
            .await
            .status
    };
    assert_eq!(status("/page", "market.example").await, 200);
    assert_eq!(status("/page", "Market.Example:443").await, 200);
    for host in [
        "evil.test",
        "market.example.evil.test",
        "market.example:8443",
        "localhost",
        "",
    ] {
        assert_eq!(status("/page", host).await, 400, "{host}");
        assert_eq!(status("/healthz", host).await, 200, "{host}");
    }
    assert_eq!(ask(&production, get_of("/page")).await.status, 400);
    assert_eq!(
        ask(&local(), get_of("/page").insert_header(("Host", "evil.test")))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn haste_is_slowed_but_not_for_files_and_health() {
    let policy = limited("http://localhost:8080", 3);
    let from = |path: &str, last: u8| get_of(path).peer_addr(([203, 0, 113, last], 4000).into());
    for _ in 0..3 {
        assert_eq!(ask(&policy, from("/page", 1)).await.status, 200);
    }
    let refused = ask(&policy, from("/page", 1)).await;
    assert_eq!((refused.status, refused.header("Retry-After")), (429, "20"));
    assert!(refused.body().contains("Wait 20 seconds"), "{}", refused.body());
    assert_eq!(ask(&policy, from("/a/file", 1)).await.status, 200);
    assert_eq!(ask(&policy, from("/healthz", 1)).await.status, 200);
    assert_eq!(ask(&policy, from("/page", 2)).await.status, 200);
}

#[tokio::test]
async fn a_body_is_read_whole_or_refused() {
    let sized = |bytes: usize| post_of("/page").set_payload(vec![b'x'; bytes]);
    assert_eq!(ask(&local(), sized(64 * 1024)).await.header("Location"), "/65536");
    assert_eq!(ask(&local(), sized(64 * 1024 + 1)).await.status, 413);
    assert_eq!(
        ask(
            &local(),
            post_of("/page").insert_header(("Content-Length", "1000000000"))
        )
        .await
        .status,
        413
    );
    assert_eq!(
        ask(&local(), get_of("/missing").set_payload(vec![b'x'; 70_000]))
            .await
            .status,
        413
    );
    assert_eq!(
        ask(&local(), sized(10).insert_header(("Content-Encoding", "gzip")))
            .await
            .status,
        415
    );
    assert_eq!(
        ask(&local(), sized(10).insert_header(("Content-Encoding", "identity")))
            .await
            .status,
        303
    );
}
