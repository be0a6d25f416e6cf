//! Changing the email address: confirmed by a link to the new address, undone by a link to the old one.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::action_context::ActionContext;
use super::security_event::EventKind;
use super::sessions::session::Session;
use super::sign_up::send_account_reminder;
use super::token::{Purpose, Token};
use super::user::User;
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::mail::emails;
use crate::schema::users;
use crate::text::EmailAddress;

/// The result of using a link to change an address.
pub enum EmailChangeOutcome {
    /// The address of this user changed.
    Changed(UserId),
    /// Another account has this address now.
    AddressTaken,
    /// The link is used, expired or unknown.
    LinkExpired,
}

/// Sends a link to the new address, unless one was sent just before. If an account has this address already, only its
/// owner learns about it.
pub fn request(conn: &mut Conn, action: &ActionContext, user: UserId, new: &EmailAddress) -> Result<()> {
    let user = User::find(conn, user)?;
    let existing = User::by_email(conn, new.as_str())?;
    if let Some(token) = Token::issue(conn, user.id, Purpose::EmailChange, new.as_str(), action.now)? {
        action.record_detail(conn, user.id, EventKind::EmailChangeAsked, &new.masked())?;
        if let Some(existing) = existing {
            return send_account_reminder(conn, action, &existing);
        }
        let link = action.link(&format!("/email/confirm?token={token}"));
        let email = emails::email_confirm(user.display_name(), new.as_str(), &link);
        action.send(conn, new.as_str(), &email)?;
    }
    Ok(())
}

/// Replaces the old address by the new one. The old address gets a link to undo it.
pub fn confirm(conn: &mut Conn, action: &ActionContext, token: &str) -> Result<EmailChangeOutcome> {
    let Some(token) = Token::redeem(conn, Purpose::EmailChange, token, action.now)? else {
        return Ok(EmailChangeOutcome::LinkExpired);
    };
    if User::by_email(conn, &token.email)?.is_some() {
        return Ok(EmailChangeOutcome::AddressTaken);
    }
    let user = User::find(conn, token.user)?;
    set_email(conn, user.id, &token.email, action.now)?;
    let masked = masked(&token.email);
    action.record_detail(conn, user.id, EventKind::EmailChanged, &masked)?;
    if let Some(undo) = Token::issue(conn, user.id, Purpose::EmailUndo, &user.email, action.now)? {
        let link = action.link(&format!("/email/undo?token={undo}"));
        let email = emails::email_undo(user.display_name(), &masked, &link);
        action.send(conn, &user.email, &email)?;
    }
    Ok(EmailChangeOutcome::Changed(user.id))
}

/// Restores the old address and signs out all devices.
pub fn undo(conn: &mut Conn, action: &ActionContext, token: &str) -> Result<EmailChangeOutcome> {
    let Some(token) = Token::redeem(conn, Purpose::EmailUndo, token, action.now)? else {
        return Ok(EmailChangeOutcome::LinkExpired);
    };
    let existing = User::by_email(conn, &token.email)?;
    if existing.is_some_and(|other| other.id != token.user) {
        return Ok(EmailChangeOutcome::AddressTaken);
    }
    set_email(conn, token.user, &token.email, action.now)?;
    token.void_later_undos(conn, action.now)?;
    action.record(conn, token.user, EventKind::EmailUndone)?;
    let user = User::find(conn, token.user)?;
    let email = emails::email_changed(user.display_name(), &action.link("/forgot"));
    action.send(conn, &user.email, &email)?;
    Ok(EmailChangeOutcome::Changed(user.id))
}

fn set_email(conn: &mut Conn, user: UserId, email: &str, now: NaiveDateTime) -> Result<()> {
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
    EmailAddress::parse(email).map_or_else(|_| "another address".to_owned(), |email| email.masked())
}
