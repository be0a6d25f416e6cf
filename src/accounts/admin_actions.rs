//! What an admin does to an account: suspend it, restore it, make its owner an admin.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::action_context::ActionContext;
use super::security_event::EventKind;
use super::sessions::session::Session;
use super::token::Token;
use super::user::User;
use crate::db::Conn;
use crate::error::Result;
use crate::mail::emails;
use crate::schema::{tokens, users};

/// Signs the user out everywhere, voids all their links, and refuses further sign-ins.
pub fn suspend(conn: &mut Conn, action: &ActionContext, user: &User) -> Result<()> {
    diesel::update(users::table.find(user.id))
        .set((users::suspended_at.eq(action.now), users::updated_at.eq(action.now)))
        .execute(conn)?;
    Session::end_all(conn, user.id)?;
    let unused = tokens::table
        .filter(tokens::user_id.eq(user.id))
        .filter(tokens::used_at.is_null());
    diesel::update(unused)
        .set(tokens::used_at.eq(action.now))
        .execute(conn)?;
    action.record(conn, user.id, EventKind::Suspended)?;
    action.send(conn, &user.email, &emails::suspended(user.display_name()))
}

/// Lifts a suspension.
pub fn restore(conn: &mut Conn, action: &ActionContext, user: &User) -> Result<()> {
    diesel::update(users::table.find(user.id))
        .set((
            users::suspended_at.eq(None::<NaiveDateTime>),
            users::updated_at.eq(action.now),
        ))
        .execute(conn)?;
    action.record(conn, user.id, EventKind::Restored)?;
    action.send(conn, &user.email, &emails::restored(user.display_name()))
}

/// Makes the user an admin and signs them out. The next sign-in asks for a second factor.
pub fn make_admin(conn: &mut Conn, action: &ActionContext, user: &User) -> Result<()> {
    diesel::update(users::table.find(user.id))
        .set((users::admin.eq(true), users::updated_at.eq(action.now)))
        .execute(conn)?;
    Session::end_all(conn, user.id)?;
    Token::void_all(conn, user.id, action.now)?;
    action.record(conn, user.id, EventKind::AdminMade)?;
    action.send(conn, &user.email, &emails::admin_made(user.display_name()))
}
