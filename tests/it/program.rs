//! The program's commands and settings, and how it starts and stops.

mod capacity;
mod settings;
mod users;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::binary::{Server, pocketshop, run, text};

#[test]
fn the_help_explains_every_command_and_setting() {
    let folder = TempDir::new().unwrap();
    let help = text(&run(pocketshop(folder.path()).arg("--help")).stdout);
    for word in [
        "serve",
        "migrate",
        "import",
        "check",
        "--bind",
        "--data",
        "POCKETSHOP_CURRENCY",
        "PUBLIC_URL",
        "DATABASE_URL",
        "SECRET_KEY",
        "SMTP_URL",
        "POCKETSHOP_MAIL_FROM",
        "POCKETSHOP_PASSWORD_COST",
        "CLOUDINARY_URL",
        "POCKETSHOP_CLOUDINARY_API",
        "--demo",
    ] {
        assert!(help.contains(word), "{word} is not in:\n{help}");
    }
    let version = text(&run(pocketshop(folder.path()).arg("--version")).stdout);
    assert_eq!(version.trim(), format!("pocketshop {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_key_is_created_once_and_is_private() {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("data/secret.key");
    run(pocketshop(folder.path()).arg("migrate"));
    let key_bytes = std::fs::read(&key).unwrap();
    assert!(key_bytes.len() >= 64);
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    run(pocketshop(folder.path()).arg("migrate"));
    assert_eq!(std::fs::read(&key).unwrap(), key_bytes);
    assert_eq!(
        std::fs::metadata(folder.path().join("data"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o700
    );
    let files: Vec<PathBuf> = std::fs::read_dir(folder.path().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(
        files.iter().all(|path| !path.display().to_string().contains("probe")),
        "{files:?}"
    );
}

#[test]
fn many_processes_can_start_at_once() {
    let folder = TempDir::new().unwrap();
    std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| run(pocketshop(folder.path()).arg("migrate"))))
            .collect();
        for start in starts {
            let output = start.join().unwrap();
            assert!(output.status.success(), "{}", text(&output.stderr));
        }
    });
}

#[test]
fn a_port_in_use_is_reported_before_anything_is_written() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let bind = taken.local_addr().unwrap().to_string();
    let output = run(pocketshop(folder.path()).args(["serve", "--demo", "--bind", &bind]));
    assert!(!output.status.success());
    assert!(!folder.path().join("data/pocketshop.db").exists());
}

#[test]
fn the_fixtures_are_imported_on_the_command_line() {
    let folder = TempDir::new().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pocketshop");
    let import = || run(pocketshop(folder.path()).args(["import", "pocketshop"]).arg(&fixtures));
    let first = text(&import().stdout);
    for (row, count) in [
        ("users", 8),
        ("shops", 6),
        ("products", 38),
        ("images", 130),
        ("carts", 8),
        ("payments", 5),
        ("orders", 19),
    ] {
        let line = first
            .lines()
            .find(|line| line.starts_with(row))
            .unwrap_or_else(|| panic!("{row}: {first}"));
        let cells: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(cells[1..3], [count.to_string(), count.to_string()], "{line}");
    }
    assert!(first.contains("superuser"), "{first}");
    let missing = run(pocketshop(folder.path()).args(["import", "pocketshop", "/none"]));
    assert!(!missing.status.success());
    assert!(text(&missing.stderr).contains("/none"));
}

#[test]
fn shutdown_finishes_running_requests() {
    for signal in ["TERM", "INT"] {
        let folder = TempDir::new().unwrap();
        let mut server = Server::start(pocketshop(folder.path()).args(["--rate-limit=off", "--log=error"]));
        assert!(server.get("/").starts_with("HTTP/1.1 200"));
        // A request whose body never arrives must not delay the shutdown for long.
        let mut stalled = server.connect();
        stalled
            .write_all(b"POST /theme HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\nthe")
            .unwrap();
        std::thread::sleep(Duration::from_millis(100));
        server.signal(signal);
        assert_eq!(server.wait_for_exit(Duration::from_secs(10)), 0, "SIG{signal}");
        let wal = folder.path().join("data/pocketshop.db-wal");
        assert!(
            std::fs::metadata(wal).map_or(0, |file| file.len()) == 0,
            "the write-ahead log is not empty"
        );
    }
}

#[test]
fn slow_and_growing_bodies_are_aborted() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&mut pocketshop(folder.path()));
    let head = |length: &str| {
        format!("POST /theme HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n{length}\r\n\r\n")
    };
    let start = Instant::now();
    let mut large = server.connect();
    large.write_all(head("Content-Length: 1000000000").as_bytes()).unwrap();
    let mut response = [0_u8; 12];
    large.read_exact(&mut response).unwrap();
    assert_eq!(&response, b"HTTP/1.1 413");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());

    let mut growing = server.connect();
    growing
        .write_all(head("Transfer-Encoding: chunked").as_bytes())
        .unwrap();
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    for _ in 0..20 {
        if growing.write_all(chunk.as_bytes()).is_err() {
            break;
        }
    }
    growing.read_exact(&mut response).unwrap();
    assert_eq!(&response, b"HTTP/1.1 413");

    let compressed = server
        .send_raw(&(head("Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: 4") + "\x1f\x0b\x08\x00"));
    assert!(compressed.starts_with("HTTP/1.1 415"), "{compressed}");

    let start = Instant::now();
    let stalled_response = server.send_raw(&head("Content-Length: 100"));
    assert!(stalled_response.starts_with("HTTP/1.1 408"), "{stalled_response}");
    assert!(start.elapsed() < Duration::from_secs(18), "{:?}", start.elapsed());
    assert!(server.get("/healthz").contains("200 OK"));
}

#[test]
fn logs_are_text_or_json_with_one_line_per_entry() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(pocketshop(folder.path()).env("POCKETSHOP_LOG_FORMAT", "json"));
    server.get("/shops/a%0d%0aforged?token=canary-value");
    let line = server.wait_for_log("forged");
    let entry: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (entry["method"].as_str(), entry["status"].as_u64()),
        (Some("GET"), Some(404)),
        "{entry}"
    );
    assert!(
        entry["request_id"].as_str().is_some_and(|id| id.len() >= 8) && entry["ms"].is_number(),
        "{entry}"
    );
    assert!(!line.contains("canary-value"), "{line}");
}

#[test]
fn readyz_fails_without_the_data_folder() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(&mut pocketshop(folder.path()));
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    std::fs::rename(folder.path().join("data"), folder.path().join("gone")).unwrap();
    assert!(server.get("/readyz").starts_with("HTTP/1.1 503"));
    assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
}
