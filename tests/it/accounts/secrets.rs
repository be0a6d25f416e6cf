//! The logs contain no secrets: recognizable secrets (canaries) are used in all forms, and the logs are searched for
//! them.

use chrono::TimeDelta;
use data_encoding::{BASE32_NOPAD, BASE64};
use pocketshop::accounts::{TotpSecret, step_at};
use reqwest::Response;
use scraper::Html;
use tempfile::TempDir;

use crate::support::binary::{Server, pocketshop};
use crate::support::mail::{Email, emails_to, links, parse_email};
use crate::support::roles::now;
use crate::support::smtp::FakeSmtpServer;
use crate::support::visitor::Visitor;
use crate::support::{run, texts};

const KEY: &str = "canary-key-that-is-long-enough-and-was-made-at-random-0123456789-XYZ-qrst";
const MAIL_PASSWORD: &str = "canary-of-the-mail-server";
const FIRST: &str = "violet.anchor-91-drum";
const WRONG: &str = "wrong.orchid-55-piano";
const SECOND: &str = "amber.ferry-27-cello";
const THIRD: &str = "copper.meadow-63-flute";
const ADDRESS: &str = "kestrel.box@example.org";
const NEW_ADDRESS: &str = "osprey.crate@example.org";

/// Where emails are delivered.
enum Mailbox {
    Server(FakeSmtpServer),
    Folder(TempDir),
}

impl Mailbox {
    fn emails(&self, address: &str) -> Vec<Email> {
        match self {
            Self::Server(smtp) => smtp
                .received()
                .iter()
                .map(|email| parse_email(email))
                .filter(|mail| mail.to == address)
                .collect(),
            Self::Folder(folder) => emails_to(&folder.path().join("data"), address),
        }
    }

    /// The path and query of the link to this page, in the next email that has one.
    async fn link(&self, address: &str, page: &str) -> String {
        for _ in 0..200 {
            let emails = self.emails(address);
            let found = emails.iter().flat_map(links).find(|link| link.contains(page));
            if let Some(link) = found {
                return link[link.find(page).unwrap()..].to_owned();
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{address} got no email with {page}");
    }
}

/// A user in a browser, and all secrets that they entered or received.
struct SecretRecorder {
    visitor: Visitor,
    canaries: Vec<String>,
}

impl SecretRecorder {
    /// Records a secret.
    fn record(&mut self, secret: impl Into<String>) {
        self.canaries.push(secret.into());
    }

    fn record_cookie(&mut self) {
        let cookie = self.visitor.cookie().unwrap_or_default();
        let value = cookie.split_once('=').map_or("", |(_, value)| value);
        if value.len() > 40 {
            self.record(&value[..40]);
        }
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)], status: u16) -> Response {
        let response = self.visitor.post(path, form).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
        self.record_cookie();
        response
    }

    /// Opens the link of an email and presses its button.
    async fn follow(&mut self, link: &str, form: &[(&str, &str)]) {
        let (path, token) = link.split_once("?token=").unwrap();
        self.record(token);
        assert_eq!(self.visitor.get(link).await.status(), 303, "{path}");
        self.record_cookie();
        assert_eq!(self.visitor.get(path).await.status(), 200, "{path}");
        self.post(path, form, 303).await;
    }

    fn record_codes(&mut self, page: &str) -> Vec<String> {
        let codes = texts(&Html::parse_document(page), "#codes li");
        assert_eq!(codes.len(), 10);
        for code in &codes {
            self.record(code);
            self.record(code.replace('-', ""));
        }
        codes
    }
}

