//! Canaries: recognizable secrets that are used everywhere, and then searched for in the logs.

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

/// Where emails go.
enum Post {
    Server(FakeSmtpServer),
    Folder(TempDir),
}

impl Post {
    fn emails(&self, address: &str) -> Vec<Email> {
        match self {
            Self::Server(smtp) => smtp
                .received()
                .iter()
                .map(|letter| parse_email(letter))
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
        panic!("no letter with {page} came to {address}");
    }
}

/// A user, and all secrets that they got.
struct Story {
    visitor: Visitor,
    canaries: Vec<String>,
}

impl Story {
    fn mark(&mut self, secret: impl Into<String>) {
        self.canaries.push(secret.into());
    }

    fn mark_cookie(&mut self) {
        let cookie = self.visitor.cookie().unwrap_or_default();
        let value = cookie.split_once('=').map_or("", |(_, value)| value);
        if value.len() > 40 {
            self.mark(&value[..40]);
        }
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)], status: u16) -> Response {
        let answer = self.visitor.post(path, form).await;
        assert_eq!(answer.status().as_u16(), status, "{path}");
        self.mark_cookie();
        answer
    }

    /// Opens the link of an email and presses its button.
    async fn follow(&mut self, link: &str, form: &[(&str, &str)]) {
        let (path, token) = link.split_once("?token=").unwrap();
        self.mark(token);
        assert_eq!(self.visitor.get(link).await.status(), 303, "{path}");
        self.mark_cookie();
        assert_eq!(self.visitor.get(path).await.status(), 200, "{path}");
        self.post(path, form, 303).await;
    }

    fn mark_codes(&mut self, page: &str) -> Vec<String> {
        let codes = texts(&Html::parse_document(page), "#codes li");
        assert_eq!(codes.len(), 10);
        for code in &codes {
            self.mark(code);
            self.mark(code.replace('-', ""));
        }
        codes
    }
}

/// Does everything that involves a secret. Returns the secrets.
async fn live(server: &Server, host: &'static str, post: &Post) -> Vec<String> {
    let mut story = Story {
        visitor: Visitor::at_url(&server.url(), host, None),
        canaries: vec![],
    };
    for secret in [KEY, MAIL_PASSWORD, FIRST, WRONG, SECOND, THIRD] {
        story.mark(secret);
        story.mark(BASE64.encode(secret.as_bytes()));
    }
    story.mark(BASE64.encode(format!("\0postman\0{MAIL_PASSWORD}").as_bytes()));
    // Local parts, since the address may be encoded.
    story.mark("kestrel.box");
    story.mark("osprey.crate");
    let person = [("email", ADDRESS), ("username", "lantern"), ("password", FIRST)];
    let names = [("first_name", "Robin"), ("last_name", "Tester")];
    story
        .post(
            "/register",
            &[&person[..2], &names[..], &[("password", "short")]].concat(),
            422,
        )
        .await;
    story.post("/register", &[&person[..], &names[..]].concat(), 303).await;
    let link = post.link(ADDRESS, "/verify?token=").await;
    story.follow(&link, &[]).await;
    story.post("/logout", &[], 303).await;
    story
        .post("/login", &[("login", ADDRESS), ("password", WRONG)], 422)
        .await;
    story
        .post("/login", &[("login", "lantern"), ("password", FIRST)], 303)
        .await;
    story.post("/forgot", &[("login", ADDRESS)], 303).await;
    let link = post.link(ADDRESS, "/reset?token=").await;
    story.follow(&link, &[("password", SECOND)]).await;
    story
        .post("/login", &[("login", ADDRESS), ("password", SECOND)], 303)
        .await;
    story.post("/confirm", &[("password", WRONG)], 422).await;
    story.post("/confirm", &[("password", SECOND)], 303).await;
    story.post("/account/email", &[("email", NEW_ADDRESS)], 303).await;
    let link = post.link(NEW_ADDRESS, "/email/confirm?token=").await;
    story.follow(&link, &[]).await;
    let undo = post.link(ADDRESS, "/email/undo?token=").await;
    story.mark(undo.split_once("?token=").unwrap().1);
    story.post("/account/password", &[("password", THIRD)], 303).await;
    story.post("/account/second-factor/setup", &[], 303).await;
    let page = story.visitor.page("/account/second-factor").await;
    let key = texts(&page, "code.key").remove(0);
    story.mark(&key);
    let key = key.replace(' ', "");
    story.mark(&key);
    let secret = TotpSecret::from_bytes(&BASE32_NOPAD.decode(key.as_bytes()).unwrap()).unwrap();
    let code = secret.code(step_at(now()));
    let shown = story.post("/account/second-factor", &[("code", &code)], 200).await;
    let codes = story.mark_codes(&shown.text().await.unwrap());
    let next = secret.code(step_at(now() + TimeDelta::seconds(30)));
    story
        .post("/confirm", &[("password", THIRD), ("code", &next)], 303)
        .await;
    for code in [code, next] {
        story.mark(format!("={code}"));
        story.mark(format!("\"{code}"));
    }
    story.post("/logout", &[], 303).await;
    story
        .post("/login", &[("login", "lantern"), ("password", THIRD)], 303)
        .await;
    story.post("/login/code", &[("code", "zzzz-zzzz-zzzz-zzzz")], 422).await;
    story
        .post("/login/code", &[("code", &codes[0]), ("remember", "on")], 303)
        .await;
    let shown = story.post("/account/recovery-codes", &[], 200).await;
    story.mark_codes(&shown.text().await.unwrap());
    assert_eq!(story.visitor.post("/account/data.zip", &[]).await.status(), 200);
    story.post("/account/deletion", &[("email", WRONG)], 422).await;
    story.post("/account/deletion", &[("email", NEW_ADDRESS)], 303).await;
    story.post("/account/deletion/undo", &[], 303).await;
    story.visitor.get("/account/activity").await;
    story.canaries
}

