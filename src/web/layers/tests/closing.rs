//! Over a real connection: what happens to bodies that nobody will read, and to a worker whose page panicked.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use actix_web::HttpServer;

use super::{app, local};

/// One worker, so that the second request meets the thread of the first.
fn open() -> SocketAddr {
    let server = HttpServer::new(|| app(local()))
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    address
}

/// Sends the bytes, and reads until the server closes the connection.
async fn exchange(address: SocketAddr, parts: Vec<String>) -> (String, Duration) {
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        for part in parts {
            stream.write_all(part.as_bytes()).unwrap();
        }
        let sent = Instant::now();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        (String::from_utf8_lossy(&answer).into_owned(), sent.elapsed())
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn an_unfinished_body_is_not_waited_for_once_it_is_refused() {
    let address = open();
    let chunked = "Host: localhost\r\nTransfer-Encoding: chunked\r\n";
    let large = "x".repeat(70_000);
    let requests = [
        ("403", format!("POST /page HTTP/1.1\r\n{chunked}\r\n5\r\nname=\r\n")),
        (
            "413",
            format!("GET /missing HTTP/1.1\r\n{chunked}\r\n{:x}\r\n{large}\r\n", large.len()),
        ),
        (
            "413",
            "GET /page HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nname=".to_owned(),
        ),
        (
            "415",
            format!("GET /page HTTP/1.1\r\n{chunked}Content-Encoding: gzip\r\n\r\n5\r\nname=\r\n"),
        ),
    ];
    for (status, request) in requests {
        let (answer, waited) = exchange(address, vec![request.clone()]).await;
        let head = &request[..40];
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{head}: {answer}");
        assert!(answer.contains("connection: close"), "{head}");
        assert!(answer.contains("</html>"), "{head}");
        assert!(waited < Duration::from_secs(8), "{head} took {waited:?}");
    }
}

#[tokio::test]
async fn a_web_socket_is_not_waited_for() {
    let socket = "GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    let (answer, waited) = exchange(open(), vec![socket.to_owned()]).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(waited < Duration::from_secs(8), "{waited:?}");
}

#[tokio::test]
async fn a_worker_outlives_a_panic() {
    let address = open();
    let ask = |path: &str, close: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{close}\r\n");
    for _ in 0..3 {
        let parts = vec![ask("/panic", ""), ask("/page", "Connection: close\r\n")];
        let (answers, _) = exchange(address, parts).await;
        assert!(answers.starts_with("HTTP/1.1 500 "), "{answers}");
        assert!(answers.contains("x-content-type-options: nosniff"));
        assert!(answers.contains("HTTP/1.1 200 OK"), "{answers}");
    }
}
