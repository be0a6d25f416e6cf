//! Making an account, and proving its address.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::security_event::{Event, EventKind};
use super::sessions::origin::Origin;
use super::sessions::session::Session;
use super::sessions::throttle::{BY_LETTER, Try};
use super::token::{Purpose, Token};
use super::user::User;
use super::username::Username;
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::mail::{Outbox, emails};
use crate::schema::users;
use crate::text::Email;

/// What someone gave to make an account.
pub struct SignUp {
    pub email: Email,
    pub username: Username,
    pub first_name: String,
    pub last_name: String,
    /// A hash.
    pub password: String,
}

/// What became of it, as far as it may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedUp {
    /// A letter is on its way: one for a new address, another for one that we know.
    Sent,
    NameTaken,
}

#[derive(Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
struct NewUser<'a> {
    id: UserId,
    username: &'a str,
    email: &'a str,
    password: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    profile_image: &'a str,
    admin: bool,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl SignUp {
    /// Makes the account and writes to its address; nothing else tells a new address from a known one.
    pub fn run(&self, conn: &mut Conn, outbox: &Outbox, origin: &Origin, now: NaiveDateTime) -> Result<SignedUp> {
        if User::by_username(conn, self.username.as_str())?.is_some() {
            return Ok(SignedUp::NameTaken);
        }
        if let Some(known) = User::by_email(conn, self.email.as_str())? {
            remind(conn, outbox, &known, now)?;
        } else {
            let user = self.insert(conn, now)?;
            Event::record(conn, user, EventKind::Registered, "", origin, now)?;
            let user = User::find(conn, user)?;
            send_verification(conn, outbox, &user, now)?;
        }
        Ok(SignedUp::Sent)
    }

    /// The row alone, its address not yet proved.
    pub fn insert(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<UserId> {
        let row = NewUser {
            id: UserId::new(),
            username: self.username.as_str(),
            email: self.email.as_str(),
            password: &self.password,
            first_name: &self.first_name,
            last_name: &self.last_name,
            profile_image: "",
            admin: false,
            created_at: now,
            updated_at: now,
        };
        diesel::insert_into(users::table).values(&row).execute(conn)?;
        Ok(row.id)
    }
}

/// Tells someone who has an account already that they have one.
pub fn remind(conn: &mut Conn, outbox: &Outbox, known: &User, now: NaiveDateTime) -> Result<()> {
    if let Try::Rest(_) = BY_LETTER.count(conn, &known.email, now)? {
        return Ok(());
    }
    let letter = emails::already_registered(known.called(), &outbox.link("/login"), &outbox.link("/forgot"));
    outbox.post(conn, &known.email, &letter, now)?;
    Ok(())
}

/// Sends the letter that proves an address, unless one went out just before.
pub fn send_verification(conn: &mut Conn, outbox: &Outbox, user: &User, now: NaiveDateTime) -> Result<()> {
    if user.email_verified_at.is_some() {
        return Ok(());
    }
    if let Some(token) = Token::issue(conn, user.id, Purpose::Verify, &user.email, now)? {
        let link = outbox.link(&format!("/verify?token={token}"));
        let letter = emails::verify(user.called(), &user.username, &link);
        outbox.post(conn, &user.email, &letter, now)?;
    }
    Ok(())
}

/// The address is theirs.
pub fn confirm_email(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<()> {
    diesel::update(users::table.find(user))
        .set((users::email_verified_at.eq(now), users::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// The address is proved. None: the token is used, expired, or for an address that they no longer have.
pub fn verify(conn: &mut Conn, token: &str, origin: &Origin, now: NaiveDateTime) -> Result<Option<User>> {
    let Some(token) = Token::redeem(conn, Purpose::Verify, token, now)? else {
        return Ok(None);
    };
    let user = User::hold(conn, token.user)?;
    if user.email != token.email {
        return Ok(None);
    }
    if user.email_verified_at.is_none() {
        // Whoever was signed in before may not be who has the address.
        Session::end_all(conn, user.id)?;
    }
    confirm_email(conn, user.id, now)?;
    Event::record(conn, token.user, EventKind::EmailVerified, "", origin, now)?;
    User::find(conn, token.user).map(Some)
}