/// The lines that hold a secret.
fn leaks(said: &[String], canaries: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for line in said {
        for canary in canaries.iter().filter(|canary| line.contains(canary.as_str())) {
            found.push(format!("{canary} in {line}"));
        }
    }
    found
}

fn trace(format: &str, public_url: Option<&str>, post: &Post) -> (Vec<String>, Vec<String>) {
    let folder = TempDir::new().unwrap();
    let (home, url) = match post {
        Post::Server(smtp) => (folder.path(), Some(smtp.url())),
        Post::Folder(folder) => (folder.path(), None),
    };
    let mut program = pocketshop(home);
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
    run(async { canaries = live(&server, host, post).await });
    let said = server.log_lines();
    assert!(said.len() > 40, "{said:?}");
    assert!(said.iter().any(|line| line.contains("/account/second-factor")));
    assert!(
        said.iter().any(|line| line.contains("k…@example.org")),
        "no email was logged"
    );
    assert!(canaries.len() > 50, "{canaries:?}");
    (said, canaries)
}

#[test]
fn no_log_holds_a_secret() {
    for format in ["text", "json"] {
        let (said, canaries) = trace(format, None, &Post::Server(FakeSmtpServer::start(&[])));
        assert_eq!(leaks(&said, &canaries), [""; 0], "{format}");
    }
}

#[test]
fn in_production_no_log_holds_a_link_even_without_a_mail_server() {
    let post = Post::Folder(TempDir::new().unwrap());
    let (said, canaries) = trace("text", Some("https://market.example"), &post);
    assert_eq!(leaks(&said, &canaries), [""; 0]);
}

#[test]
fn in_development_the_log_holds_the_link_and_nothing_else() {
    let post = Post::Folder(TempDir::new().unwrap());
    let (said, canaries) = trace("text", None, &post);
    let (emails, rest): (Vec<String>, Vec<String>) = said
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
    let told = |line: &String| {
        line.split_whitespace()
            .filter(|word| !word.contains("?token="))
            .collect()
    };
    let emails: Vec<String> = emails.iter().map(told).collect();
    assert_eq!(leaks(&emails, &canaries), [""; 0]);
}

/// Input can neither start a line of its own nor color one.
#[test]
fn input_cannot_add_lines_to_the_log() {
    for format in ["text", "json"] {
        let folder = TempDir::new().unwrap();
        let server = Server::start(
            pocketshop(folder.path())
                .env("POCKETSHOP_LOG", "trace")
                .env("POCKETSHOP_LOG_FORMAT", format),
        );
        let evil = "a%0d%0a2026-01-01T00:00:00.000000Z%20%20INFO%20forged%1b[31m%c2%9b31m%e2%80%a8";
        for (path, body) in [
            ("/login", format!("login={evil}&password={evil}")),
            (
                "/register",
                format!("email={evil}@example.org&username={evil}&first_name={evil}&password={evil}"),
            ),
            (
                "/register",
                format!("email=ana@example.org&username=ana&first_name={evil}&password=violet.anchor-91-drum"),
            ),
            (
                "/register",
                "email=ana@example.org&username=ana-two&password=violet.anchor-91-drum".to_owned(),
            ),
            ("/forgot", format!("login={evil}")),
            (&format!("/{evil}?next={evil}"), format!("{evil}={evil}")),
        ] {
            let length = body.len();
            let answer = server.send_raw(&format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nUser-Agent: x\t\u{9b}31mINFO forged\r\n\
                 X-Forwarded-For: 203.0.113.9\u{9b}forged\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            ));
            assert!(answer.starts_with("HTTP/1.1 "), "{path}: {answer}");
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
        let said = server.log_lines();
        for line in said.iter().filter(|line| !line.starts_with("PocketShop is open")) {
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
