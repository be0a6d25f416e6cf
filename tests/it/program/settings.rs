//! Settings: errors are reported, and `check` shows the settings.

use std::net::TcpListener;
use std::path::Path;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use pocketshop::db::Location;
use tempfile::TempDir;

use crate::schema::jobs;
use crate::support::binary::{KEY, Server, pocketshop, run, text};

#[test]
fn configuration_errors_are_reported_in_one_line() {
    let folder = TempDir::new().unwrap();
    let file_as_folder = folder.path().join("file");
    std::fs::write(&file_as_folder, "").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let file_as_folder = file_as_folder.join("data").display().to_string();
    let key = KEY;
    let invalid: &[(&[(&str, &str)], &str)] = &[
        (&[("POCKETSHOP_BLND", "x")], "POCKETSHOP_BLND is not a setting"),
        (&[("POCKETSHOP_BIND", "here")], "not an address and port"),
        (&[("POCKETSHOP_BIND", &taken)], "another program may be using it"),
        (&[("POCKETSHOP_DATA", &file_as_folder)], "cannot be written"),
        (&[("POCKETSHOP_CURRENCY", "usd")], "three capital letters"),
        (&[("POCKETSHOP_COUNTRY", "USA")], "two capital letters"),
        (
            &[("POCKETSHOP_LOG", "loud")],
            "not one of error, warn, info, debug, trace",
        ),
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
            "is not like",
        ),
        (
            &[("DATABASE_URL", "postgres://u:hidden@word@127.0.0.1/x")],
            "is not like",
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
    assert_refused(folder.path(), invalid);
}

#[test]
fn a_wrong_key_mail_server_or_cost_is_reported_in_one_line() {
    let folder = TempDir::new().unwrap();
    let key = KEY;
    assert_refused(
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
            (&[("SECRET_KEY", &[key; 5].join(","))], "SECRET_KEY has 5 keys"),
            (&[("SMTP_URL", "mail.example")], "SMTP_URL is not like"),
            (
                &[("SMTP_URL", "smtp://u:hidden-word/x@mail.example")],
                "SMTP_URL is not like",
            ),
            (
                &[("SMTP_URL", "smtp://u:1/hidden-word@mail.example")],
                "SMTP_URL is not like",
            ),
            (
                &[("SMTP_URL", "http://u:hidden-word@mail.example")],
                "SMTP_URL is not like",
            ),
            (
                &[("SMTP_URL", "smtp://hidden-word@mail.example")],
                "SMTP_URL is not like",
            ),
            (
                &[("SMTP_URL", "smtp://u:hidden-word@mail.example?tls=maybe")],
                "the only query that SMTP_URL may have",
            ),
            (&[("SMTP_URL_FILE", "/none")], "cannot be read"),
            (
                &[("POCKETSHOP_METRICS_TOKEN", "short")],
                "POCKETSHOP_METRICS_TOKEN must have 16",
            ),
            (
                &[("POCKETSHOP_METRICS_TOKEN_FILE", "/none")],
                "POCKETSHOP_METRICS_TOKEN_FILE names",
            ),
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
                "makes guessing passwords too cheap",
            ),
            (
                &[("POCKETSHOP_PASSWORD_COST", "m=99999999,t=2,p=1")],
                "too expensive for a sign-in",
            ),
        ],
    );
}

/// Asserts that each set of settings is refused, with one line that contains the expected text and no secret.
pub(super) fn assert_refused(folder: &Path, invalid: &[(&[(&str, &str)], &str)]) {
    for (settings, expected) in invalid {
        let output = run(pocketshop(folder).envs(settings.iter().copied()));
        let printed = text(&output.stderr);
        assert!(!output.status.success(), "{settings:?}");
        assert!(printed.contains(expected), "{settings:?}: {printed}");
        assert!(printed.trim().lines().count() == 1, "{settings:?}: {printed}");
        assert!(!printed.contains("hidden-word") && !printed.contains(KEY), "{printed}");
    }
}

