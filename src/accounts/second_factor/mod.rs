//! The second factor of a user: set up, turned on, verified, turned off.

pub mod qr;
pub mod recovery_code;
pub mod totp;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::action_context::ActionContext;
use super::security_event::EventKind;
use super::sessions::session::{Factor, Session};
use super::user::User;
use crate::crypto::{Cipher, TOTP};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{RecoveryCodeId, SessionId, UserId};
use crate::mail::emails;
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

/// Stores a new secret for a user whose second factor is off. It replaces one that was not turned on.
pub fn set_up(conn: &mut Conn, cipher: &Cipher, user: UserId) -> Result<()> {
    let encrypted = cipher.encrypt(TOTP, TotpSecret::new()?.as_bytes());
    let off = users::table.find(user).filter(users::totp_enabled_at.is_null());
    diesel::update(off)
        .set(users::totp_secret.eq(encrypted))
        .execute(conn)?;
    Ok(())
}

/// The secret that was set up but not turned on. Once it is on, it is never shown again.
pub fn pending_secret(cipher: &Cipher, user: &User) -> Option<TotpSecret> {
    let encrypted = user.totp_secret.as_ref().filter(|_| !user.has_factor())?;
    decrypt(cipher, encrypted)
}

/// Turns the second factor on if the code is right. Returns the recovery codes, which are shown only this once.
pub fn turn_on(
    conn: &mut Conn,
    action: &ActionContext,
    cipher: &Cipher,
    user: &User,
    code: &str,
) -> Result<Option<Vec<String>>> {
    let now = action.now;
    let Some(secret) = pending_secret(cipher, user) else {
        return Ok(None);
    };
    let Some(step) = secret.matching_step(code, now) else {
        return Ok(None);
    };
    let off = users::table
        .find(user.id)
        .filter(users::totp_enabled_at.is_null())
        .filter(users::totp_secret.eq(&user.totp_secret));
    let updated = diesel::update(off)
        .set((users::totp_enabled_at.eq(now), users::totp_step.eq(step)))
        .execute(conn)?;
    if updated == 0 {
        return Ok(None);
    }
    let codes = replace_recovery_codes(conn, user.id, now)?;
    action.record(conn, user.id, EventKind::FactorOn)?;
    let email = emails::second_factor_on(user.display_name(), &action.link("/forgot"));
    action.send(conn, &user.email, &email)?;
    Ok(Some(codes))
}

/// Turns the second factor off, and ends all sessions except this one. Returns its new id.
pub fn turn_off(conn: &mut Conn, action: &ActionContext, user: UserId, session: SessionId) -> Result<SessionId> {
    let user = User::find(conn, user)?;
    diesel::update(users::table.find(user.id))
        .set((
            users::totp_secret.eq(None::<String>),
            users::totp_enabled_at.eq(None::<NaiveDateTime>),
            users::updated_at.eq(action.now),
        ))
        .execute(conn)?;
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user.id))).execute(conn)?;
    if user.has_factor() {
        action.record(conn, user.id, EventKind::FactorOff)?;
        let email = emails::second_factor_off(user.display_name(), &action.link("/forgot"));
        action.send(conn, &user.email, &email)?;
    }
    Session::end_others(conn, action, session, Factor::Password)
}

/// Accepts a code of the app or a recovery code, each of which works once. None: the code is wrong.
pub fn accept(
    conn: &mut Conn,
    action: &ActionContext,
    cipher: &Cipher,
    user: &User,
    code: &str,
) -> Result<Option<Factor>> {
    let Some(encrypted) = user.totp_secret.as_ref().filter(|_| user.has_factor()) else {
        return Ok(None);
    };
    if let Some(step) = decrypt(cipher, encrypted).and_then(|secret| secret.matching_step(code, action.now)) {
        // A step is accepted once, and no older step after it.
        let newer = users::table.find(user.id).filter(users::totp_step.lt(step));
        let updated = diesel::update(newer).set(users::totp_step.eq(step)).execute(conn)?;
        return Ok((updated == 1).then_some(Factor::Totp));
    }
    let unused = recovery_codes::table
        .filter(recovery_codes::user_id.eq(user.id))
        .filter(recovery_codes::hash.eq(recovery_code::hash(code)))
        .filter(recovery_codes::used_at.is_null());
    let updated = diesel::update(unused)
        .set(recovery_codes::used_at.eq(action.now))
        .execute(conn)?;
    if updated == 0 {
        return Ok(None);
    }
    action.record(conn, user.id, EventKind::RecoveryUsed)?;
    Ok(Some(Factor::Recovery))
}

/// Replaces the recovery codes of a user and tells them. None: their second factor is off.
pub fn renew_recovery_codes(conn: &mut Conn, action: &ActionContext, user: UserId) -> Result<Option<Vec<String>>> {
    let user = User::find(conn, user)?;
    if !user.has_factor() {
        return Ok(None);
    }
    action.record(conn, user.id, EventKind::RecoveryRenewed)?;
    let email = emails::recovery_codes_renewed(user.display_name(), &action.link("/forgot"));
    action.send(conn, &user.email, &email)?;
    replace_recovery_codes(conn, user.id, action.now).map(Some)
}

fn replace_recovery_codes(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<Vec<String>> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::user_id.eq(user))).execute(conn)?;
    let codes = recovery_code::generate()?;
    for code in &codes {
        let recovery_code = NewRecoveryCode {
            id: RecoveryCodeId::new(),
            user_id: user,
            hash: &recovery_code::hash(code),
            created_at: now,
            used_at: None,
        };
        diesel::insert_into(recovery_codes::table)
            .values(&recovery_code)
            .execute(conn)?;
    }
    Ok(codes.into())
}

/// The number of unused recovery codes.
pub fn recovery_codes_left(conn: &mut Conn, user: UserId) -> Result<i64> {
    Ok(recovery_codes::table
        .filter(recovery_codes::user_id.eq(user))
        .filter(recovery_codes::used_at.is_null())
        .count()
        .get_result(conn)?)
}

/// None when no key decrypts the secret. Then only a recovery code works.
fn decrypt(cipher: &Cipher, encrypted: &str) -> Option<TotpSecret> {
    let secret = cipher
        .decrypt(TOTP, encrypted)
        .and_then(|bytes| TotpSecret::from_bytes(&bytes));
    if secret.is_none() {
        tracing::error!("a second factor cannot be decrypted; restore the SECRET_KEY that encrypted it");
    }
    secret
}
