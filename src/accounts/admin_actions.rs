//! What an admin decides about someone: suspended, restored, an admin themselves.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::security_event::{Event, EventKind};
use super::sessions::origin::Origin;
use super::sessions::session::Session;
use super::token::Token;
use super::user::User;
use crate::db::Conn;
use crate::error::Result;
use crate::mail::{Outbox, emails};
use crate::schema::{tokens, users};

/// Signs someone out everywhere and lets them in no more.
pub fn suspend(conn: &mut Conn, outbox: &Outbox, user: &User, origin: &Origin, now: NaiveDateTime) -> Result<()> {
    diesel::update(users::table.find(user.id))
        .set((users::suspended_at.eq(now), users::updated_at.eq(now)))
        .execute(conn)?;
    Session::end_all(conn, user.id)?;
    let open = tokens::table
        .filter(tokens::user_id.eq(user.id))
        .filter(tokens::used_at.is_null());
    diesel::update(open).set(tokens::used_at.eq(now)).execute(conn)?;
    Event::record(conn, user.id, EventKind::Suspended, "", origin, now)?;
    outbox.post(conn, &user.email, &emails::suspended(user.called()), now)?;
    Ok(())
}

pub fn restore(conn: &mut Conn, outbox: &Outbox, user: &User, origin: &Origin, now: NaiveDateTime) -> Result<()> {
    diesel::update(users::table.find(user.id))
        .set((users::suspended_at.eq(None::<NaiveDateTime>), users::updated_at.eq(now)))
        .execute(conn)?;
    Event::record(conn, user.id, EventKind::Restored, "", origin, now)?;
    outbox.post(conn, &user.email, &emails::restored(user.called()), now)?;
    Ok(())
}

/// an admin from the next sign-in on, in which a second factor is asked for.
pub fn make_admin(conn: &mut Conn, outbox: &Outbox, user: &User, origin: &Origin, now: NaiveDateTime) -> Result<()> {
    diesel::update(users::table.find(user.id))
        .set((users::admin.eq(true), users::updated_at.eq(now)))
        .execute(conn)?;
    Session::end_all(conn, user.id)?;
    Token::void_all(conn, user.id, now)?;
    Event::record(conn, user.id, EventKind::AdminMade, "", origin, now)?;
    outbox.post(conn, &user.email, &emails::admin_made(user.called()), now)?;
    Ok(())
}
