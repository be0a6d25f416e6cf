//! Tokens: what a link in a letter proves. Only their hash is kept, and each works once.

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

/// Letters of one purpose to one person: the least time between two, and the most in a day.
const BETWEEN: TimeDelta = TimeDelta::minutes(5);
const A_DAY: i64 = 5;

string_enum! {
    /// What a token is good for; it is good for nothing else.
    Purpose { Verify = "verify", Reset = "reset", EmailChange = "email-change", EmailUndo = "email-undo" }
}

impl Purpose {
    fn lifetime(self) -> TimeDelta {
        match self {
            Self::Verify => TimeDelta::hours(24),
            Self::Reset | Self::EmailChange => TimeDelta::hours(1),
            Self::EmailUndo => TimeDelta::days(7),
        }
    }

    /// Whether a newer one takes its place. The way back to an old address must not be lost to a second change.
    fn replaces(self) -> bool {
        self != Self::EmailUndo
    }
}

/// SHA-256 in hex: for what is random enough to need no salt.
pub fn hash(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// 32 random bytes as text for an address.
///
/// # Errors
/// The system has no randomness to give.
pub fn random() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal(error, "a token could not be made"))?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

/// What a valid token stands for.
#[derive(Debug, Clone, Queryable)]
pub struct Token {
    pub user: UserId,
    /// The address that it was made for.
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
    /// Makes one, for the link in a letter; older ones of its purpose are void.
    /// None when letters of this purpose went out too often.
    pub fn issue(
        conn: &mut Conn,
        user: UserId,
        purpose: Purpose,
        email: &str,
        now: NaiveDateTime,
    ) -> Result<Option<String>> {
        User::hold(conn, user)?;
        let sent: Vec<NaiveDateTime> = tokens::table
            .filter(tokens::user_id.eq(user))
            .filter(tokens::purpose.eq(purpose))
            .filter(tokens::created_at.gt(now - TimeDelta::days(1)))
            .order(tokens::created_at.desc())
            .limit(A_DAY)
            .select(tokens::created_at)
            .load(conn)?;
        let too_soon = sent.first().is_some_and(|last| *last > now - BETWEEN);
        if purpose.replaces() && (too_soon || i64::try_from(sent.len()).is_ok_and(|sent| sent >= A_DAY)) {
            return Ok(None);
        }
        if purpose.replaces() {
            let older = tokens::table
                .filter(tokens::user_id.eq(user))
                .filter(tokens::purpose.eq(purpose))
                .filter(tokens::used_at.is_null());
            diesel::update(older).set(tokens::used_at.eq(now)).execute(conn)?;
        }
        let plain = random()?;
        let row = NewToken {
            id: TokenId::new(),
            user_id: user,
            purpose,
            hash: &hash(&plain),
            email,
            created_at: now,
            expires_at: now + purpose.lifetime(),
            used_at: None,
        };
        diesel::insert_into(tokens::table).values(&row).execute(conn)?;
        Ok(Some(plain))
    }

    /// What the token stands for, if it could be redeemed now.
    pub fn peek(conn: &mut Conn, purpose: Purpose, plain: &str, now: NaiveDateTime) -> Result<Option<Self>> {
        Ok(tokens::table
            .inner_join(users::table)
            .filter(tokens::hash.eq(hash(plain)))
            .filter(tokens::purpose.eq(purpose))
            .filter(tokens::used_at.is_null())
            .filter(tokens::expires_at.gt(now))
            .filter(users::suspended_at.is_null())
            .select((tokens::user_id, tokens::email, tokens::created_at))
            .first(conn)
            .optional()?)
    }

    /// Uses it up: of many who try at once, one gets it.
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

    /// Voids all that a person has; the ways back to an old address stay.
    pub fn void_all(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<()> {
        let open = tokens::table
            .filter(tokens::user_id.eq(user))
            .filter(tokens::purpose.ne(Purpose::EmailUndo))
            .filter(tokens::used_at.is_null());
        diesel::update(open).set(tokens::used_at.eq(now)).execute(conn)?;
        Ok(())
    }

    /// A change is undone, and with it those after it: nobody goes back to an address that came in between.
    pub fn void_later_undos(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
        let later = tokens::table
            .filter(tokens::user_id.eq(self.user))
            .filter(tokens::purpose.eq(Purpose::EmailUndo))
            .filter(tokens::created_at.ge(self.created_at))
            .filter(tokens::used_at.is_null());
        diesel::update(later).set(tokens::used_at.eq(now)).execute(conn)?;
        Ok(())
    }

    /// The address that waits to be confirmed, if a change was asked for.
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

    /// Takes away what has been of no use for a month.
    pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let old = tokens::table.filter(tokens::expires_at.lt(now - TimeDelta::days(30)));
        Ok(diesel::delete(old).execute(conn)?)
    }
}
