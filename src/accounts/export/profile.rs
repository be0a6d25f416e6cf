//! What is stored about the user themselves.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::schema::{addresses, pending_images, security_events, sessions, trusted_browsers, users};

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = users)]
#[expect(clippy::struct_field_names, reason = "they are named as the columns")]
pub struct Profile {
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    address: Option<String>,
    profile_image: String,
    email_verified_at: Option<NaiveDateTime>,
    #[diesel(column_name = totp_enabled_at)]
    second_factor_since: Option<NaiveDateTime>,
    last_login_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = addresses)]
pub struct Address {
    name: String,
    street: String,
    line2: String,
    postal_code: String,
    town: String,
    region: String,
    country: String,
    created_at: NaiveDateTime,
    #[diesel(column_name = updated_at)]
    used_at: NaiveDateTime,
}

/// An uploaded picture that is not used yet.
#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = pending_images)]
pub struct PendingImage {
    #[diesel(column_name = url)]
    address: String,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = sessions)]
pub struct Session {
    factor: String,
    address: String,
    agent: String,
    created_at: NaiveDateTime,
    seen_at: NaiveDateTime,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = trusted_browsers)]
pub struct TrustedBrowser {
    address: String,
    agent: String,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = security_events)]
pub struct SecurityEvent {
    kind: String,
    detail: String,
    address: String,
    agent: String,
    created_at: NaiveDateTime,
}

pub fn profile(conn: &mut Conn, user: UserId) -> Result<Vec<Profile>> {
    Ok(users::table.find(user).select(Profile::as_select()).load(conn)?)
}

pub fn addresses(conn: &mut Conn, user: UserId) -> Result<Vec<Address>> {
    Ok(addresses::table
        .filter(addresses::user_id.eq(user))
        .order(addresses::id)
        .select(Address::as_select())
        .load(conn)?)
}

pub fn pending_images(conn: &mut Conn, user: UserId) -> Result<Vec<PendingImage>> {
    Ok(pending_images::table
        .filter(pending_images::owner_id.eq(user))
        .order(pending_images::id)
        .select(PendingImage::as_select())
        .load(conn)?)
}

pub fn sessions(conn: &mut Conn, user: UserId) -> Result<Vec<Session>> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user))
        .order(sessions::id)
        .select(Session::as_select())
        .load(conn)?)
}

pub fn trusted_browsers(conn: &mut Conn, user: UserId) -> Result<Vec<TrustedBrowser>> {
    Ok(trusted_browsers::table
        .filter(trusted_browsers::user_id.eq(user))
        .order(trusted_browsers::id)
        .select(TrustedBrowser::as_select())
        .load(conn)?)
}

pub fn security_events(conn: &mut Conn, user: UserId) -> Result<Vec<SecurityEvent>> {
    Ok(security_events::table
        .filter(security_events::user_id.eq(user))
        .order(security_events::id)
        .select(SecurityEvent::as_select())
        .load(conn)?)
}
