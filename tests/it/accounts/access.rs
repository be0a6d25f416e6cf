//! The status of every route for every role, compared with `tests/corpus/access.txt`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use chrono::TimeDelta;
use diesel::prelude::*;
use pocketshop::db::Conn;
use reqwest::Response;

use crate::schema::{jobs, sessions, trusted_browsers};
use crate::support::roles::{Actor, Role, now};
use crate::support::routes::{self, Route};
use crate::support::visitor::{Visitor, location};
use crate::support::{Market, run};

/// The columns of the file: a role, and how many minutes ago the password was entered.
const COLUMNS: [(&str, Role, i64); 8] = [
    ("guest", Role::Guest, 0),
    ("code due", Role::PendingSecondFactor, 0),
    ("user", Role::User, 0),
    ("user, 11 min", Role::User, 11),
    ("seller", Role::Seller, 0),
    ("admin, no factor", Role::AdminWithoutFactor, 0),
    ("admin", Role::Admin, 0),
    ("admin, 11 min", Role::Admin, 11),
];

/// Rows of another user, or of nobody.
const THEIR_DEVICE: i64 = 501;
const THEIR_BROWSER: i64 = 502;
const DEAD_JOB: i64 = 503;

type StatusTable = BTreeMap<String, Vec<String>>;

/// The reviewed statuses, by `METHOD /path`.
fn reviewed() -> StatusTable {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/access.txt");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let mut lines = text
        .lines()
        .filter(|line| !(line.is_empty() || line.starts_with('#')))
        .map(|line| {
            let mut cells = line.split(" | ").map(|cell| cell.trim().to_owned());
            (cells.next().unwrap(), cells.collect::<Vec<_>>())
        });
    let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(
        lines.next().unwrap_or_default().1,
        names,
        "the first line names the columns"
    );
    let mut answers = StatusTable::new();
    for (route, cells) in lines {
        assert_eq!(cells.len(), COLUMNS.len(), "{route}");
        assert!(
            answers.insert(route.clone(), cells).is_none(),
            "{route} is listed twice"
        );
    }
    answers
}

fn written(answers: &StatusTable) -> String {
    let head = COLUMNS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let rows: Vec<(String, Vec<String>)> = [("route".to_owned(), head)]
        .into_iter()
        .chain(answers.iter().map(|(route, cells)| (route.clone(), cells.clone())))
        .collect();
    let route_width = rows.iter().map(|(route, _)| route.len()).max().unwrap();
    let width = |at: usize| rows.iter().map(|(_, cells)| cells[at].len()).max().unwrap();
    let mut out = String::new();
    for (name, cells) in &rows {
        let mut line = format!("{name:route_width$}");
        for (at, cell) in cells.iter().enumerate() {
            let _ = write!(line, " | {cell:width$}", width = width(at));
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

fn address(route: &Route) -> String {
    let ids = [
        ("{session}", THEIR_DEVICE),
        ("{browser}", THEIR_BROWSER),
        ("{job}", DEAD_JOB),
    ];
    let mut route = route.clone();
    for (part, id) in ids {
        route.full_path = route.full_path.replace(part, &id.to_string());
    }
    route.address()
}

fn said(response: &Response) -> String {
    let to = location(response).split('?').next().unwrap();
    format!("{} {to}", response.status().as_u16()).trim().to_owned()
}

async fn send(visitor: &Visitor, method: &str, path: &str) -> Response {
    match method {
        "GET" => visitor.get(path).await,
        _ => visitor.post(path, &[]).await,
    }
}

/// Another user's device and browser, and a dead job.
fn add_devices_and_job(conn: &mut Conn, stranger: &Actor) {
    let browser = trusted_browsers::table.find(THEIR_BROWSER);
    diesel::delete(browser).execute(conn).unwrap();
    stranger.reset(conn, TimeDelta::zero());
    stranger.add_session(conn, THEIR_DEVICE, TimeDelta::zero());
    stranger.add_remembered_browser(conn, THEIR_BROWSER);
    diesel::delete(jobs::table.find(DEAD_JOB)).execute(conn).unwrap();
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(DEAD_JOB),
            jobs::kind.eq("nothing"),
            jobs::payload.eq(""),
            jobs::run_at.eq(now()),
            jobs::attempts.eq(9),
            jobs::error.eq("it failed"),
            jobs::dead_at.eq(now()),
            jobs::created_at.eq(now()),
        ))
        .execute(conn)
        .unwrap();
}

#[test]
fn every_role_gets_the_reviewed_status_on_every_route() {
    run(async {
        let market = Market::demo();
        let mut conn = market.config.database.connect().unwrap();
        let stranger = Actor::sign_in(&market, Role::Seller).await;
        let mut actors = Vec::new();
        for role in [
            Role::Guest,
            Role::PendingSecondFactor,
            Role::User,
            Role::AdminWithoutFactor,
            Role::Admin,
        ] {
            actors.push(Actor::sign_in(&market, role).await);
        }
        actors.push(Actor::sign_in_as(&market, "tomas", Role::Seller).await);
        let mut answers = StatusTable::new();
        for route in routes::all().await {
            let path = address(&route);
            let methods = [("GET", route.is_get()), ("POST", route.is_post())];
            assert!(route.is_get() || route.is_post(), "{route:?}");
            for (method, known) in methods {
                let mut cells = Vec::new();
                for (name, role, minutes) in COLUMNS {
                    let actor = actors.iter().find(|actor| actor.role == role).unwrap();
                    add_devices_and_job(&mut conn, &stranger);
                    actor.reset(&mut conn, TimeDelta::minutes(minutes));
                    let answer = send(&actor.visitor(&market), method, &path).await;
                    if !known {
                        assert_eq!(answer.status(), 405, "{method} {path} as {name}");
                    }
                    cells.push(said(&answer));
                    let left: i64 = sessions::table
                        .find(THEIR_DEVICE)
                        .count()
                        .get_result(&mut conn)
                        .unwrap();
                    assert_eq!(left, 1, "{method} {path} as {name} ended someone else's sign-in");
                }
                if known {
                    answers.insert(format!("{method} {}", route.full_path), cells);
                }
            }
        }
        let reviewed = reviewed();
        let mut wrong = String::new();
        for (route, cells) in &answers {
            match reviewed.get(route) {
                None => {
                    let _ = writeln!(wrong, "{route} is not in the file");
                }
                Some(expected) => {
                    for (at, (name, ..)) in COLUMNS.iter().enumerate().filter(|(at, _)| expected[*at] != cells[*at]) {
                        let _ = writeln!(wrong, "{route} as {name}: {}, not {}", cells[at], expected[at]);
                    }
                }
            }
        }
        for route in reviewed.keys().filter(|route| !answers.contains_key(*route)) {
            let _ = writeln!(wrong, "{route} is in the file, but does not exist");
        }
        assert!(
            wrong.is_empty(),
            "{wrong}\nIf all changes are intended, the file should be:\n\n{}",
            written(&answers)
        );
    });
}

#[test]
fn the_file_is_aligned() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/access.txt");
    let text = std::fs::read_to_string(file).unwrap();
    let table: Vec<&str> = text
        .lines()
        .filter(|line| !(line.is_empty() || line.starts_with('#')))
        .collect();
    assert_eq!(table, written(&reviewed()).lines().collect::<Vec<_>>());
}

