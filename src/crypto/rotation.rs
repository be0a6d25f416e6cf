//! A new `SECRET_KEY`: since when it is used, what moves on to it, and what still needs the old one.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::{Cipher, MAIL, RESET, TOTP};
use crate::config::SecretKeys;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{JobId, SecretKeyId, UserId};
use crate::schema::{jobs, secret_keys, sessions, users};

/// The longest that anybody stays signed in.
const SESSION_TTL: TimeDelta = TimeDelta::days(30);
/// Rows read at a time.
const PAGE: i64 = 200;

/// Notes since when the newest key is the newest; call it at each start.
///
/// A key that comes back after another one was the newest counts from its return: cookies of the other one are about.
pub fn record_key(conn: &mut Conn, keys: &SecretKeys, now: NaiveDateTime) -> Result<()> {
    let newest = SecretKeys::fingerprint(keys.newest());
    let last: Option<String> = secret_keys::table
        .order((secret_keys::first_used_at.desc(), secret_keys::id.desc()))
        .select(secret_keys::fingerprint)
        .first(conn)
        .optional()?;
    if last.as_ref() == Some(&newest) {
        return Ok(());
    }
    let back = diesel::update(secret_keys::table.filter(secret_keys::fingerprint.eq(&newest)))
        .set(secret_keys::first_used_at.eq(now))
        .execute(conn)?;
    if back == 0 {
        diesel::insert_into(secret_keys::table)
            .values((
                secret_keys::id.eq(SecretKeyId::new()),
                secret_keys::fingerprint.eq(newest),
                secret_keys::first_used_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Seals what older keys sealed in `users.totp_secret` with the newest; says how many.
pub fn reencrypt_totp(conn: &mut Conn, cipher: &Cipher) -> Result<usize> {
    let (mut resealed, mut unknown) = (0, 0);
    let mut after = UserId(i64::MIN);
    loop {
        let page = old_factors(conn, cipher, after)?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (user, sealed) in page {
            let Some(secret) = cipher.open(TOTP, &sealed) else {
                unknown += 1;
                continue;
            };
            // Whoever changes it meanwhile wins.
            let same = users::table
                .filter(users::id.eq(user))
                .filter(users::totp_secret.eq(&sealed));
            resealed += diesel::update(same)
                .set(users::totp_secret.eq(cipher.seal(TOTP, &secret)))
                .execute(conn)?;
        }
    }
    if unknown > 0 {
        tracing::warn!(
            unknown,
            "second factors that no SECRET_KEY opens; put back the key that sealed them, or set them up again"
        );
    }
    Ok(resealed)
}

/// A page of the secrets that the newest key has not sealed.
fn old_factors(conn: &mut Conn, cipher: &Cipher, after: UserId) -> Result<Vec<(UserId, String)>> {
    let found: Vec<(UserId, Option<String>)> = users::table
        .filter(users::id.gt(after))
        .filter(users::totp_secret.not_like(format!("{}%", cipher.mark(TOTP))))
        .order(users::id)
        .limit(PAGE)
        .select((users::id, users::totp_secret))
        .load(conn)?;
    Ok(found
        .into_iter()
        .filter_map(|(user, sealed)| sealed.map(|sealed| (user, sealed)))
        .collect())
}

/// What still needs keys older than the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldKeys {
    /// Sessions whose cookie the newest key has not sealed yet.
    pub sign_ins: i64,
    pub factors: i64,
    pub emails: i64,
    /// When even the last of the sessions has ended.
    pub until: NaiveDateTime,
}

impl OldKeys {
    /// None when no start has used the newest key yet.
    pub fn needed(conn: &mut Conn, keys: &SecretKeys, now: NaiveDateTime) -> Result<Option<Self>> {
        let since: Option<NaiveDateTime> = secret_keys::table
            .filter(secret_keys::fingerprint.eq(SecretKeys::fingerprint(keys.newest())))
            .select(secret_keys::first_used_at)
            .first(conn)
            .optional()?;
        let Some(since) = since else { return Ok(None) };
        let cipher = Cipher::new(keys);
        let sign_ins = sessions::table
            .filter(sessions::seen_at.lt(since))
            .filter(sessions::created_at.gt(now - SESSION_TTL))
            .count()
            .get_result(conn)?;
        Ok(Some(Self {
            sign_ins,
            factors: factors(conn, &cipher)?,
            emails: sealed_jobs(conn, &cipher, MAIL)? + sealed_jobs(conn, &cipher, RESET)?,
            until: since + SESSION_TTL,
        }))
    }

    pub fn none(&self) -> bool {
        self.sign_ins == 0 && self.factors == 0 && self.emails == 0
    }
}

fn factors(conn: &mut Conn, cipher: &Cipher) -> Result<i64> {
    let (mut count, mut after) = (0, UserId(i64::MIN));
    loop {
        let page = old_factors(conn, cipher, after)?;
        let Some((last, _)) = page.last() else { return Ok(count) };
        after = *last;
        count += needing(cipher, TOTP, &page);
    }
}

/// Jobs whose kind is what their payload is sealed for.
fn sealed_jobs(conn: &mut Conn, cipher: &Cipher, purpose: &str) -> Result<i64> {
    let (mut count, mut after) = (0, JobId(i64::MIN));
    loop {
        let page: Vec<(JobId, String)> = jobs::table
            .filter(jobs::id.gt(after))
            .filter(jobs::kind.eq(purpose))
            .filter(jobs::payload.not_like(format!("{}%", cipher.mark(purpose))))
            .order(jobs::id)
            .limit(PAGE)
            .select((jobs::id, jobs::payload))
            .load(conn)?;
        let Some((last, _)) = page.last() else { return Ok(count) };
        after = *last;
        count += needing(cipher, purpose, &page);
    }
}

/// What no key opens needs none of them.
fn needing<Id>(cipher: &Cipher, purpose: &str, page: &[(Id, String)]) -> i64 {
    page.iter()
        .map(|(_, sealed)| i64::from(cipher.open(purpose, sealed).is_some()))
        .sum()
}