/// Uses all pages that involve a secret. Returns the secrets.
async fn use_secrets(server: &Server, host: &'static str, mailbox: &Mailbox) -> Vec<String> {
    let mut recorder = SecretRecorder {
        visitor: Visitor::at_url(&server.url(), host, None),
        canaries: vec![],
    };
    for secret in [KEY, MAIL_PASSWORD, FIRST, WRONG, SECOND, THIRD] {
        recorder.record(secret);
        recorder.record(BASE64.encode(secret.as_bytes()));
    }
    recorder.record(BASE64.encode(format!("\0postman\0{MAIL_PASSWORD}").as_bytes()));
    // The local parts of the addresses, because `@` may be encoded.
    recorder.record("kestrel.box");
    recorder.record("osprey.crate");
    let account = [("email", ADDRESS), ("username", "lantern"), ("password", FIRST)];
    let names = [("first_name", "Robin"), ("last_name", "Tester")];
    recorder
        .post(
            "/register",
            &[&account[..2], &names[..], &[("password", "short")]].concat(),
            422,
        )
        .await;
    recorder
        .post("/register", &[&account[..], &names[..]].concat(), 303)
        .await;
    let link = mailbox.link(ADDRESS, "/verify?token=").await;
    recorder.follow(&link, &[]).await;
    recorder.post("/logout", &[], 303).await;
    recorder
        .post("/login", &[("login", ADDRESS), ("password", WRONG)], 422)
        .await;
    recorder
        .post("/login", &[("login", "lantern"), ("password", FIRST)], 303)
        .await;
    recorder.post("/forgot", &[("login", ADDRESS)], 303).await;
    let link = mailbox.link(ADDRESS, "/reset?token=").await;
    recorder.follow(&link, &[("password", SECOND)]).await;
    recorder
        .post("/login", &[("login", ADDRESS), ("password", SECOND)], 303)
        .await;
    recorder.post("/confirm", &[("password", WRONG)], 422).await;
    recorder.post("/confirm", &[("password", SECOND)], 303).await;
    recorder.post("/account/email", &[("email", NEW_ADDRESS)], 303).await;
    let link = mailbox.link(NEW_ADDRESS, "/email/confirm?token=").await;
    recorder.follow(&link, &[]).await;
    let undo_link = mailbox.link(ADDRESS, "/email/undo?token=").await;
    recorder.record(undo_link.split_once("?token=").unwrap().1);
    recorder.post("/account/password", &[("password", THIRD)], 303).await;
    recorder.post("/account/second-factor/setup", &[], 303).await;
    let page = recorder.visitor.page("/account/second-factor").await;
    let key = texts(&page, "code.key").remove(0);
    recorder.record(&key);
    let key = key.replace(' ', "");
    recorder.record(&key);
    let secret = TotpSecret::from_bytes(&BASE32_NOPAD.decode(key.as_bytes()).unwrap()).unwrap();
    let code = secret.code(step_at(now()));
    let shown = recorder.post("/account/second-factor", &[("code", &code)], 200).await;
    let codes = recorder.record_codes(&shown.text().await.unwrap());
    let next = secret.code(step_at(now() + TimeDelta::seconds(30)));
    recorder
        .post("/confirm", &[("password", THIRD), ("code", &next)], 303)
        .await;
    for code in [code, next] {
        recorder.record(format!("={code}"));
        recorder.record(format!("\"{code}"));
    }
    recorder.post("/logout", &[], 303).await;
    recorder
        .post("/login", &[("login", "lantern"), ("password", THIRD)], 303)
        .await;
    recorder
        .post("/login/code", &[("code", "zzzz-zzzz-zzzz-zzzz")], 422)
        .await;
    recorder
        .post("/login/code", &[("code", &codes[0]), ("remember", "on")], 303)
        .await;
    let shown = recorder.post("/account/recovery-codes", &[], 200).await;
    recorder.record_codes(&shown.text().await.unwrap());
    assert_eq!(recorder.visitor.post("/account/data.zip", &[]).await.status(), 200);
    recorder.post("/account/deletion", &[("email", WRONG)], 422).await;
    recorder.post("/account/deletion", &[("email", NEW_ADDRESS)], 303).await;
    recorder.post("/account/deletion/undo", &[], 303).await;
    recorder.visitor.get("/account/activity").await;
    recorder.canaries
}

/// The log lines that contain a secret.
fn leaks(log: &[String], canaries: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for line in log {
        for canary in canaries.iter().filter(|canary| line.contains(canary.as_str())) {
            found.push(format!("{canary} in {line}"));
        }
    }
    found
}

/// Runs the program with all log levels while the secrets are used. Returns the log and the secrets.
fn run_and_capture(format: &str, public_url: Option<&str>, mailbox: &Mailbox) -> (Vec<String>, Vec<String>) {
    let folder = TempDir::new().unwrap();
    let (data_folder, url) = match mailbox {
        Mailbox::Server(smtp) => (folder.path(), Some(smtp.url())),
        Mailbox::Folder(folder) => (folder.path(), None),
    };
    let mut program = pocketshop(data_folder);
    program
        .env("SECRET_KEY", KEY)
        .env("POCKETSHOP_LOG", "trace")
        .env("POCKETSHOP_LOG_FORMAT", format);
    if public_url.is_none() {
        program.env("POCKETSHOP_RATE_LIMIT", "off");
    }
    if let Some(url) = url {
        program.env(
            "SMTP_URL",
            url.replace("smtp://", &format!("smtp://postman:{MAIL_PASSWORD}@")),
        );
    }
    if let Some(url) = public_url {
        program.env("PUBLIC_URL", url);
    }
    let server = Server::start(&mut program);
    let host = if public_url.is_some() { "market.example" } else { "" };
    let mut canaries = Vec::new();
    run(async { canaries = use_secrets(&server, host, mailbox).await });
    let log = server.log_lines();
    assert!(log.len() > 40, "{log:?}");
    assert!(log.iter().any(|line| line.contains("/account/second-factor")));
    assert!(
        log.iter().any(|line| line.contains("k…@example.org")),
        "no email was logged"
    );
    assert!(canaries.len() > 50, "{canaries:?}");
    (log, canaries)
}

