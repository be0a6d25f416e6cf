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

/// The ids of rows of another user, and of a job.
const THEIR_DEVICE: i64 = 501;
const THEIR_BROWSER: i64 = 502;
const DEAD_JOB: i64 = 503;

type StatusTable = BTreeMap<String, Vec<String>>;

/// Reads the reviewed statuses from the file, by `METHOD /path`.
fn read_reviewed() -> StatusTable {
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
    let mut statuses = StatusTable::new();
    for (route, cells) in lines {
        assert_eq!(cells.len(), COLUMNS.len(), "{route}");
        assert!(
            statuses.insert(route.clone(), cells).is_none(),
            "{route} is listed twice"
        );
    }
    statuses
}

/// Formats the statuses as in the file, with aligned columns.
fn format_table(statuses: &StatusTable) -> String {
    let header = COLUMNS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let rows: Vec<(String, Vec<String>)> = [("route".to_owned(), header)]
        .into_iter()
        .chain(statuses.iter().map(|(route, cells)| (route.clone(), cells.clone())))
        .collect();
    let route_width = rows.iter().map(|(route, _)| route.len()).max().unwrap();
    let width = |index: usize| rows.iter().map(|(_, cells)| cells[index].len()).max().unwrap();
    let mut table_text = String::new();
    for (name, cells) in &rows {
        let mut line = format!("{name:route_width$}");
        for (index, cell) in cells.iter().enumerate() {
            let _ = write!(line, " | {cell:width$}", width = width(index));
        }
        let _ = writeln!(table_text, "{}", line.trim_end());
    }
    table_text
}

/// The address of a route, with ids of rows of another user.
fn test_address(route: &Route) -> String {
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

/// The status, and the path of a redirect.
fn status_and_path(response: &Response) -> String {
    let path = location(response).split('?').next().unwrap();
    format!("{} {path}", response.status().as_u16()).trim().to_owned()
}

async fn send(visitor: &Visitor, method: &str, path: &str) -> Response {
    match method {
        "GET" => visitor.get(path).await,
        _ => visitor.post(path, &[]).await,
    }
}

/// Another user's device and browser, and a dead job.
fn add_devices_and_job(conn: &mut Conn, other_user: &Actor) {
    let browser = trusted_browsers::table.find(THEIR_BROWSER);
    diesel::delete(browser).execute(conn).unwrap();
    other_user.reset(conn, TimeDelta::zero());
    other_user.add_session(conn, THEIR_DEVICE, TimeDelta::zero());
    other_user.add_remembered_browser(conn, THEIR_BROWSER);
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
        let other_user = Actor::sign_in(&market, Role::Seller).await;
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
        let mut statuses = StatusTable::new();
        for route in routes::all().await {
            let path = test_address(&route);
            let methods = [("GET", route.is_get()), ("POST", route.is_post())];
            assert!(route.is_get() || route.is_post(), "{route:?}");
            for (method, exists) in methods {
                let mut cells = Vec::new();
                for (name, role, minutes) in COLUMNS {
                    let actor = actors.iter().find(|actor| actor.role == role).unwrap();
                    add_devices_and_job(&mut conn, &other_user);
                    actor.reset(&mut conn, TimeDelta::minutes(minutes));
                    let response = send(&actor.visitor(&market), method, &path).await;
                    if !exists {
                        assert_eq!(response.status(), 405, "{method} {path} as {name}");
                    }
                    cells.push(status_and_path(&response));
                    let left: i64 = sessions::table
                        .find(THEIR_DEVICE)
                        .count()
                        .get_result(&mut conn)
                        .unwrap();
                    assert_eq!(left, 1, "{method} {path} as {name} ended another user's session");
                }
                if exists {
                    statuses.insert(format!("{method} {}", route.full_path), cells);
                }
            }
        }
        let reviewed = read_reviewed();
        let mut errors = String::new();
        for (route, cells) in &statuses {
            match reviewed.get(route) {
                None => {
                    let _ = writeln!(errors, "{route} is not in the file");
                }
                Some(expected) => {
                    for (index, (name, ..)) in COLUMNS
                        .iter()
                        .enumerate()
                        .filter(|(index, _)| expected[*index] != cells[*index])
                    {
                        let _ = writeln!(errors, "{route} as {name}: {}, not {}", cells[index], expected[index]);
                    }
                }
            }
        }
        for route in reviewed.keys().filter(|route| !statuses.contains_key(*route)) {
            let _ = writeln!(errors, "{route} is in the file, but does not exist");
        }
        assert!(
            errors.is_empty(),
            "{errors}\nIf all changes are intended, the file should be:\n\n{}",
            format_table(&statuses)
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
    assert_eq!(table, format_table(&read_reviewed()).lines().collect::<Vec<_>>());
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
            assert_eq!(status_and_path(&visitor.post(path, &[]).await), first, "{path}");
            assert_eq!(status_and_path(&visitor.post(path, &[]).await), "404", "{path} again");
        }
        let retry = format!("/admin/jobs/{DEAD_JOB}/retry");
        assert_eq!(
            status_and_path(&admin.visitor(&market).post(&retry, &[]).await),
            "303 /admin"
        );
        for path in [
            "/account/devices/x/revocation",
            "/account/browsers/99999999999999999999/revocation",
            "/account/devices/-1/revocation",
        ] {
            assert_eq!(
                status_and_path(&user.visitor(&market).post(path, &[]).await),
                "404",
                "{path}"
            );
        }
        for path in ["/admin/jobs/1/retry", "/admin/jobs/x/retry"] {
            assert_eq!(
                status_and_path(&admin.visitor(&market).post(path, &[]).await),
                "404",
                "{path}"
            );
        }
    });
}

/// Only `/confirm` gives access to pages that ask for the password again.
#[test]
fn no_page_renews_recent_authentication() {
    run(async {
        let market = Market::demo();
        let mut conn = market.config.database.connect().unwrap();
        let user = Actor::sign_in(&market, Role::User).await;
        for route in routes::all().await.into_iter().filter(Route::is_post) {
            user.reset(&mut conn, TimeDelta::minutes(11));
            let visitor = user.visitor(&market);
            let path = test_address(&route);
            visitor.post(&path, &[]).await;
            let opened = visitor.get("/account/password").await;
            assert_ne!(opened.status(), 200, "{path} counts as entering the password");
        }
    });
}
