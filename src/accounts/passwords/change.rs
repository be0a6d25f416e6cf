//! Changing a password: by a signed-in user, or by a link in an email.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::action_context::ActionContext;
use crate::accounts::security_event::EventKind;
use crate::accounts::sessions::origin::{Origin, device_name};
use crate::accounts::sessions::session::Session;
use crate::accounts::sessions::sign_in::reset_account_attempts;
use crate::accounts::token::{Purpose, Token};
use crate::accounts::user::User;
use crate::crypto::{Cipher, RESET};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::jobs;
use crate::mail::{Outbox, emails};
use crate::schema::users;

/// Stores a new hash, ends all sessions, voids all tokens, and tells the user by email.
pub fn set_password(conn: &mut Conn, action: &ActionContext, user: UserId, hash: &str, kind: EventKind) -> Result<()> {
    diesel::update(users::table.find(user))
        .set((users::password.eq(hash), users::updated_at.eq(action.now)))
        .execute(conn)?;
    Session::end_all(conn, user)?;
    Token::void_all(conn, user, action.now)?;
    action.record(conn, user, kind)?;
    let user = User::find(conn, user)?;
    reset_account_attempts(conn, &user)?;
    let device = device_name(&action.origin.agent);
    let email = emails::password_changed(user.display_name(), &action.link("/forgot"), &device);
    action.send(conn, &user.email, &email)
}

/// Sends a link for a new password, if the user exists and none was sent just before.
fn send_reset_link(conn: &mut Conn, action: &ActionContext, login: &str) -> Result<()> {
    let Some(user) = User::by_login(conn, login)?.filter(|user| user.suspended_at.is_none()) else {
        return Ok(());
    };
    if let Some(token) = Token::issue(conn, user.id, Purpose::Reset, &user.email, action.now)? {
        let link = action.link(&format!("/reset?token={token}"));
        action.send(conn, &user.email, &emails::reset(user.display_name(), &link, 1))?;
        action.record(conn, user.id, EventKind::ResetAsked)?;
    }
    Ok(())
}

/// Uses a link for a new password. It does not sign in, and leaves the second factor on. Returns false when the link is
/// used, expired or unknown.
pub fn reset_password(conn: &mut Conn, action: &ActionContext, token: &str, hash: &str) -> Result<bool> {
    let Some(token) = Token::redeem(conn, Purpose::Reset, token, action.now)? else {
        return Ok(false);
    };
    set_password(conn, action, token.user, hash, EventKind::PasswordReset)?;
    // The link was sent to this address, so the user can read its mail.
    let unverified = users::table
        .find(token.user)
        .filter(users::email.eq(&token.email))
        .filter(users::email_verified_at.is_null());
    diesel::update(unverified)
        .set(users::email_verified_at.eq(action.now))
        .execute(conn)?;
    Ok(true)
}

/// A request for a reset link. A job processes it, so that the response takes the same time for unknown users.
#[derive(Serialize, Deserialize)]
pub struct ResetRequest {
    login: String,
    address: String,
    agent: String,
}

/// The kind of job that processes a `ResetRequest`, which is its encrypted payload.
pub const JOB: &str = RESET;

impl ResetRequest {
    pub fn new(login: &str, origin: &Origin) -> Self {
        Self {
            login: login.to_owned(),
            address: origin.address.clone(),
            agent: origin.agent.clone(),
        }
    }

    pub fn enqueue(&self, conn: &mut Conn, cipher: &Cipher, now: NaiveDateTime) -> Result<()> {
        let json = serde_json::to_vec(self).map_err(|error| Error::internal(error, "serializing a reset request"))?;
        jobs::enqueue(conn, JOB, &cipher.encrypt(JOB, &json), now, now)?;
        Ok(())
    }

    /// None: none of our keys decrypts the payload.
    pub fn decrypt(cipher: &Cipher, payload: &str) -> Option<Self> {
        serde_json::from_slice(&cipher.decrypt(JOB, payload)?).ok()
    }

    pub fn run(&self, conn: &mut Conn, outbox: &Outbox, now: NaiveDateTime) -> Result<()> {
        let action = ActionContext {
            outbox: outbox.clone(),
            origin: Origin {
                address: self.address.clone(),
                agent: self.agent.clone(),
            },
            now,
        };
        send_reset_link(conn, &action, &self.login)
    }
}
