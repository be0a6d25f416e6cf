//! What a visitor sees when something went wrong.

use actix_web::cookie::Cookie;
use actix_web::test::TestRequest;

use super::{Answer, HTML, ask, get_of, local, post_of};

fn is_page(answer: &Answer) -> bool {
    answer.header("Content-Type") == HTML && answer.body().contains("<h1>") && answer.body().contains("</html>")
}

#[tokio::test]
async fn every_error_is_a_page_without_our_insides() {
    let table = [
        (get_of("/missing"), 404),
        (get_of("/gone"), 404),
        (get_of("/number/many"), 404),
        (get_of("/forbidden"), 403),
        (get_of("/refused"), 422),
        (get_of("/broken"), 500),
        (get_of("/busy"), 503),
        (get_of("/panic"), 500),
        (post_of("/form"), 405),
        (TestRequest::post().uri("/page"), 403),
    ];
    for (request, status) in table {
        let answer = ask(&local(), request.insert_header(("Accept", "application/json"))).await;
        assert_eq!(answer.status, status);
        assert!(is_page(&answer), "{status}: {}", answer.body());
        for inside in [
            "diesel",
            "SELECT",
            "/srv",
            "panick",
            "secret",
            ".rs",
            "can not parse",
            "thread",
        ] {
            assert!(
                !answer.body().contains(inside),
                "{status} tells of {inside}: {}",
                answer.body()
            );
        }
        let id = answer.header("X-Request-Id");
        assert_eq!(answer.body().contains(id), status >= 500, "{status}");
    }
}

#[tokio::test]
async fn what_the_visitor_can_mend_is_said() {
    let refused = ask(&local(), get_of("/refused")).await;
    assert!(
        refused.body().contains("Only &#60;2&#62; are left."),
        "{}",
        refused.body()
    );
    let busy = ask(&local(), get_of("/busy")).await;
    assert!(busy.body().contains("Very busy; come back soon."));
    assert_eq!(busy.header("Retry-After"), "5");
    let form = ask(&local(), get_of("/form")).await;
    assert_eq!((form.status, form.body()), (422, "the form again"));
}

#[tokio::test]
async fn htmx_gets_a_note_and_the_page_stays() {
    for (path, status) in [("/broken", 500), ("/busy", 503), ("/panic", 500), ("/missing", 404)] {
        let answer = ask(&local(), get_of(path).insert_header(("HX-Request", "true"))).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("HX-Retarget"), "#flash");
        assert_eq!(answer.header("HX-Reswap"), "innerHTML");
        assert_eq!(answer.header("HX-Push-Url"), "false");
        assert!(
            answer.body().starts_with("<p>") && answer.body().len() < 300,
            "{}",
            answer.body()
        );
        assert_eq!(answer.body().contains(answer.header("X-Request-Id")), status >= 500);
    }
    let form = ask(&local(), get_of("/form").insert_header(("HX-Request", "true"))).await;
    assert_eq!((form.body(), form.header("HX-Retarget")), ("the form again", ""));
}

#[tokio::test]
async fn the_page_keeps_the_visitors_theme() {
    let chosen = ask(&local(), get_of("/dark")).await;
    let cookie = Cookie::parse_encoded(chosen.header("Set-Cookie").to_owned()).unwrap();
    let themed = ask(&local(), get_of("/missing").cookie(cookie)).await;
    assert!(themed.body().contains("data-theme=\"dark\""), "{}", themed.body());
    let plain = ask(&local(), get_of("/missing")).await;
    assert!(!plain.body().contains("data-theme"));
    assert_eq!(plain.header("Set-Cookie"), "");
}

#[tokio::test]
async fn machines_get_one_line() {
    let answer = ask(&local(), get_of("/healthz").insert_header(("Accept", "text/html"))).await;
    assert_eq!((answer.status, answer.body()), (200, "ok\n"));
    assert_eq!(answer.header("Content-Type"), "text/plain; charset=utf-8");
}
