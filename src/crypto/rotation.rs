//! The rotation to a new `SECRET_KEY`: since when it is used, what is encrypted again, and what still needs the old one.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::{Cipher, MAIL, RESET, TOTP};
use crate::config::SecretKeys;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{JobId, SecretKeyId, UserId};
use crate::schema::{jobs, secret_keys, sessions, users};

/// The longest life of a session.
const SESSION_TTL: TimeDelta = TimeDelta::days(30);
/// How many rows are read at a time.
const BATCH_SIZE: i64 = 200;

/// Records since when the newest key is used. Call it at each start.
///
/// A key that is used again after another one counts from its return, because there are cookies of the other one.
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
    let updated = diesel::update(secret_keys::table.filter(secret_keys::fingerprint.eq(&newest)))
        .set(secret_keys::first_used_at.eq(now))
        .execute(conn)?;
    if updated == 0 {
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

/// Encrypts the TOTP secrets of older keys with the newest key. Returns how many were changed.
pub fn reencrypt_totp(conn: &mut Conn, cipher: &Cipher) -> Result<usize> {
    let (mut reencrypted, mut unknown) = (0, 0);
    let mut after = UserId(i64::MIN);
    loop {
        let page = totp_of_old_keys(conn, cipher, after)?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (user, encrypted) in page {
            let Some(secret) = cipher.decrypt(TOTP, &encrypted) else {
                unknown += 1;
                continue;
            };
            // A change by the user in the meantime wins.
            let same = users::table
                .filter(users::id.eq(user))
                .filter(users::totp_secret.eq(&encrypted));
            reencrypted += diesel::update(same)
                .set(users::totp_secret.eq(cipher.encrypt(TOTP, &secret)))
                .execute(conn)?;
        }
    }
    if unknown > 0 {
        tracing::warn!(
            unknown,
            "some second factors cannot be decrypted with any SECRET_KEY; add the key that encrypted them, or set them up again"
        );
    }
    Ok(reencrypted)
}

/// The next batch of TOTP secrets that the newest key did not encrypt.
fn totp_of_old_keys(conn: &mut Conn, cipher: &Cipher, after: UserId) -> Result<Vec<(UserId, String)>> {
    let found: Vec<(UserId, Option<String>)> = users::table
        .filter(users::id.gt(after))
        .filter(users::totp_secret.not_like(format!("{}%", cipher.prefix(TOTP))))
        .order(users::id)
        .limit(BATCH_SIZE)
        .select((users::id, users::totp_secret))
        .load(conn)?;
    Ok(found
        .into_iter()
        .filter_map(|(user, encrypted)| encrypted.map(|encrypted| (user, encrypted)))
        .collect())
}

/// How much still needs a key older than the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OldKeys {
    /// Sessions whose cookie was not yet encrypted with the newest key.
    pub sessions: i64,
    pub second_factors: i64,
    pub emails: i64,
    /// When the last of these sessions ends.
    pub until: NaiveDateTime,
}

impl OldKeys {
    /// Counts it. None if the program was not yet started with the newest key.
    pub fn count(conn: &mut Conn, keys: &SecretKeys, now: NaiveDateTime) -> Result<Option<Self>> {
        let since: Option<NaiveDateTime> = secret_keys::table
            .filter(secret_keys::fingerprint.eq(SecretKeys::fingerprint(keys.newest())))
            .select(secret_keys::first_used_at)
            .first(conn)
            .optional()?;
        let Some(since) = since else { return Ok(None) };
        let cipher = Cipher::new(keys);
        let sessions = sessions::table
            .filter(sessions::seen_at.lt(since))
            .filter(sessions::created_at.gt(now - SESSION_TTL))
            .count()
            .get_result(conn)?;
        Ok(Some(Self {
            sessions,
            second_factors: count_second_factors(conn, &cipher)?,
            emails: count_jobs(conn, &cipher, MAIL)? + count_jobs(conn, &cipher, RESET)?,
            until: since + SESSION_TTL,
        }))
    }

    pub fn is_empty(&self) -> bool {
        self.sessions == 0 && self.second_factors == 0 && self.emails == 0
    }
}

fn count_second_factors(conn: &mut Conn, cipher: &Cipher) -> Result<i64> {
    let (mut count, mut after) = (0, UserId(i64::MIN));
    loop {
        let page = totp_of_old_keys(conn, cipher, after)?;
        let Some((last, _)) = page.last() else { return Ok(count) };
        after = *last;
        count += count_decryptable(cipher, TOTP, &page);
    }
}

/// The jobs of a kind whose payload is encrypted with an older key. The kind is also the purpose.
fn count_jobs(conn: &mut Conn, cipher: &Cipher, purpose: &str) -> Result<i64> {
    let (mut count, mut after) = (0, JobId(i64::MIN));
    loop {
        let page: Vec<(JobId, String)> = jobs::table
            .filter(jobs::id.gt(after))
            .filter(jobs::kind.eq(purpose))
            .filter(jobs::payload.not_like(format!("{}%", cipher.prefix(purpose))))
            .order(jobs::id)
            .limit(BATCH_SIZE)
            .select((jobs::id, jobs::payload))
            .load(conn)?;
        let Some((last, _)) = page.last() else { return Ok(count) };
        after = *last;
        count += count_decryptable(cipher, purpose, &page);
    }
}

/// How many of these values an older key decrypts. A value that no key decrypts needs none of them.
fn count_decryptable<Id>(cipher: &Cipher, purpose: &str, page: &[(Id, String)]) -> i64 {
    page.iter()
        .map(|(_, encrypted)| i64::from(cipher.decrypt(purpose, encrypted).is_some()))
        .sum()
}
