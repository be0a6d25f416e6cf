//! Helpers that read and change rows of accounts and throttles, and register users.

use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use pocketshop::db::Conn;
use reqwest::Response;

use crate::schema::{security_events, throttles, users};
use crate::support::Market;
use crate::support::jobs::count_waiting;
use crate::support::rows;
use crate::support::visitor::{PASSWORD, Visitor};

pub fn conn(market: &Market) -> Conn {
    market.config.database.connect().unwrap()
}

/// The hash of a user's password.
pub fn password_hash(market: &Market, username: &str) -> String {
    users::table
        .filter(users::username.eq(username))
        .select(users::password)
        .first(&mut conn(market))
        .unwrap()
}

/// Replaces the hash of a user's password.
pub fn set_password_hash(market: &Market, username: &str, hash: &str) {
    let user = users::table.filter(users::username.eq(username));
    let changed = diesel::update(user)
        .set(users::password.eq(hash))
        .execute(&mut conn(market))
        .unwrap();
    assert_eq!(changed, 1);
}

/// The usernames of the users with this email address.
pub fn usernames_with_email(market: &Market, email: &str) -> Vec<String> {
    users::table
        .filter(users::email.eq(email))
        .select(users::username)
        .load(&mut conn(market))
        .unwrap()
}

/// The number of security events of a kind.
pub fn count_events(market: &Market, kind: &str) -> i64 {
    security_events::table
        .filter(security_events::kind.eq(kind))
        .count()
        .get_result(&mut conn(market))
        .unwrap()
}

/// The counts of attempts of all throttles of a kind, such as `account` or `network`.
pub fn throttle_attempts(market: &Market, kind: &str) -> Vec<i32> {
    throttles::table
        .filter(throttles::name.like(format!("{kind}:%")))
        .select(throttles::attempts)
        .load(&mut conn(market))
        .unwrap()
}

/// Sets the count of attempts of the only throttle of a kind.
pub fn set_throttle_attempts(market: &Market, kind: &str, count: i32) {
    let kind = throttles::table.filter(throttles::name.like(format!("{kind}:%")));
    let changed = diesel::update(kind)
        .set(throttles::attempts.eq(count))
        .execute(&mut conn(market))
        .unwrap();
    assert_eq!(changed, 1);
}

/// When the only throttle of a kind was updated, and until when it refuses attempts.
pub fn throttle_times(market: &Market, kind: &str) -> (NaiveDateTime, NaiveDateTime) {
    throttles::table
        .filter(throttles::name.like(format!("{kind}:%")))
        .select((throttles::updated_at, throttles::closed_until))
        .first(&mut conn(market))
        .unwrap()
}

/// Moves the times of all throttles into the past by this duration.
pub fn age_throttles(market: &Market, time: TimeDelta) {
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

/// Deletes all throttles.
pub fn reset_throttles(market: &Market) {
    diesel::delete(throttles::table).execute(&mut conn(market)).unwrap();
}

/// All rows of these tables, as text.
pub fn dump(market: &Market, tables: &[&str]) -> Vec<String> {
    let is_selected = |row: &String| tables.iter().any(|table| row.starts_with(&format!("{table}: ")));
    let rows = rows::dump(&mut conn(market));
    rows.into_iter().filter(is_selected).collect()
}

/// Waits until no job is queued, so that all emails are sent.
pub async fn wait_for_emails(market: &Market) {
    let start = Instant::now();
    while count_waiting(&mut conn(market), None) > 0 {
        assert!(start.elapsed() < Duration::from_secs(20), "emails are still queued");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What two equal responses have in common: status, body, and headers except the request id and date.
pub async fn comparable_response(response: Response) -> (u16, Vec<(String, String)>, String) {
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
