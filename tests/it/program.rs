//! The binary as an operator meets it: its commands, its settings, its start and its end.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const KEY: &str = "a-key-that-is-long-enough-and-was-made-at-random-0123456789-XYZ-qrst";

fn pocketshop(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pocketshop"));
    command
        .env_clear()
        .env("POCKETSHOP_DATA", folder.join("data"))
        .current_dir(folder);
    command
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A served market, ended with the test.
struct Served {
    child: Child,
    port: u16,
    log: std::sync::mpsc::Receiver<String>,
    /// What was said while something was waited for.
    said: RefCell<Vec<String>>,
}

impl Served {
    fn start(command: &mut Command) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut child = command
            .args(["serve", "--bind", &format!("127.0.0.1:{port}")])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, log) = std::sync::mpsc::channel();
        let streams: [Box<dyn Read + Send>; 2] = [
            Box::new(child.stdout.take().unwrap()),
            Box::new(child.stderr.take().unwrap()),
        ];
        for stream in streams {
            let sender = sender.clone();
            let lines = BufReader::new(stream).lines();
            std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(sender.send(line))));
        }
        let said = RefCell::default();
        let served = Self { child, port, log, said };
        served.wait_for("PocketShop is open at");
        served
    }

    fn wait_for(&self, words: &str) -> String {
        loop {
            let line = self
                .log
                .recv_timeout(Duration::from_secs(20))
                .unwrap_or_else(|_| panic!("{words} was never said"));
            self.said.borrow_mut().push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Whether it has said this so far.
    fn heard(&self, words: &str) -> bool {
        self.get("/the-last-line");
        self.wait_for("/the-last-line");
        self.said.borrow().iter().any(|line| line.contains(words))
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        text(&answer)
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ))
    }

    /// Sends a signal by the process's id.
    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
    }

    fn ended(&mut self, within: Duration) -> i32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            assert!(start.elapsed() < within, "it is still running");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_stranger_understands_the_help() {
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
        "--demo",
    ] {
        assert!(help.contains(word), "{word} is not in:\n{help}");
    }
    let version = text(&run(pocketshop(folder.path()).arg("--version")).stdout);
    assert_eq!(version.trim(), format!("pocketshop {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_is_wrong_is_said_in_one_line() {
    let folder = TempDir::new().unwrap();
    let readonly = folder.path().join("file");
    std::fs::write(&readonly, "").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let readonly = readonly.join("data").display().to_string();
    let key = KEY;
    let wrong: &[(&[(&str, &str)], &str)] = &[
        (&[("POCKETSHOP_BLND", "x")], "POCKETSHOP_BLND is not a setting"),
        (&[("POCKETSHOP_BIND", "here")], "not an address and port"),
        (&[("POCKETSHOP_BIND", &taken)], "is another program there"),
        (&[("POCKETSHOP_DATA", &readonly)], "cannot be written"),
        (&[("POCKETSHOP_CURRENCY", "usd")], "three capitals"),
        (&[("POCKETSHOP_COUNTRY", "USA")], "two capitals"),
        (&[("POCKETSHOP_LOG", "loud")], "none of error, warn, info, debug, trace"),
        (&[("POCKETSHOP_LOG_FORMAT", "xml")], "neither text nor json"),
        (&[("POCKETSHOP_TRUSTED_PROXIES", "proxy")], "not an address or network"),
        (&[("POCKETSHOP_WORKERS", "0")], "from 1 to 256"),
        (&[("POCKETSHOP_RATE_LIMIT", "maybe")], "neither on nor off"),
        (
            &[
                ("POCKETSHOP_RATE_LIMIT", "off"),
                ("PUBLIC_URL", "https://market.example"),
            ],
            "must be on",
        ),
        (&[("PUBLIC_URL", "market.example")], "not an address like"),
        (&[("PUBLIC_URL", "https://market.example/shop")], "without a path"),
        (
            &[("DATABASE_URL", "postgres://u:hidden/word@127.0.0.1/x")],
            "does not read as",
        ),
        (
            &[("DATABASE_URL", "postgres://u:hidden@word@127.0.0.1/x")],
            "does not read as",
        ),
        (
            &[("PUBLIC_URL", "http://:hidden-word@localhost:1/#x")],
            "not an address like",
        ),
        (&[("DATABASE_URL", "mysql://x")], "neither sqlite:PATH nor postgres://"),
        (
            &[("DATABASE_URL", "postgres://x@127.0.0.1:1/x")],
            "SECRET_KEY is not set",
        ),
        (
            &[("DATABASE_URL", "postgres://x@127.0.0.1:1/x"), ("SECRET_KEY", "short")],
            "too short or an example",
        ),
        (&[("SECRET_KEY", &"change-me-".repeat(8))], "too short or an example"),
        (&[("SECRET_KEY_FILE", "/none")], "cannot be read"),
        (
            &[
                ("DATABASE_URL", "postgres://x:hidden-word@127.0.0.1:1/x"),
                ("SECRET_KEY", key),
            ],
            "could not be reached",
        ),
    ];
    refused(folder.path(), wrong);
}

#[test]
fn a_wrong_key_mail_server_or_cost_is_said_in_one_line() {
    let folder = TempDir::new().unwrap();
    let key = KEY;
    refused(
        folder.path(),
        &[
            (
                &[("SECRET_KEY", &format!("{key},hidden-word"))],
                "key 2 of SECRET_KEY is too short",
            ),
            (
                &[("SECRET_KEY", &format!("{key},{key}"))],
                "key 2 of SECRET_KEY begins like key 1",
            ),
            (&[("SECRET_KEY", &[key; 5].join(","))], "SECRET_KEY holds 5 keys"),
            (&[("SMTP_URL", "mail.example")], "SMTP_URL does not read as"),
            (
                &[("SMTP_URL", "smtp://u:hidden-word/x@mail.example")],
                "SMTP_URL does not read as",
            ),
            (
                &[("SMTP_URL", "smtp://u:1/hidden-word@mail.example")],
                "SMTP_URL does not read as",
            ),
            (
                &[("SMTP_URL", "http://u:hidden-word@mail.example")],
                "SMTP_URL does not read as",
            ),
            (
                &[("SMTP_URL", "smtp://hidden-word@mail.example")],
                "SMTP_URL does not read as",
            ),
            (
                &[("SMTP_URL", "smtp://u:hidden-word@mail.example?tls=maybe")],
                "SMTP_URL may end in",
            ),
            (&[("SMTP_URL_FILE", "/none")], "cannot be read"),
            (&[("POCKETSHOP_MAIL_FROM", "me")], "is not a sender like"),
            (
                &[("POCKETSHOP_MAIL_FROM", "a@b.example\nBcc: c@d.example")],
                "is not a sender like",
            ),
            (
                &[("POCKETSHOP_PASSWORD_COST", "strong")],
                "is not a cost like m=19456,t=2,p=1",
            ),
            (
                &[("POCKETSHOP_PASSWORD_COST", "m=1024,t=2,p=1")],
                "makes guessing passwords cheap",
            ),
            (
                &[("POCKETSHOP_PASSWORD_COST", "m=99999999,t=2,p=1")],
                "more than a sign-in can bear",
            ),
        ],
    );
}

/// Each is told in one line that holds these words and no secret.
fn refused(folder: &Path, wrong: &[(&[(&str, &str)], &str)]) {
    for (settings, words) in wrong {
        let output = run(pocketshop(folder).envs(settings.iter().copied()));
        let said = text(&output.stderr);
        assert!(!output.status.success(), "{settings:?}");
        assert!(said.contains(words), "{settings:?}: {said}");
        assert!(said.trim().lines().count() == 1, "{settings:?}: {said}");
        assert!(!said.contains("hidden-word") && !said.contains(KEY), "{said}");
    }
}

#[test]
fn check_shows_the_settings_and_no_secret() {
    let folder = TempDir::new().unwrap();
    let key = KEY;
    let fine = run(pocketshop(folder.path())
        .arg("check")
        .env("SECRET_KEY", key)
        .env("POCKETSHOP_CURRENCY", "EUR"));
    let said = text(&fine.stdout);
    assert!(fine.status.success(), "{said}");
    assert!(said.contains("EUR") && said.contains("The settings are fine"), "{said}");
    assert!(
        said.contains("SECRET_KEY") && said.contains("set") && !said.contains(key),
        "{said}"
    );
    assert!(!folder.path().join("data").exists(), "looking made a folder");
    let wrong = run(pocketshop(folder.path())
        .arg("check")
        .env("POCKETSHOP_CURRENCY", "?")
        .env("POCKETSHOP_TYPO", "1"));
    let said = text(&wrong.stdout);
    assert!(!wrong.status.success());
    assert_eq!(said.matches("wrong: ").count(), 2, "{said}");
}

#[test]
fn check_says_where_letters_go_and_keeps_their_password() {
    let folder = TempDir::new().unwrap();
    let check = |settings: &[(&str, &str)]| {
        let output = run(pocketshop(folder.path()).arg("check").envs(settings.iter().copied()));
        let said = text(&output.stdout);
        assert!(output.status.success(), "{said}");
        assert!(!said.contains("hidden-word"), "{said}");
        let smtp = said.lines().find(|line| line.starts_with("SMTP_URL")).unwrap();
        (smtp.ends_with(" set"), said.contains("warning: SMTP_URL is not set"))
    };
    let https = ("PUBLIC_URL", "https://market.example");
    assert_eq!(check(&[]), (false, false));
    assert_eq!(check(&[https]), (false, true));
    assert_eq!(
        check(&[https, ("SMTP_URL", "smtp://u:hidden-word@mail.example")]),
        (true, false)
    );
    let file = folder.path().join("smtp");
    std::fs::write(&file, "smtps://u:hidden-word@mail.example\n").unwrap();
    assert_eq!(check(&[("SMTP_URL_FILE", file.to_str().unwrap())]), (true, false));
}

#[test]
fn a_start_warns_of_letters_that_nobody_gets() {
    let folder = TempDir::new().unwrap();
    let served = Served::start(pocketshop(folder.path()).env("PUBLIC_URL", "https://market.example"));
    assert!(served.heard("SMTP_URL is not set"));
    drop(served);
    let served = Served::start(
        pocketshop(folder.path())
            .env("PUBLIC_URL", "https://market.example")
            .env("SMTP_URL", "smtps://u:hidden-word@mail.example"),
    );
    assert!(!served.heard("SMTP_URL is not set"));
}

#[test]
fn a_rotation_is_followed_by_check() {
    let folder = TempDir::new().unwrap();
    let old = KEY;
    let new = "one-key-that-was-made-later-and-at-random-9876543210-XYZ-qrst-abcdefgh";
    let both = format!("{new},{old}");
    let check = |keys: &str| {
        let said = text(&run(pocketshop(folder.path()).arg("check").env("SECRET_KEY", keys)).stdout);
        assert!(!said.contains(old) && !said.contains(new), "{said}");
        said
    };
    drop(Served::start(pocketshop(folder.path()).env("SECRET_KEY", old)));
    assert!(!check(old).contains("old SECRET_KEY"));
    assert!(check(&both).contains("Keep the old SECRET_KEY: no start has used the new one yet."));
    drop(Served::start(pocketshop(folder.path()).env("SECRET_KEY", &both)));
    assert!(check(&both).contains("The old SECRET_KEY may go."));
}

#[test]
fn the_key_is_made_once_and_is_ours_alone() {
    let folder = TempDir::new().unwrap();
    let key = folder.path().join("data/secret.key");
    run(pocketshop(folder.path()).arg("migrate"));
    let made = std::fs::read(&key).unwrap();
    assert!(made.len() >= 64);
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    run(pocketshop(folder.path()).arg("migrate"));
    assert_eq!(std::fs::read(&key).unwrap(), made);
    assert_eq!(
        std::fs::metadata(folder.path().join("data"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o700
    );
    let left: Vec<PathBuf> = std::fs::read_dir(folder.path().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(
        left.iter().all(|path| !path.display().to_string().contains("probe")),
        "{left:?}"
    );
}

#[test]
fn many_starts_at_once_do_not_get_in_each_others_way() {
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
fn a_port_that_is_taken_is_told_before_anything_is_written() {
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
fn it_finishes_what_it_began_and_ends() {
    for signal in ["TERM", "INT"] {
        let folder = TempDir::new().unwrap();
        let mut served = Served::start(pocketshop(folder.path()).args(["--rate-limit=off", "--log=error"]));
        assert!(served.get("/").starts_with("HTTP/1.1 200"));
        // A body that never comes must not hold the end up for long.
        let mut stalled = served.connect();
        stalled
            .write_all(b"POST /theme HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\nthe")
            .unwrap();
        std::thread::sleep(Duration::from_millis(100));
        served.signal(signal);
        assert_eq!(served.ended(Duration::from_secs(10)), 0, "SIG{signal}");
        let wal = folder.path().join("data/pocketshop.db-wal");
        assert!(
            std::fs::metadata(wal).map_or(0, |file| file.len()) == 0,
            "the write-ahead log is left full"
        );
    }
}

#[test]
fn bodies_that_drip_or_swell_are_cut_off() {
    let folder = TempDir::new().unwrap();
    let served = Served::start(&mut pocketshop(folder.path()));
    let head = |length: &str| {
        format!("POST /theme HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\n{length}\r\n\r\n")
    };
    let start = Instant::now();
    let mut big = served.connect();
    big.write_all(head("Content-Length: 1000000000").as_bytes()).unwrap();
    let mut answer = [0_u8; 12];
    big.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());

    let mut swelling = served.connect();
    swelling
        .write_all(head("Transfer-Encoding: chunked").as_bytes())
        .unwrap();
    let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
    for _ in 0..20 {
        if swelling.write_all(chunk.as_bytes()).is_err() {
            break;
        }
    }
    swelling.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");

    let zipped =
        served.ask(&(head("Content-Encoding: gzip\r\nConnection: close\r\nContent-Length: 4") + "\x1f\x0b\x08\x00"));
    assert!(zipped.starts_with("HTTP/1.1 415"), "{zipped}");

    let start = Instant::now();
    let dripping = served.ask(&head("Content-Length: 100"));
    assert!(dripping.starts_with("HTTP/1.1 408"), "{dripping}");
    assert!(start.elapsed() < Duration::from_secs(18), "{:?}", start.elapsed());
    assert!(served.get("/healthz").contains("200 OK"));
}

#[test]
fn logs_are_for_people_or_for_machines_and_keep_to_their_line() {
    let folder = TempDir::new().unwrap();
    let served = Served::start(pocketshop(folder.path()).env("POCKETSHOP_LOG_FORMAT", "json"));
    served.get("/shops/a%0d%0aforged?token=canary-value");
    let line = served.wait_for("forged");
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
fn readyz_tells_when_the_data_folder_is_gone() {
    let folder = TempDir::new().unwrap();
    let served = Served::start(&mut pocketshop(folder.path()));
    assert!(served.get("/readyz").starts_with("HTTP/1.1 200"));
    std::fs::rename(folder.path().join("data"), folder.path().join("gone")).unwrap();
    assert!(served.get("/readyz").starts_with("HTTP/1.1 503"));
    assert!(served.get("/healthz").starts_with("HTTP/1.1 200"));
}
