//! Helpers for account tests: reading and changing rows, and steps that users take often.

use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, SubsecRound, TimeDelta};
use data_encoding::BASE32_NOPAD;
use diesel::prelude::*;
use pocketshop::accounts::{TotpSecret, step_at};
use pocketshop::db::Conn;

use crate::schema::{jobs, sessions, shops, throttles, tokens, trusted_browsers, users};
use crate::support::visitor::{PASSWORD, Visitor, location};
use crate::support::{Market, rows, texts};

/// Another valid password.
pub const NEW_PASSWORD: &str = "seven lamps on the quay";

#[expect(clippy::disallowed_methods, reason = "the market under test reads the clock too")]
pub fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}

pub fn connect(market: &Market) -> Conn {
    market.config.database.connect().unwrap()
}

pub fn email_of(name: &str) -> String {
    format!("{}@example.org", name.to_lowercase())
}

pub fn user_id(market: &Market, name: &str) -> i64 {
    users::table
        .filter(users::username.eq(name))
        .select(users::id)
        .first(&mut connect(market))
        .unwrap()
}

/// The ids of a user's sessions.
pub fn session_ids(market: &Market, name: &str) -> Vec<i64> {
    sessions::table
        .filter(sessions::user_id.eq(user_id(market, name)))
        .order(sessions::id)
        .select(sessions::id)
        .load(&mut connect(market))
        .unwrap()
}

/// Sets how long ago all sessions of a user started and were last used.
pub fn age_sessions(market: &Market, name: &str, age: TimeDelta, idle: TimeDelta) {
    let selected = sessions::table.filter(sessions::user_id.eq(user_id(market, name)));
    let changed = diesel::update(selected)
        .set((sessions::created_at.eq(now() - age), sessions::seen_at.eq(now() - idle)))
        .execute(&mut connect(market))
        .unwrap();
    assert!(changed > 0, "{name} is not signed in");
}

/// Sets how long ago the user last entered the password.
pub fn age_password(market: &Market, name: &str, auth_age: TimeDelta) {
    let selected = sessions::table.filter(sessions::user_id.eq(user_id(market, name)));
    diesel::update(selected)
        .set(sessions::auth_at.eq(now() - auth_age))
        .execute(&mut connect(market))
        .unwrap();
}

/// Moves the time when links were emailed into the past by this duration. The links still expire at the same time.
pub fn age_emails(market: &Market, name: &str, age: TimeDelta) {
    let mut conn = connect(market);
    let selected = tokens::table.filter(tokens::user_id.eq(user_id(market, name)));
    let rows: Vec<(i64, NaiveDateTime)> = selected
        .select((tokens::id, tokens::created_at))
        .load(&mut conn)
        .unwrap();
    for (id, at) in rows {
        diesel::update(tokens::table.find(id))
            .set(tokens::created_at.eq(at - age))
            .execute(&mut conn)
            .unwrap();
    }
}

/// Deletes all throttles.
pub fn reset_throttles(market: &Market) {
    diesel::delete(throttles::table).execute(&mut connect(market)).unwrap();
}

/// Adds a remembered browser.
pub fn trust_browser(market: &Market, name: &str) {
    diesel::insert_into(trusted_browsers::table)
        .values((
            trusted_browsers::id.eq(now().and_utc().timestamp_micros()),
            trusted_browsers::user_id.eq(user_id(market, name)),
            trusted_browsers::hash.eq(format!("of {name}")),
            trusted_browsers::address.eq(""),
            trusted_browsers::agent.eq(""),
            trusted_browsers::created_at.eq(now()),
            trusted_browsers::expires_at.eq(now() + TimeDelta::days(30)),
        ))
        .execute(&mut connect(market))
        .unwrap();
}

pub fn count_trusted_browsers(market: &Market, name: &str) -> i64 {
    trusted_browsers::table
        .filter(trusted_browsers::user_id.eq(user_id(market, name)))
        .count()
        .get_result(&mut connect(market))
        .unwrap()
}

