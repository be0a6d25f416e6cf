//! Browsers that were told to be remembered: they skip the second factor for a month.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::origin::Origin;
use crate::accounts::security_event::{Event, EventKind};
use crate::accounts::token::{hash, random};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{BrowserId, UserId};
use crate::schema::trusted_browsers;

const LIFETIME: TimeDelta = TimeDelta::days(30);

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = trusted_browsers)]
pub struct Browser {
    pub id: BrowserId,
    pub address: String,
    pub agent: String,
    pub created_at: NaiveDateTime,
    pub expires_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = trusted_browsers)]
struct NewBrowser<'a> {
    id: BrowserId,
    user_id: UserId,
    hash: &'a str,
    address: &'a str,
    agent: &'a str,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

impl Browser {
    /// Remembers this one; what comes back is for its cookie.
    pub fn trust(conn: &mut Conn, user: UserId, origin: &Origin, now: NaiveDateTime) -> Result<String> {
        let plain = random()?;
        let row = NewBrowser {
            id: BrowserId::new(),
            user_id: user,
            hash: &hash(&plain),
            address: &origin.address,
            agent: &origin.agent,
            created_at: now,
            expires_at: now + LIFETIME,
        };
        diesel::insert_into(trusted_browsers::table)
            .values(&row)
            .execute(conn)?;
        Event::record(conn, user, EventKind::BrowserTrusted, "", origin, now)?;
        Ok(plain)
    }

    pub fn is_trusted(conn: &mut Conn, user: UserId, plain: &str, now: NaiveDateTime) -> Result<bool> {
        let found: Option<BrowserId> = trusted_browsers::table
            .filter(trusted_browsers::hash.eq(hash(plain)))
            .filter(trusted_browsers::user_id.eq(user))
            .filter(trusted_browsers::expires_at.gt(now))
            .select(trusted_browsers::id)
            .first(conn)
            .optional()?;
        Ok(found.is_some())
    }

    pub fn list(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<Vec<Self>> {
        Ok(trusted_browsers::table
            .filter(trusted_browsers::user_id.eq(user))
            .filter(trusted_browsers::expires_at.gt(now))
            .order(trusted_browsers::id.desc())
            .limit(200)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// Forgets one of a person's; false when it was not theirs, or gone.
    pub fn forget(conn: &mut Conn, user: UserId, id: BrowserId) -> Result<bool> {
        let one = trusted_browsers::table
            .find(id)
            .filter(trusted_browsers::user_id.eq(user));
        Ok(diesel::delete(one).execute(conn)? == 1)
    }

    /// Takes away those whose month is over.
    pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let over = trusted_browsers::table.filter(trusted_browsers::expires_at.lt(now));
        Ok(diesel::delete(over).execute(conn)?)
    }
}
