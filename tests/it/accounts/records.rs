//! Reads and changes rows about accounts, for tests.

use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use pocketshop::db::Conn;
use pocketshop::jobs;
use reqwest::Response;

use crate::schema::{security_events, throttles, users};
use crate::support::Market;
use crate::support::rows;
use crate::support::visitor::{PASSWORD, Visitor};

pub fn conn(market: &Market) -> Conn {
    market.config.database.connect().unwrap()
}

/// The hash of a user's password.
pub fn stored(market: &Market, username: &str) -> String {
    users::table
        .filter(users::username.eq(username))
        .select(users::password)
        .first(&mut conn(market))
        .unwrap()
}

pub fn set_stored(market: &Market, username: &str, hash: &str) {
    let one = users::table.filter(users::username.eq(username));
    let changed = diesel::update(one)
        .set(users::password.eq(hash))
        .execute(&mut conn(market))
        .unwrap();
    assert_eq!(changed, 1);
}

/// The usernames of the users with this address.
pub fn holders(market: &Market, email: &str) -> Vec<String> {
    users::table
        .filter(users::email.eq(email))
        .select(users::username)
        .load(&mut conn(market))
        .unwrap()
}

pub fn events(market: &Market, kind: &str) -> i64 {
    security_events::table
        .filter(security_events::kind.eq(kind))
        .count()
        .get_result(&mut conn(market))
        .unwrap()
}

/// The counted attempts of a throttle: `account`, `network`, `letter`.
pub fn attempts(market: &Market, kind: &str) -> Vec<i32> {
    throttles::table
        .filter(throttles::name.like(format!("{kind}:%")))
        .select(throttles::attempts)
        .load(&mut conn(market))
        .unwrap()
}

pub fn set_attempts(market: &Market, kind: &str, count: i32) {
    let kind = throttles::table.filter(throttles::name.like(format!("{kind}:%")));
    let changed = diesel::update(kind)
        .set(throttles::attempts.eq(count))
        .execute(&mut conn(market))
        .unwrap();
    assert_eq!(changed, 1);
}

/// When the only throttle of a kind was updated, and until when it is closed.
pub fn closed(market: &Market, kind: &str) -> (NaiveDateTime, NaiveDateTime) {
    throttles::table
        .filter(throttles::name.like(format!("{kind}:%")))
        .select((throttles::updated_at, throttles::closed_until))
        .first(&mut conn(market))
        .unwrap()
}

/// Ages all throttles by this long.
pub fn wait(market: &Market, time: TimeDelta) {
    let conn = &mut conn(market);
    let rows: Vec<(i64, NaiveDateTime, NaiveDateTime)> = throttles::table
        .select((throttles::id, throttles::updated_at, throttles::closed_until))
        .load(conn)
        .unwrap();
    for (id, updated_at, closed_until) in rows {
        diesel::update(throttles::table.find(id))
            .set((
                throttles::updated_at.eq(updated_at - time),
                throttles::closed_until.eq(closed_until - time),
            ))
            .execute(conn)
            .unwrap();
    }
}

pub fn reset_throttles(market: &Market) {
    diesel::delete(throttles::table).execute(&mut conn(market)).unwrap();
}

/// All rows of these tables, as text.
pub fn dump(market: &Market, tables: &[&str]) -> Vec<String> {
    let of = |row: &String| tables.iter().any(|table| row.starts_with(&format!("{table}: ")));
    let rows = rows::dump(&mut conn(market));
    rows.into_iter().filter(of).collect()
}

/// Waits until all emails are sent.
pub async fn idle_rows(market: &Market) {
    let begun = Instant::now();
    while jobs::count_waiting(&mut conn(market), None).unwrap() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "emails are still queued");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What can differ between responses: status, body, and headers except ids and the time.
pub async fn seen(response: Response) -> (u16, Vec<(String, String)>, String) {
    let status = response.status().as_u16();
    let mut headers: Vec<(String, String)> = response
        .headers()
        .iter()
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (status, headers, response.text().await.unwrap())
}

/// Submits the sign-up form.
pub async fn register(visitor: &Visitor, email: &str, username: &str) -> Response {
    register_with(visitor, email, username, PASSWORD).await
}

pub async fn register_with(visitor: &Visitor, email: &str, username: &str, password: &str) -> Response {
    let form = [
        ("email", email),
        ("username", username),
        ("first_name", "Robin"),
        ("last_name", "Tester"),
        ("password", password),
    ];
    visitor.post("/register", &form).await
}