/// Adds an open shop with this name and slug. Returns its id.
pub fn open_shop(market: &Market, owner: &str, name: &str, slug: &str) -> i64 {
    let id = now().and_utc().timestamp_micros();
    diesel::insert_into(shops::table)
        .values((
            shops::id.eq(id),
            shops::owner_id.eq(user_id(market, owner)),
            shops::name.eq(name),
            shops::slug.eq(slug),
            shops::tagline.eq("Things of clay"),
            shops::bio.eq("I began with a wheel from my aunt."),
            shops::announcement.eq("Kiln day is Friday."),
            shops::location.eq("Lisbon"),
            shops::shop_image.eq(""),
            shops::state.eq("open"),
            shops::vacation_message.eq(""),
            shops::hue.eq(20),
            shops::vividness.eq("calm"),
            shops::corner.eq("round"),
            shops::created_at.eq(now()),
            shops::updated_at.eq(now()),
        ))
        .execute(&mut connect(market))
        .unwrap();
    id
}

/// Waits until no job is due.
pub async fn wait_for_jobs(market: &Market) {
    let start = Instant::now();
    loop {
        let due: i64 = jobs::table
            .filter(jobs::dead_at.is_null())
            .filter(jobs::run_at.le(now()))
            .count()
            .get_result(&mut connect(market))
            .unwrap();
        if due == 0 {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{due} jobs are not done");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// All rows of the database, after all due jobs are done.
pub async fn dump(market: &Market) -> Vec<String> {
    wait_for_jobs(market).await;
    rows::dump(&mut connect(market))
}

/// Signs in with the password in another browser.
pub async fn another_browser(market: &Market, name: &str) -> Visitor {
    let visitor = Visitor::new(market);
    let response = visitor.sign_in(name, PASSWORD).await;
    assert_eq!((response.status().as_u16(), location(&response)), (303, "/account"));
    visitor
}

/// Sets up the second factor through the forms. Returns the secret and the recovery codes.
pub async fn turn_on_second_factor(visitor: &Visitor) -> (TotpSecret, Vec<String>) {
    let secret = set_up_second_factor(visitor).await;
    let response = visitor
        .post("/account/second-factor", &[("code", &secret.code(step_at(now())))])
        .await;
    assert_eq!(response.status(), 200);
    let page = scraper::Html::parse_document(&response.text().await.unwrap());
    (secret, texts(&page, "#codes li"))
}

/// Sets up a second factor without turning it on. Returns its secret.
pub async fn set_up_second_factor(visitor: &Visitor) -> TotpSecret {
    let response = visitor.post("/account/second-factor/setup", &[]).await;
    assert_eq!(
        (response.status().as_u16(), location(&response)),
        (303, "/account/second-factor")
    );
    let page = visitor.page("/account/second-factor").await;
    let key = texts(&page, "code.key").remove(0).replace(' ', "");
    TotpSecret::from_bytes(&BASE32_NOPAD.decode(key.as_bytes()).unwrap()).unwrap()
}

/// The current code, which is valid even if it was used before.
pub fn unused_code(market: &Market, name: &str, secret: &TotpSecret) -> String {
    reset_used_codes(market, name);
    secret.code(step_at(now()))
}

/// Deletes the record of used codes, so that they are valid again.
pub fn reset_used_codes(market: &Market, name: &str) {
    diesel::update(users::table.filter(users::username.eq(name)))
        .set(users::totp_step.eq(0))
        .execute(&mut connect(market))
        .unwrap();
}

/// Signs in with the password in another browser, where the second factor is pending then.
pub async fn pending_sign_in(market: &Market, name: &str) -> Visitor {
    let visitor = Visitor::new(market);
    let response = visitor.sign_in(name, PASSWORD).await;
    assert_eq!(response.status(), 303);
    assert!(
        location(&response).starts_with("/login/code"),
        "{}",
        location(&response)
    );
    visitor
}
