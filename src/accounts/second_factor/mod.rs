//! The second factor in the database: set up, switched on, asked for, switched off.

pub mod qr;
pub mod recovery_code;
pub mod totp;
use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::security_event::{Event, EventKind};
use super::sessions::origin::Origin;
use super::sessions::session::Factor;
use super::user::User;
use crate::crypto::{Cipher, TOTP};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{RecoveryCodeId, UserId};
use crate::schema::{recovery_codes, users};
use totp::TotpSecret;

#[derive(Insertable)]
#[diesel(table_name = recovery_codes, treat_none_as_default_value = false)]
struct NewRecoveryCode<'a> {
    id: RecoveryCodeId,
    user_id: UserId,
    hash: &'a str,
    created_at: NaiveDateTime,
    used_at: Option<NaiveDateTime>,
}

/// Makes a secret for someone who has none switched on; an older draft of it is void.
pub fn set_up(conn: &mut Conn, cipher: &Cipher, user: UserId) -> Result<()> {
    let sealed = cipher.seal(TOTP, TotpSecret::new()?.as_bytes());
    let off = users::table.find(user).filter(users::totp_enabled_at.is_null());
    diesel::update(off).set(users::totp_secret.eq(sealed)).execute(conn)?;
    Ok(())
}

/// The secret that waits to be switched on; once it is on, nobody sees it again.
pub fn draft(cipher: &Cipher, user: &User) -> Option<TotpSecret> {
    let sealed = user.totp_secret.as_ref().filter(|_| !user.has_factor())?;
    secret(cipher, sealed)
}

/// Switches it on if the code is right; gives the recovery codes, to be shown this once.
pub fn switch_on(
    conn: &mut Conn,
    cipher: &Cipher,
    user: &User,
    code: &str,
    now: NaiveDateTime,
) -> Result<Option<Vec<String>>> {
    let Some(draft) = draft(cipher, user) else {
        return Ok(None);
    };
    let Some(step) = draft.matching_step(code, now) else {
        return Ok(None);
    };
    let off = users::table
        .find(user.id)
        .filter(users::totp_enabled_at.is_null())
        .filter(users::totp_secret.eq(&user.totp_secret));
    let done = diesel::update(off)
        .set((users::totp_enabled_at.eq(now), users::totp_step.eq(step)))
        .execute(conn)?;
    if done == 0 {
        return Ok(None);
    }
    renew_recovery_codes(conn, user.id, now).map(Some)
}

pub fn switch_off(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<()> {
    diesel::update(users::table.find(user))
        .set((
            users::totp_secret.eq(None::<String>),
            users::totp_enabled_at.eq(None::<NaiveDateTime>),
            users::updated_at.eq(now),
        ))
        .execute(conn)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(conn)?;
    Ok(())
}

/// Takes a code of the app or a recovery code, each of which works once. None: wrong.
pub fn accept(
    conn: &mut Conn,
    cipher: &Cipher,
    user: &User,
    typed: &str,
    origin: &Origin,
    now: NaiveDateTime,
) -> Result<Option<Factor>> {
    let Some(sealed) = user.totp_secret.as_ref().filter(|_| user.has_factor()) else {
        return Ok(None);
    };
    if let Some(step) = secret(cipher, sealed).and_then(|secret| secret.matching_step(typed, now)) {
        // Never the same step twice, nor an older one after it.
        let newer = users::table.find(user.id).filter(users::totp_step.lt(step));
        let taken = diesel::update(newer).set(users::totp_step.eq(step)).execute(conn)?;
        return Ok((taken == 1).then_some(Factor::Totp));
    }
    let unused = recovery_codes::table
        .filter(recovery_codes::user_id.eq(user.id))
        .filter(recovery_codes::hash.eq(recovery_code::hash(typed)))
        .filter(recovery_codes::used_at.is_null());
    let taken = diesel::update(unused)
        .set(recovery_codes::used_at.eq(now))
        .execute(conn)?;
    if taken == 0 {
        return Ok(None);
    }
    Event::record(conn, user.id, EventKind::RecoveryUsed, "", origin, now)?;
    Ok(Some(Factor::Recovery))
}

/// New codes; the old ones are void.
pub fn renew_recovery_codes(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<Vec<String>> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(conn)?;
    let codes = recovery_code::fresh()?;
    for code in &codes {
        let row = NewRecoveryCode {
            id: RecoveryCodeId::new(),
            user_id: user,
            hash: &recovery_code::hash(code),
            created_at: now,
            used_at: None,
        };
        diesel::insert_into(recovery_codes::table).values(&row).execute(conn)?;
    }
    Ok(codes.into())
}

/// How many recovery codes are left.
pub fn recovery_codes_left(conn: &mut Conn, user: UserId) -> Result<i64> {
    Ok(recovery_codes::table
        .filter(recovery_codes::user_id.eq(user))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(conn)?)
}

/// None when no key opens it: then only a recovery code helps.
fn secret(cipher: &Cipher, sealed: &str) -> Option<TotpSecret> {
    let opened = cipher
        .open(TOTP, sealed)
        .and_then(|bytes| TotpSecret::from_bytes(&bytes));
    if opened.is_none() {
        tracing::error!("a second factor does not open; put back the SECRET_KEY that sealed it");
    }
    opened
}
