//! How many there are of what.

use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::schema::{sessions, shops, users};

pub struct Counts {
    pub people: i64,
    pub verified: i64,
    pub admins: i64,
    pub shops: i64,
    pub sessions: i64,
}

impl Counts {
    pub fn now(conn: &mut Conn) -> Result<Self> {
        Ok(Self {
            people: users::table.count().get_result(conn)?,
            verified: users::table
                .filter(users::email_verified_at.is_not_null())
                .count()
                .get_result(conn)?,
            admins: users::table.filter(users::admin.eq(true)).count().get_result(conn)?,
            shops: shops::table.count().get_result(conn)?,
            sessions: sessions::table.count().get_result(conn)?,
        })
    }
}