#[test]
fn check_shows_the_settings_and_no_secret() {
    let folder = TempDir::new().unwrap();
    let key = KEY;
    let valid = run(pocketshop(folder.path())
        .arg("check")
        .env("SECRET_KEY", key)
        .env("POCKETSHOP_CURRENCY", "EUR"));
    let printed = text(&valid.stdout);
    assert!(valid.status.success(), "{printed}");
    assert!(
        printed.contains("EUR") && printed.contains("The settings are fine"),
        "{printed}"
    );
    assert!(
        printed.contains("SECRET_KEY") && printed.contains("set") && !printed.contains(key),
        "{printed}"
    );
    assert!(!folder.path().join("data").exists(), "`check` created a folder");
    let invalid = run(pocketshop(folder.path())
        .arg("check")
        .env("POCKETSHOP_CURRENCY", "?")
        .env("POCKETSHOP_TYPO", "1"));
    let printed = text(&invalid.stdout);
    assert!(!invalid.status.success());
    assert_eq!(printed.matches("error: ").count(), 2, "{printed}");
}

#[test]
fn check_shows_the_mail_server_without_its_password() {
    let folder = TempDir::new().unwrap();
    let check = |settings: &[(&str, &str)]| {
        let output = run(pocketshop(folder.path()).arg("check").envs(settings.iter().copied()));
        let printed = text(&output.stdout);
        assert!(output.status.success(), "{printed}");
        assert!(!printed.contains("hidden-word"), "{printed}");
        let smtp = printed.lines().find(|line| line.starts_with("SMTP_URL")).unwrap();
        (smtp.ends_with(" set"), printed.contains("warning: SMTP_URL is not set"))
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
fn a_start_without_a_mail_server_warns() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(pocketshop(folder.path()).env("PUBLIC_URL", "https://market.example"));
    assert!(server.has_logged("SMTP_URL is not set"));
    drop(server);
    let server = Server::start(
        pocketshop(folder.path())
            .env("PUBLIC_URL", "https://market.example")
            .env("SMTP_URL", "smtps://u:hidden-word@mail.example"),
    );
    assert!(!server.has_logged("SMTP_URL is not set"));
}

#[test]
fn check_reports_the_progress_of_a_key_rotation() {
    let folder = TempDir::new().unwrap();
    let old = KEY;
    let new = "one-key-that-was-made-later-and-at-random-9876543210-XYZ-qrst-abcdefgh";
    let both = format!("{new},{old}");
    let check = |keys: &str| {
        let printed = text(&run(pocketshop(folder.path()).arg("check").env("SECRET_KEY", keys)).stdout);
        assert!(!printed.contains(old) && !printed.contains(new), "{printed}");
        printed
    };
    drop(Server::start(pocketshop(folder.path()).env("SECRET_KEY", old)));
    assert!(!check(old).contains("old SECRET_KEY"));
    assert!(check(&both).contains("Keep the old SECRET_KEY: PocketShop has not started with the new one yet."));
    drop(Server::start(pocketshop(folder.path()).env("SECRET_KEY", &both)));
    assert!(check(&both).contains("The old SECRET_KEY can be removed."));
}

#[test]
fn check_reports_dead_jobs() {
    let folder = TempDir::new().unwrap();
    run(pocketshop(folder.path()).arg("migrate"));
    let mut conn = Location::Sqlite(folder.path().join("data/pocketshop.db"))
        .connect()
        .unwrap();
    let check = || text(&run(pocketshop(folder.path()).arg("check")).stdout);
    let mut add = |id: i64, dead: Option<&str>| {
        let dead: Option<NaiveDateTime> = dead.map(|at| at.parse().unwrap());
        let then: NaiveDateTime = "2026-11-23T10:11:12".parse().unwrap();
        diesel::insert_into(jobs::table)
            .values((
                jobs::id.eq(id),
                jobs::kind.eq("mail"),
                jobs::payload.eq(""),
                jobs::run_at.eq(then),
                jobs::attempts.eq(9),
                jobs::error.eq(""),
                jobs::dead_at.eq(dead),
                jobs::created_at.eq(then),
            ))
            .execute(&mut conn)
            .unwrap();
    };
    add(1, None);
    assert!(!check().contains("failed; see"), "{}", check());
    add(2, Some("2026-11-23T10:11:12"));
    assert!(check().contains("\n1 job has failed; see /admin.\n"), "{}", check());
    add(3, Some("2026-11-23T10:11:12"));
    assert!(check().contains("\n2 jobs have failed; see /admin.\n"), "{}", check());
}