#[test]
fn own_devices_and_browsers_are_revoked_and_a_dead_job_is_retried() {
    run(async {
        let market = Market::demo();
        let mut conn = market.config.database.connect().unwrap();
        let user = Actor::sign_in(&market, Role::User).await;
        let admin = Actor::sign_in(&market, Role::Admin).await;
        add_devices_and_job(&mut conn, &user);
        let device = format!("/account/devices/{THEIR_DEVICE}/revocation");
        let browser = format!("/account/browsers/{THEIR_BROWSER}/revocation");
        for (path, first) in [(&device, "303 /account/devices"), (&browser, "303 /account/devices")] {
            let visitor = user.visitor(&market);
            assert_eq!(said(&visitor.post(path, &[]).await), first, "{path}");
            assert_eq!(said(&visitor.post(path, &[]).await), "404", "{path} again");
        }
        let retry = format!("/admin/jobs/{DEAD_JOB}/retry");
        assert_eq!(said(&admin.visitor(&market).post(&retry, &[]).await), "303 /admin");
        for path in [
            "/account/devices/x/revocation",
            "/account/browsers/99999999999999999999/revocation",
            "/account/devices/-1/revocation",
        ] {
            assert_eq!(said(&user.visitor(&market).post(path, &[]).await), "404", "{path}");
        }
        for path in ["/admin/jobs/1/retry", "/admin/jobs/x/retry"] {
            assert_eq!(said(&admin.visitor(&market).post(path, &[]).await), "404", "{path}");
        }
    });
}

/// No other page gives access to what the password is asked again for.
#[test]
fn no_page_renews_recent_authentication() {
    run(async {
        let market = Market::demo();
        let mut conn = market.config.database.connect().unwrap();
        let user = Actor::sign_in(&market, Role::User).await;
        for route in routes::all().await.into_iter().filter(Route::is_post) {
            user.reset(&mut conn, TimeDelta::minutes(11));
            let visitor = user.visitor(&market);
            let path = address(&route);
            visitor.post(&path, &[]).await;
            let opened = visitor.get("/account/password").await;
            assert_ne!(opened.status(), 200, "{path} stands for the password");
        }
    });
}
