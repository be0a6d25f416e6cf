//! A new password: by who is signed in, or by a link in a letter.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::security_event::{Event, EventKind};
use crate::accounts::sessions::origin::{Origin, device};
use crate::accounts::sessions::session::Session;
use crate::accounts::sessions::sign_in::forgive_account;
use crate::accounts::token::{Purpose, Token};
use crate::accounts::user::User;
use crate::crypto::{Cipher, RESET};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::jobs;
use crate::mail::{Outbox, emails};
use crate::schema::users;

/// Stores a new hash: all sign-ins end, all tokens are void, the owner is told.
pub fn set(
    conn: &mut Conn,
    outbox: &Outbox,
    user: UserId,
    hash: &str,
    kind: EventKind,
    origin: &Origin,
    now: NaiveDateTime,
) -> Result<()> {
    diesel::update(users::table.find(user))
        .set((users::password.eq(hash), users::updated_at.eq(now)))
        .execute(conn)?;
    Session::end_all(conn, user)?;
    Token::void_all(conn, user, now)?;
    Event::record(conn, user, kind, "", origin, now)?;
    let user = User::find(conn, user)?;
    forgive_account(conn, &user)?;
    let letter = emails::password_changed(user.called(), &outbox.link("/forgot"), &device(&origin.agent));
    outbox.post(conn, &user.email, &letter, now)?;
    Ok(())
}

/// Sends the link for a new password, if there is such a person and none was sent just before. Tells nobody which.
fn ask_reset(conn: &mut Conn, outbox: &Outbox, login: &str, origin: &Origin, now: NaiveDateTime) -> Result<()> {
    let Some(user) = User::by_login(conn, login)?.filter(|user| user.suspended_at.is_none()) else {
        return Ok(());
    };
    if let Some(token) = Token::issue(conn, user.id, Purpose::Reset, &user.email, now)? {
        let link = outbox.link(&format!("/reset?token={token}"));
        outbox.post(conn, &user.email, &emails::reset(user.called(), &link, 1), now)?;
        Event::record(conn, user.id, EventKind::ResetAsked, "", origin, now)?;
    }
    Ok(())
}

/// Uses the link. Signs nobody in, and leaves the second factor on. False: the token is no good any more.
pub fn reset(
    conn: &mut Conn,
    outbox: &Outbox,
    token: &str,
    hash: &str,
    origin: &Origin,
    now: NaiveDateTime,
) -> Result<bool> {
    let Some(token) = Token::redeem(conn, Purpose::Reset, token, now)? else {
        return Ok(false);
    };
    set(conn, outbox, token.user, hash, EventKind::PasswordReset, origin, now)?;
    // Who has the letter has the address.
    let unproved = users::table
        .find(token.user)
        .filter(users::email.eq(&token.email))
        .filter(users::email_verified_at.is_null());
    diesel::update(unproved)
        .set(users::email_verified_at.eq(now))
        .execute(conn)?;
    Ok(true)
}

/// That someone asked for a link; looked into by a job, so that the answer to them takes as long whoever they are.
#[derive(Serialize, Deserialize)]
pub struct Asked {
    login: String,
    address: String,
    agent: String,
}

/// The job that looks into it; its payload is a sealed `Asked`.
pub const JOB: &str = RESET;

impl Asked {
    pub fn new(login: &str, origin: &Origin) -> Self {
        Self {
            login: login.to_owned(),
            address: origin.address.clone(),
            agent: origin.agent.clone(),
        }
    }

    pub fn enqueue(&self, conn: &mut Conn, cipher: &Cipher, now: NaiveDateTime) -> Result<()> {
        let json = serde_json::to_vec(self).map_err(|error| Error::internal(error, "a wish could not be written"))?;
        jobs::enqueue(conn, JOB, &cipher.seal(JOB, &json), now, now)?;
        Ok(())
    }

    /// None: no key of ours sealed it.
    pub fn open(cipher: &Cipher, payload: &str) -> Option<Self> {
        serde_json::from_slice(&cipher.open(JOB, payload)?).ok()
    }

    pub fn run(&self, conn: &mut Conn, outbox: &Outbox, now: NaiveDateTime) -> Result<()> {
        let origin = Origin {
            address: self.address.clone(),
            agent: self.agent.clone(),
        };
        ask_reset(conn, outbox, &self.login, &origin, now)
    }
}
