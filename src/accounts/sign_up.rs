//! Creating an account, and verifying its address.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::action_context::ActionContext;
use super::security_event::EventKind;
use super::sessions::session::Session;
use super::sessions::throttle::{Attempt, EMAIL_THROTTLE};
use super::token::{Purpose, Token};
use super::user::{NewUser, User};
use super::username::Username;
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::mail::emails;
use crate::schema::users;
use crate::text::EmailAddress;

/// The data of a new account.
pub struct SignUp {
    pub email: EmailAddress,
    pub username: Username,
    pub first_name: String,
    pub last_name: String,
    /// A hash.
    pub password: String,
}

/// The result of a sign-up, as far as the visitor may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUpOutcome {
    /// An email was queued: a verification for a new address, a reminder for a known one.
    EmailSent,
    UsernameTaken,
}

impl SignUp {
    /// Creates the account and sends an email to its address. The result is the same for a known address, so that
    /// nobody can find out who has an account.
    pub fn register(&self, conn: &mut Conn, action: &ActionContext) -> Result<SignUpOutcome> {
        if User::by_username(conn, self.username.as_str())?.is_some() {
            return Ok(SignUpOutcome::UsernameTaken);
        }
        if let Some(existing) = User::by_email(conn, self.email.as_str())? {
            send_account_reminder(conn, action, &existing)?;
        } else {
            let user = self.insert(conn, action.now)?;
            action.record(conn, user, EventKind::Registered)?;
            let user = User::find(conn, user)?;
            send_verification(conn, action, &user)?;
        }
        Ok(SignUpOutcome::EmailSent)
    }

    /// Inserts the user, with an address that is not verified yet.
    pub fn insert(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<UserId> {
        let user = NewUser {
            id: UserId::new(),
            username: self.username.as_str(),
            email: self.email.as_str(),
            password: &self.password,
            first_name: &self.first_name,
            last_name: &self.last_name,
            address: None,
            profile_image: "",
            admin: false,
            email_verified_at: None,
            suspended_at: None,
            last_login_at: None,
            created_at: now,
            updated_at: now,
        };
        diesel::insert_into(users::table).values(&user).execute(conn)?;
        Ok(user.id)
    }
}

/// Tells the owner of an account that somebody wanted to use its address again.
pub fn send_account_reminder(conn: &mut Conn, action: &ActionContext, user: &User) -> Result<()> {
    if let Attempt::Throttled(_) = EMAIL_THROTTLE.count(conn, &user.email, action.now)? {
        return Ok(());
    }
    let email = emails::already_registered(user.display_name(), &action.link("/login"), &action.link("/forgot"));
    action.send(conn, &user.email, &email)
}

/// Sends the link that verifies an address, unless one was sent just before.
pub fn send_verification(conn: &mut Conn, action: &ActionContext, user: &User) -> Result<()> {
    if user.email_verified_at.is_some() {
        return Ok(());
    }
    if let Some(token) = Token::issue(conn, user.id, Purpose::Verify, &user.email, action.now)? {
        let link = action.link(&format!("/verify?token={token}"));
        let email = emails::verify(user.display_name(), &user.username, &link);
        action.send(conn, &user.email, &email)?;
    }
    Ok(())
}

/// Marks the user's address as verified.
pub fn mark_email_verified(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<()> {
    diesel::update(users::table.find(user))
        .set((users::email_verified_at.eq(now), users::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}

/// Uses a verification link. None: the token is used, expired, or for an address that the user no longer has.
pub fn verify_email(conn: &mut Conn, action: &ActionContext, token: &str) -> Result<Option<User>> {
    let Some(token) = Token::redeem(conn, Purpose::Verify, token, action.now)? else {
        return Ok(None);
    };
    let user = User::lock(conn, token.user)?;
    if user.email != token.email {
        return Ok(None);
    }
    if user.email_verified_at.is_none() {
        // The person who created the account may not be the owner of the address.
        Session::end_all(conn, user.id)?;
    }
    mark_email_verified(conn, user.id, action.now)?;
    action.record(conn, token.user, EventKind::EmailVerified)?;
    User::find(conn, token.user).map(Some)
}
