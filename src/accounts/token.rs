//! Tokens of links in emails. Only their hash is stored, and each works once.

use chrono::{NaiveDateTime, TimeDelta};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::user::User;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{TokenId, UserId};
use crate::schema::{tokens, users};
use crate::string_enum::string_enum;

/// The minimum time between two emails of one purpose to one user.
const MIN_INTERVAL: TimeDelta = TimeDelta::minutes(5);
/// Emails of one purpose to one user within 24 hours.
const MAX_PER_DAY: i64 = 5;

string_enum! {
    /// The only thing that a token can be used for.
    Purpose { Verify = "verify", Reset = "reset", EmailChange = "email-change", EmailUndo = "email-undo" }
}

impl Purpose {
    fn ttl(self) -> TimeDelta {
        match self {
            Self::Verify => TimeDelta::hours(24),
            Self::Reset | Self::EmailChange => TimeDelta::hours(1),
            Self::EmailUndo => TimeDelta::days(7),
        }
    }

    /// Whether a new token voids older ones. A second change of address must not void the undo link of the first.
    fn replaces_older(self) -> bool {
        self != Self::EmailUndo
    }
}

/// SHA-256 in hex, for values that are random enough to need no salt.
pub fn hash(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// 32 random bytes as text for URLs.
///
/// # Errors
/// The operating system's random source failed.
pub fn random() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error, "creating a token"))?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

/// The user and address of a valid token.
#[derive(Debug, Clone, Queryable, Selectable)]
pub struct Token {
    #[diesel(column_name = user_id)]
    pub user: UserId,
    /// The address that it was issued for.
    pub email: String,
    created_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = tokens, treat_none_as_default_value = false)]
struct NewToken<'a> {
    id: TokenId,
    user_id: UserId,
    purpose: Purpose,
    hash: &'a str,
    email: &'a str,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    used_at: Option<NaiveDateTime>,
}

impl Token {
    /// Creates a token for the link of an email, and voids older ones of its purpose. None: there were too many emails
    /// of this purpose.
    pub fn issue(
        conn: &mut Conn,
        user: UserId,
        purpose: Purpose,
        email: &str,
        now: NaiveDateTime,
    ) -> Result<Option<String>> {
        User::lock(conn, user)?;
        let issued: Vec<NaiveDateTime> = tokens::table
            .filter(tokens::user_id.eq(user))
            .filter(tokens::purpose.eq(purpose))
            .filter(tokens::created_at.gt(now - TimeDelta::days(1)))
            .order(tokens::created_at.desc())
            .limit(MAX_PER_DAY)
            .select(tokens::created_at)
            .load(conn)?;
        let too_soon = issued.first().is_some_and(|last| *last > now - MIN_INTERVAL);
        let too_many = i64::try_from(issued.len()).is_ok_and(|count| count >= MAX_PER_DAY);
        if purpose.replaces_older() && (too_soon || too_many) {
            return Ok(None);
        }
        if purpose.replaces_older() {
            let older = tokens::table
                .filter(tokens::user_id.eq(user))
                .filter(tokens::purpose.eq(purpose))
                .filter(tokens::used_at.is_null());
            diesel::update(older).set(tokens::used_at.eq(now)).execute(conn)?;
        }
        let plain = random()?;
        let token = NewToken {
            id: TokenId::new(),
            user_id: user,
            purpose,
            hash: &hash(&plain),
            email,
            created_at: now,
            expires_at: now + purpose.ttl(),
            used_at: None,
        };
        diesel::insert_into(tokens::table).values(&token).execute(conn)?;
        Ok(Some(plain))
    }

    /// The token, if it could be redeemed now.
    pub fn peek(conn: &mut Conn, purpose: Purpose, plain: &str, now: NaiveDateTime) -> Result<Option<Self>> {
        Ok(tokens::table
            .inner_join(users::table)
            .filter(tokens::hash.eq(hash(plain)))
            .filter(tokens::purpose.eq(purpose))
            .filter(tokens::used_at.is_null())
            .filter(tokens::expires_at.gt(now))
            .filter(users::suspended_at.is_null())
            .select(Self::as_select())
            .first(conn)
            .optional()?)
    }

    /// Uses the token. Of several simultaneous requests, only one succeeds.
    pub fn redeem(conn: &mut Conn, purpose: Purpose, plain: &str, now: NaiveDateTime) -> Result<Option<Self>> {
        let Some(token) = Self::peek(conn, purpose, plain, now)? else {
            return Ok(None);
        };
        let unused = tokens::table
            .filter(tokens::hash.eq(hash(plain)))
            .filter(tokens::used_at.is_null());
        let used = diesel::update(unused).set(tokens::used_at.eq(now)).execute(conn)?;
        Ok((used == 1).then_some(token))
    }

    /// Voids all unused tokens of a user, except those that undo a change of address.
    pub fn void_all(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<()> {
        let unused = tokens::table
            .filter(tokens::user_id.eq(user))
            .filter(tokens::purpose.ne(Purpose::EmailUndo))
            .filter(tokens::used_at.is_null());
        diesel::update(unused).set(tokens::used_at.eq(now)).execute(conn)?;
        Ok(())
    }

    /// Voids the undo tokens that were issued after this one. They lead to addresses that were set in between.
    pub fn void_later_undos(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
        let later = tokens::table
            .filter(tokens::user_id.eq(self.user))
            .filter(tokens::purpose.eq(Purpose::EmailUndo))
            .filter(tokens::created_at.ge(self.created_at))
            .filter(tokens::used_at.is_null());
        diesel::update(later).set(tokens::used_at.eq(now)).execute(conn)?;
        Ok(())
    }

    /// The new address of a change that is not confirmed yet.
    pub fn pending_change(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<Option<String>> {
        Ok(tokens::table
            .filter(tokens::user_id.eq(user))
            .filter(tokens::purpose.eq(Purpose::EmailChange))
            .filter(tokens::used_at.is_null())
            .filter(tokens::expires_at.gt(now))
            .order(tokens::created_at.desc())
            .select(tokens::email)
            .first(conn)
            .optional()?)
    }

    /// Deletes tokens that expired 30 days ago.
    pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let expired = tokens::table.filter(tokens::expires_at.lt(now - TimeDelta::days(30)));
        Ok(diesel::delete(expired).execute(conn)?)
    }
}
