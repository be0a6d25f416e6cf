//! Trusted browsers: they skip the second factor for 30 days.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::accounts::action_context::ActionContext;
use crate::accounts::security_event::EventKind;
use crate::accounts::token::{hash, random};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{BrowserId, UserId};
use crate::schema::trusted_browsers;

const TRUST_TTL: TimeDelta = TimeDelta::days(30);
const MAX_LISTED: i64 = 200;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = trusted_browsers)]
pub struct TrustedBrowser {
    pub id: BrowserId,
    pub address: String,
    pub agent: String,
    pub created_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = trusted_browsers)]
struct NewTrustedBrowser<'a> {
    id: BrowserId,
    user_id: UserId,
    hash: &'a str,
    address: &'a str,
    agent: &'a str,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

impl TrustedBrowser {
    /// Trusts the browser of this action. Returns the token for its cookie.
    pub fn trust(conn: &mut Conn, action: &ActionContext, user: UserId) -> Result<String> {
        let token = random()?;
        let browser = NewTrustedBrowser {
            id: BrowserId::new(),
            user_id: user,
            hash: &hash(&token),
            address: &action.origin.address,
            agent: &action.origin.agent,
            created_at: action.now,
            expires_at: action.now + TRUST_TTL,
        };
        diesel::insert_into(trusted_browsers::table)
            .values(&browser)
            .execute(conn)?;
        action.record(conn, user, EventKind::BrowserTrusted)?;
        Ok(token)
    }

    pub fn is_trusted(conn: &mut Conn, user: UserId, token: &str, now: NaiveDateTime) -> Result<bool> {
        let browser: Option<BrowserId> = trusted_browsers::table
            .filter(trusted_browsers::hash.eq(hash(token)))
            .filter(trusted_browsers::user_id.eq(user))
            .filter(trusted_browsers::expires_at.gt(now))
            .select(trusted_browsers::id)
            .first(conn)
            .optional()?;
        Ok(browser.is_some())
    }

    /// The user's trusted browsers, newest first.
    pub fn of_user(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<Vec<Self>> {
        Ok(trusted_browsers::table
            .filter(trusted_browsers::user_id.eq(user))
            .filter(trusted_browsers::expires_at.gt(now))
            .order(trusted_browsers::id.desc())
            .limit(MAX_LISTED)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// Stops trusting a browser. Returns false when the user has no such browser.
    pub fn revoke(conn: &mut Conn, user: UserId, id: BrowserId) -> Result<bool> {
        let browser = trusted_browsers::table
            .find(id)
            .filter(trusted_browsers::user_id.eq(user));
        Ok(diesel::delete(browser).execute(conn)? == 1)
    }

    pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let expired = trusted_browsers::table.filter(trusted_browsers::expires_at.lt(now));
        Ok(diesel::delete(expired).execute(conn)?)
    }
}
