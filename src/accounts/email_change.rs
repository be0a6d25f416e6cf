//! Another email address: confirmed at the new one, undone from the old one.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::security_event::{Event, EventKind};
use super::sessions::origin::Origin;
use super::sessions::session::Session;
use super::sign_up::remind;
use super::token::{Purpose, Token};
use super::user::User;
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::mail::{Outbox, emails};
use crate::schema::users;
use crate::text::Email;

/// What a link about an address did.
pub enum Changed {
    /// Whose it is.
    Done(UserId),
    /// Somebody else has the address by now.
    Taken,
    /// The link is used or expired.
    Gone,
}

/// Writes to the new address, unless a letter was sent just before. Whoever has it already is told so, nobody else is.
pub fn ask(
    conn: &mut Conn,
    outbox: &Outbox,
    user: UserId,
    new: &Email,
    origin: &Origin,
    now: NaiveDateTime,
) -> Result<()> {
    let user = User::find(conn, user)?;
    let cart_owner = User::by_email(conn, new.as_str())?;
    if let Some(token) = Token::issue(conn, user.id, Purpose::EmailChange, new.as_str(), now)? {
        Event::record(conn, user.id, EventKind::EmailChangeAsked, &new.masked(), origin, now)?;
        if let Some(cart_owner) = cart_owner {
            return remind(conn, outbox, &cart_owner, now);
        }
        let link = outbox.link(&format!("/email/confirm?token={token}"));
        let letter = emails::email_confirm(user.called(), new.as_str(), &link);
        outbox.post(conn, new.as_str(), &letter, now)?;
    }
    Ok(())
}

/// The new address takes the place of the old one, which is told and can undo it.
pub fn confirm(conn: &mut Conn, outbox: &Outbox, token: &str, origin: &Origin, now: NaiveDateTime) -> Result<Changed> {
    let Some(token) = Token::redeem(conn, Purpose::EmailChange, token, now)? else {
        return Ok(Changed::Gone);
    };
    if User::by_email(conn, &token.email)?.is_some() {
        return Ok(Changed::Taken);
    }
    let user = User::find(conn, token.user)?;
    put(conn, user.id, &token.email, now)?;
    Event::record(
        conn,
        user.id,
        EventKind::EmailChanged,
        &masked(&token.email),
        origin,
        now,
    )?;
    if let Some(undo) = Token::issue(conn, user.id, Purpose::EmailUndo, &user.email, now)? {
        let link = outbox.link(&format!("/email/undo?token={undo}"));
        let letter = emails::email_undo(user.called(), &masked(&token.email), &link);
        outbox.post(conn, &user.email, &letter, now)?;
    }
    Ok(Changed::Done(user.id))
}

/// The old address comes back, and whoever was signed in is not any more.
pub fn undo(conn: &mut Conn, outbox: &Outbox, token: &str, origin: &Origin, now: NaiveDateTime) -> Result<Changed> {
    let Some(token) = Token::redeem(conn, Purpose::EmailUndo, token, now)? else {
        return Ok(Changed::Gone);
    };
    let cart_owner = User::by_email(conn, &token.email)?;
    if cart_owner.is_some_and(|other| other.id != token.user) {
        return Ok(Changed::Taken);
    }
    put(conn, token.user, &token.email, now)?;
    token.void_later_undos(conn, now)?;
    Event::record(conn, token.user, EventKind::EmailUndone, "", origin, now)?;
    let user = User::find(conn, token.user)?;
    let letter = emails::email_changed(user.called(), &outbox.link("/forgot"));
    outbox.post(conn, &user.email, &letter, now)?;
    Ok(Changed::Done(user.id))
}

fn put(conn: &mut Conn, user: UserId, email: &str, now: NaiveDateTime) -> Result<()> {
    diesel::update(users::table.find(user))
        .set((
            users::email.eq(email),
            users::email_verified_at.eq(now),
            users::updated_at.eq(now),
        ))
        .execute(conn)?;
    Session::end_all(conn, user)?;
    Token::void_all(conn, user, now)
}

fn masked(email: &str) -> String {
    Email::parse(email).map_or_else(|_| "another address".to_owned(), |email| email.masked())
}
