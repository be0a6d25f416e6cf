//! Steps of the account tests: rows that are changed directly, and what users do often.

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
pub const ANOTHER: &str = "seven lamps on the quay";

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

/// Ages all sessions of a user: how long ago they started, and were last used.
pub fn age_sessions(market: &Market, name: &str, began: TimeDelta, seen: TimeDelta) {
    let of = sessions::table.filter(sessions::user_id.eq(user_id(market, name)));
    let changed = diesel::update(of)
        .set((
            sessions::created_at.eq(now() - began),
            sessions::seen_at.eq(now() - seen),
        ))
        .execute(&mut connect(market))
        .unwrap();
    assert!(changed > 0, "{name} is not signed in");
}

/// Ages the last entry of the password by this long.
pub fn age_password(market: &Market, name: &str, shown: TimeDelta) {
    let of = sessions::table.filter(sessions::user_id.eq(user_id(market, name)));
    diesel::update(of)
        .set(sessions::auth_at.eq(now() - shown))
        .execute(&mut connect(market))
        .unwrap();
}

/// Ages emails with links by this long. The links still expire at the same time.
pub fn age_emails(market: &Market, name: &str, sent: TimeDelta) {
    let mut conn = connect(market);
    let of = tokens::table.filter(tokens::user_id.eq(user_id(market, name)));
    let all: Vec<(i64, NaiveDateTime)> = of.select((tokens::id, tokens::created_at)).load(&mut conn).unwrap();
    for (id, at) in all {
        diesel::update(tokens::table.find(id))
            .set(tokens::created_at.eq(at - sent))
            .execute(&mut conn)
            .unwrap();
    }
}

/// Deletes all throttles.
pub fn reset_throttles(market: &Market) {
    diesel::delete(throttles::table).execute(&mut connect(market)).unwrap();
}

/// Adds a trusted browser.
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

pub fn trusted_browsers_of(market: &Market, name: &str) -> i64 {
    trusted_browsers::table
        .filter(trusted_browsers::user_id.eq(user_id(market, name)))
        .count()
        .get_result(&mut connect(market))
        .unwrap()
}

/// Opens a shop for them, called `NAME's things`, at `/shops/ADDRESS`.
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

/// Waits until the worker is idle.
pub async fn quiet(market: &Market) {
    let begun = Instant::now();
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
        assert!(begun.elapsed() < Duration::from_secs(20), "{due} jobs are not done");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// All rows of the database, when the worker is idle.
pub async fn dump(market: &Market) -> Vec<String> {
    quiet(market).await;
    rows::dump(&mut connect(market))
}

/// Another browser where they are signed in by password only.
pub async fn another_browser(market: &Market, name: &str) -> Visitor {
    let visitor = Visitor::new(market);
    let answer = visitor.sign_in(name, PASSWORD).await;
    assert_eq!((answer.status().as_u16(), location(&answer)), (303, "/account"));
    visitor
}

/// Sets up the second factor through the forms. Returns the secret and the recovery codes.
pub async fn turn_on_second_factor(visitor: &Visitor) -> (TotpSecret, Vec<String>) {
    let secret = set_up(visitor).await;
    let answer = visitor
        .post("/account/second-factor", &[("code", &secret.code(step_at(now())))])
        .await;
    assert_eq!(answer.status(), 200);
    let page = scraper::Html::parse_document(&answer.text().await.unwrap());
    (secret, texts(&page, "#codes li"))
}

/// Sets up a secret, and does not turn it on.
pub async fn set_up(visitor: &Visitor) -> TotpSecret {
    let answer = visitor.post("/account/second-factor/setup", &[]).await;
    assert_eq!(
        (answer.status().as_u16(), location(&answer)),
        (303, "/account/second-factor")
    );
    let page = visitor.page("/account/second-factor").await;
    let typed = texts(&page, "code.key").remove(0).replace(' ', "");
    TotpSecret::from_bytes(&BASE32_NOPAD.decode(typed.as_bytes()).unwrap()).unwrap()
}

/// The current code, as if none had been used before.
pub fn unused_code(market: &Market, name: &str, secret: &TotpSecret) -> String {
    forget_used_codes(market, name);
    secret.code(step_at(now()))
}

/// Forgets which codes were used.
pub fn forget_used_codes(market: &Market, name: &str) {
    diesel::update(users::table.filter(users::username.eq(name)))
        .set(users::totp_step.eq(0))
        .execute(&mut connect(market))
        .unwrap();
}

/// A browser where the password was right and the code is still due.
pub async fn pending_sign_in(market: &Market, name: &str) -> Visitor {
    let visitor = Visitor::new(market);
    let answer = visitor.sign_in(name, PASSWORD).await;
    assert_eq!(answer.status(), 303);
    assert!(location(&answer).starts_with("/login/code"), "{}", location(&answer));
    visitor
}