#[test]
fn no_log_contains_a_secret() {
    for format in ["text", "json"] {
        let (log, canaries) = run_and_capture(format, None, &Mailbox::Server(FakeSmtpServer::start(&[])));
        assert_eq!(leaks(&log, &canaries), [""; 0], "{format}");
    }
}

#[test]
fn in_production_the_log_contains_no_link_even_without_a_mail_server() {
    let mailbox = Mailbox::Folder(TempDir::new().unwrap());
    let (log, canaries) = run_and_capture("text", Some("https://market.example"), &mailbox);
    assert_eq!(leaks(&log, &canaries), [""; 0]);
}

#[test]
fn in_development_the_log_contains_the_link_and_no_other_secret() {
    let mailbox = Mailbox::Folder(TempDir::new().unwrap());
    let (log, canaries) = run_and_capture("text", None, &mailbox);
    let (emails, rest): (Vec<String>, Vec<String>) = log
        .into_iter()
        .partition(|line| line.contains("email written to a file"));
    for page in [
        "/verify?token=",
        "/reset?token=",
        "/email/confirm?token=",
        "/email/undo?token=",
    ] {
        assert!(emails.iter().any(|line| line.contains(page)), "{page}");
    }
    assert_eq!(leaks(&rest, &canaries), [""; 0]);
    let without_links = |line: &String| {
        line.split_whitespace()
            .filter(|word| !word.contains("?token="))
            .collect()
    };
    let emails: Vec<String> = emails.iter().map(without_links).collect();
    assert_eq!(leaks(&emails, &canaries), [""; 0]);
}

/// Input can neither start a new line nor change the color of the terminal.
#[test]
fn input_cannot_add_lines_to_the_log() {
    for format in ["text", "json"] {
        let folder = TempDir::new().unwrap();
        let server = Server::start(
            pocketshop(folder.path())
                .env("POCKETSHOP_LOG", "trace")
                .env("POCKETSHOP_LOG_FORMAT", format),
        );
        let hostile = "a%0d%0a2026-01-01T00:00:00.000000Z%20%20INFO%20forged%1b[31m%c2%9b31m%e2%80%a8";
        for (path, body) in [
            ("/login", format!("login={hostile}&password={hostile}")),
            (
                "/register",
                format!("email={hostile}@example.org&username={hostile}&first_name={hostile}&password={hostile}"),
            ),
            (
                "/register",
                format!("email=ana@example.org&username=ana&first_name={hostile}&password=violet.anchor-91-drum"),
            ),
            (
                "/register",
                "email=ana@example.org&username=ana-two&password=violet.anchor-91-drum".to_owned(),
            ),
            ("/forgot", format!("login={hostile}")),
            (&format!("/{hostile}?next={hostile}"), format!("{hostile}={hostile}")),
        ] {
            let length = body.len();
            let response = server.send_raw(&format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nUser-Agent: x\t\u{9b}31mINFO forged\r\n\
                 X-Forwarded-For: 203.0.113.9\u{9b}forged\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            ));
            assert!(response.starts_with("HTTP/1.1 "), "{path}: {response}");
        }
        for header in [
            "User-Agent: a\u{1b}[31mforged",
            "User-Agent: a\n2026-01-01T00:00:00Z INFO forged",
            "Cookie: pocketshop=\u{1b}forged",
        ] {
            server.send_raw(&format!(
                "GET / HTTP/1.1\r\nHost: localhost\r\n{header}\r\nConnection: close\r\n\r\n"
            ));
        }
        let log = server.log_lines();
        for line in log.iter().filter(|line| !line.starts_with("PocketShop is open")) {
            assert!(!line.chars().any(char::is_control), "{line:?}");
            assert!(!line.contains('\u{2028}'), "{line:?}");
            assert!(!line.contains("203.0.113.9"), "{line}");
            if format == "json" {
                assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
            } else {
                let time = line.split_whitespace().next().unwrap_or_default();
                assert!(
                    time.ends_with('Z') && time.starts_with("20") && !time.starts_with("2026-01-01"),
                    "{line}"
                );
            }
        }
    }
}
