//! What is stored about the person themselves.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::schema::{addresses, pending_images, security_events, sessions, trusted_browsers, users};

#[derive(Queryable, Serialize)]
#[expect(clippy::struct_field_names, reason = "they are named as the columns")]
pub struct Profile {
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    address: Option<String>,
    profile_image: String,
    email_verified_at: Option<NaiveDateTime>,
    second_factor_since: Option<NaiveDateTime>,
    last_login_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Serialize)]
pub struct Address {
    name: String,
    street: String,
    line2: String,
    postal_code: String,
    town: String,
    region: String,
    country: String,
    created_at: NaiveDateTime,
    used_at: NaiveDateTime,
}

/// One that was sent and has no place yet.
#[derive(Queryable, Serialize)]
pub struct Picture {
    address: String,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Serialize)]
pub struct SignIn {
    factor: String,
    address: String,
    agent: String,
    created_at: NaiveDateTime,
    seen_at: NaiveDateTime,
}

#[derive(Queryable, Serialize)]
pub struct Browser {
    address: String,
    agent: String,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

#[derive(Queryable, Serialize)]
pub struct Activity {
    kind: String,
    detail: String,
    address: String,
    agent: String,
    created_at: NaiveDateTime,
}

pub fn profile(conn: &mut Conn, user: UserId) -> Result<Vec<Profile>> {
    Ok(users::table
        .find(user)
        .select((
            users::username,
            users::email,
            users::first_name,
            users::last_name,
            users::address,
            users::profile_image,
            users::email_verified_at,
            users::totp_enabled_at,
            users::last_login_at,
            users::created_at,
        ))
        .load(conn)?)
}

pub fn addresses(conn: &mut Conn, user: UserId) -> Result<Vec<Address>> {
    Ok(addresses::table
        .filter(addresses::user_id.eq(user))
        .order(addresses::id)
        .select((
            addresses::name,
            addresses::street,
            addresses::line2,
            addresses::postal_code,
            addresses::town,
            addresses::region,
            addresses::country,
            addresses::created_at,
            addresses::updated_at,
        ))
        .load(conn)?)
}

pub fn pictures(conn: &mut Conn, user: UserId) -> Result<Vec<Picture>> {
    Ok(pending_images::table
        .filter(pending_images::owner_id.eq(user))
        .order(pending_images::id)
        .select((pending_images::url, pending_images::created_at))
        .load(conn)?)
}

pub fn sign_ins(conn: &mut Conn, user: UserId) -> Result<Vec<SignIn>> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user))
        .order(sessions::id)
        .select((
            sessions::factor,
            sessions::address,
            sessions::agent,
            sessions::created_at,
            sessions::seen_at,
        ))
        .load(conn)?)
}

pub fn browsers(conn: &mut Conn, user: UserId) -> Result<Vec<Browser>> {
    Ok(trusted_browsers::table
        .filter(trusted_browsers::user_id.eq(user))
        .order(trusted_browsers::id)
        .select((
            trusted_browsers::address,
            trusted_browsers::agent,
            trusted_browsers::created_at,
            trusted_browsers::expires_at,
        ))
        .load(conn)?)
}

pub fn activity(conn: &mut Conn, user: UserId) -> Result<Vec<Activity>> {
    Ok(security_events::table
        .filter(security_events::user_id.eq(user))
        .order(security_events::id)
        .select((
            security_events::kind,
            security_events::detail,
            security_events::address,
            security_events::agent,
            security_events::created_at,
        ))
        .load(conn)?)
}
