//! Limits of uploads: size, number and speed.

use std::io::{Read, Write};
use std::net::TcpStream;

use pocketshop::config::Limit;

use super::*;
use crate::support::image_files::png;
use crate::support::run;

#[test]
fn uploads_that_are_too_large_or_too_many_are_refused_with_a_message() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let message = upload_error(&ana, "big.png", vec![0; 20 * 1024 * 1024 + 1]).await;
        assert!(message.starts_with("“big.png” is larger than 20 MB"), "{message}");
        let two_files = form("a.png", png(9, 9)).part("image", Part::bytes(png(9, 9)).file_name("b.png"));
        let response = ana.upload("/account/picture", two_files).await;
        assert_eq!(response.status(), 422);
        assert!(response.text().await.unwrap().contains("Choose only one picture."));
        // A browser sends an empty file name for a field without a file.
        let message = upload_error(&ana, "", Vec::new()).await;
        assert_eq!(message, "Choose a picture first.");
        let parts = (0..2001).fold(Form::new(), |form, number| form.text(format!("field-{number}"), "x"));
        assert_eq!(ana.upload("/account/picture", parts).await.status(), 422);
        let text = Form::new().text("story", "x".repeat(1024 * 1024 + 1));
        assert_eq!(ana.upload("/account/picture", text).await.status(), 422);
        assert_eq!(avatar_url(&ana).await, None);
    });
}

/// Sends a raw request, so that the length header can be wrong. Returns the response and how long it took.
async fn send_raw(market: &Market, ana: &Visitor, head: &str, body: Vec<u8>, pause: Duration) -> (String, Duration) {
    let address = market.url.strip_prefix("http://").unwrap().to_owned();
    let cookie = ana.cookie().unwrap();
    let head = format!(
        "POST /account/picture HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nCookie: {cookie}\r\n\
         Content-Type: multipart/form-data; boundary=seam\r\n{head}\r\n\r\n"
    );
    tokio::task::spawn_blocking(move || {
        let start = Instant::now();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        for chunk in body.chunks(1024) {
            if stream.write_all(chunk).is_err() {
                break;
            }
            std::thread::sleep(pause);
        }
        let mut response = Vec::new();
        let _ = stream.read_to_end(&mut response);
        (String::from_utf8_lossy(&response).into_owned(), start.elapsed())
    })
    .await
    .unwrap()
}

#[test]
fn a_body_that_is_too_large_or_too_slow_is_cut_off() {
    run(async {
        let market = Market::empty();
        let ana = market.sign_up("ana").await;
        let file = b"--seam\r\nContent-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\n\r\n".to_vec();
        let no_pause = Duration::ZERO;
        let (too_large, duration) = send_raw(&market, &ana, "Content-Length: 200000000", file.clone(), no_pause).await;
        assert!(too_large.starts_with("HTTP/1.1 413"), "{too_large}");
        assert!(duration < Duration::from_secs(2), "{duration:?}");
        let (compressed, _) = send_raw(
            &market,
            &ana,
            "Content-Encoding: gzip\r\nContent-Length: 90000",
            file.clone(),
            no_pause,
        )
        .await;
        assert!(compressed.starts_with("HTTP/1.1 415"), "{compressed}");

        // At the same time, because each takes long. The first two are small enough to be buffered, the others are
        // streamed.
        let chunked = [b"55\r\n".to_vec(), file.clone(), b"\r\n".to_vec()].concat();
        let slow_body = [file.clone(), vec![b'x'; 60_000]].concat();
        let responses = futures_util::future::join_all([
            send_raw(&market, &ana, "Content-Length: 5000", file.clone(), no_pause),
            send_raw(&market, &ana, "Transfer-Encoding: chunked", chunked, no_pause),
            send_raw(&market, &ana, "Content-Length: 90000000", file.clone(), no_pause),
            // 2 KiB a second: not stalled, but below the minimum speed.
            send_raw(
                &market,
                &ana,
                "Content-Length: 90000000",
                slow_body,
                Duration::from_millis(500),
            ),
        ]);
        for (number, (response, duration)) in responses.await.into_iter().enumerate() {
            assert!(response.starts_with("HTTP/1.1 408"), "{number}: {response}");
            assert!(
                response.to_lowercase().contains("connection: close"),
                "{number}: {response}"
            );
            // A client gets the response only after it has sent its last bytes.
            let max_seconds = if number == 3 { 40 } else { 20 };
            assert!(
                duration > Duration::from_secs(14) && duration < Duration::from_secs(max_seconds),
                "{number}: {duration:?}"
            );
        }
        assert!(ana.is_signed_in().await);
    });
}

#[test]
fn the_upload_of_a_guest_is_not_read() {
    run(async {
        let market = Market::empty();
        let guest = Visitor::new(&market);
        let response = send(&guest, "a.png", png(20, 20)).await;
        assert_eq!(
            (response.status().as_u16(), crate::support::visitor::location(&response)),
            (303, "/login?next=%2Faccount")
        );
        assert_eq!(files(&market), [""; 0]);
    });
}

#[test]
fn uploads_above_the_limit_are_refused() {
    run(async {
        let market = Market::open(false, |config| {
            config.rate_limit = true;
            config.limits.uploads = Limit::per_minutes(10, 60);
        });
        let ana = market.sign_up("ana").await;
        for number in 0..10 {
            assert_eq!(
                send(&ana, "a.png", b"no picture".to_vec()).await.status(),
                422,
                "{number}"
            );
        }
        let limited = send(&ana, "a.png", png(9, 9)).await;
        assert_eq!(limited.status(), 429);
        assert!(limited.headers().contains_key("retry-after"));
    });
}
