//! Sessions: one row for each sign-in. It is read on every request, so that ending it takes effect at once.

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::accounts::action_context::ActionContext;
use crate::accounts::security_event::EventKind;
use crate::accounts::user::User;
use crate::db::Conn;
use crate::error::{Error, Result, Step};
use crate::id::{SessionId, UserId};
use crate::schema::{sessions, trusted_browsers, users};
use crate::string_enum::string_enum;

/// `seen_at` is written at most this often, since every write is durable.
pub const SEEN_INTERVAL: TimeDelta = TimeDelta::minutes(1);
const MAX_LISTED: i64 = 200;

string_enum! {
    /// How the user of a session signed in.
    Factor {
        /// By password; the user has no second factor.
        Password = "password",
        /// By password, and the second factor is still due. Such a session gives no other rights.
        Pending = "pending",
        Totp = "totp",
        Recovery = "recovery",
        /// By password, in a trusted browser.
        Browser = "browser",
    }
}

impl Factor {
    /// Whether a second factor was accepted.
    pub fn is_second(self) -> bool {
        matches!(self, Self::Totp | Self::Recovery | Self::Browser)
    }
}

/// How long a session lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Since the last request.
    pub idle: TimeDelta,
    /// Since the sign-in.
    pub absolute: TimeDelta,
}

impl SessionLimits {
    /// Sessions with more rights are shorter.
    pub fn new(factor: Factor, admin: bool, seller: bool) -> Self {
        let (idle, absolute) = match (factor, admin, seller) {
            (Factor::Pending, ..) => (TimeDelta::minutes(5), TimeDelta::minutes(5)),
            (_, true, _) => (TimeDelta::minutes(30), TimeDelta::hours(12)),
            (_, _, true) => (TimeDelta::days(7), TimeDelta::days(14)),
            _ => (TimeDelta::days(14), TimeDelta::days(30)),
        };
        Self { idle, absolute }
    }

    /// Whether a session is still valid.
    pub fn allow(self, created_at: NaiveDateTime, seen_at: NaiveDateTime, now: NaiveDateTime) -> bool {
        // One minute of tolerance, in case the clock was set back. A session from further in the future is not valid.
        let in_future = created_at.max(seen_at) > now + TimeDelta::minutes(1);
        !in_future && now < seen_at + self.idle && now < created_at + self.absolute
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
pub struct Session {
    pub id: SessionId,
    pub factor: Factor,
    pub address: String,
    pub agent: String,
    pub created_at: NaiveDateTime,
    pub seen_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = sessions)]
struct NewSession<'a> {
    id: SessionId,
    user_id: UserId,
    factor: Factor,
    address: &'a str,
    agent: &'a str,
    created_at: NaiveDateTime,
    seen_at: NaiveDateTime,
    auth_at: NaiveDateTime,
}

impl Session {
    /// Signs a user in. `authenticated_at` is when they entered the password; None: they used a link from an email.
    pub fn start(
        conn: &mut Conn,
        action: &ActionContext,
        user: UserId,
        factor: Factor,
        authenticated_at: Option<NaiveDateTime>,
    ) -> Result<SessionId> {
        let session = NewSession {
            id: SessionId::new(),
            user_id: user,
            factor,
            address: &action.origin.address,
            agent: &action.origin.agent,
            created_at: action.now,
            seen_at: action.now,
            auth_at: authenticated_at.unwrap_or(DateTime::UNIX_EPOCH.naive_utc()),
        };
        diesel::insert_into(sessions::table).values(&session).execute(conn)?;
        if factor != Factor::Pending {
            diesel::update(users::table.find(user))
                .set(users::last_login_at.eq(action.now))
                .execute(conn)?;
            let method = if authenticated_at.is_some() {
                factor.label()
            } else {
                "by a link in an email"
            };
            action.record_detail(conn, user, EventKind::SignedIn, method)?;
        }
        Ok(session.id)
    }

    /// Records that the session was used.
    pub fn touch(conn: &mut Conn, id: SessionId, now: NaiveDateTime) -> Result<()> {
        diesel::update(sessions::table.find(id))
            .set(sessions::seen_at.eq(now))
            .execute(conn)?;
        Ok(())
    }

    /// The user entered the password again. Returns the new id of the session.
    pub fn reauthenticate(conn: &mut Conn, action: &ActionContext, id: SessionId, factor: Factor) -> Result<SessionId> {
        let current = CurrentSession::find(conn, id)?;
        // A session that was ended by another request at the same moment stays ended.
        if !Self::end(conn, current.user, id)? {
            return Err(Error::StepRequired(Step::SignIn));
        }
        let current = CurrentSession {
            auth_at: action.now,
            ..current
        };
        let new_id = current.reissue(conn, action, factor)?;
        action.record(conn, current.user, EventKind::Confirmed)?;
        Ok(new_id)
    }

    /// Ends a session. Returns false when the user has no such session.
    pub fn end(conn: &mut Conn, user: UserId, id: SessionId) -> Result<bool> {
        let session = sessions::table.find(id).filter(sessions::user_id.eq(user));
        Ok(diesel::delete(session).execute(conn)? == 1)
    }

    /// Ends all sessions of a user, and stops trusting their browsers.
    pub fn end_all(conn: &mut Conn, user: UserId) -> Result<()> {
        diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(conn)?;
        diesel::delete(trusted_browsers::table.filter(trusted_browsers::user_id.eq(user))).execute(conn)?;
        Ok(())
    }

    /// Ends all sessions of the user except this one. Returns its new id.
    pub fn end_others(conn: &mut Conn, action: &ActionContext, id: SessionId, factor: Factor) -> Result<SessionId> {
        let current = CurrentSession::find(conn, id)?;
        Self::end_all(conn, current.user)?;
        current.reissue(conn, action, factor)
    }

    /// The user's valid sessions, the most recently used first.
    pub fn of_user(conn: &mut Conn, user: &User, seller: bool, now: NaiveDateTime) -> Result<Vec<Self>> {
        let sessions: Vec<Self> = sessions::table
            .filter(sessions::user_id.eq(user.id))
            .filter(sessions::factor.ne(Factor::Pending))
            .order((sessions::seen_at.desc(), sessions::id.desc()))
            .limit(MAX_LISTED)
            .select(Self::as_select())
            .load(conn)?;
        Ok(sessions
            .into_iter()
            .filter(|session| {
                SessionLimits::new(session.factor, user.admin, seller).allow(session.created_at, session.seen_at, now)
            })
            .collect())
    }

    pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let longest = SessionLimits::new(Factor::Password, false, false);
        let expired = sessions::table.filter(
            sessions::created_at
                .lt(now - longest.absolute)
                .or(sessions::seen_at.lt(now - longest.idle)),
        );
        let pending = sessions::table
            .filter(sessions::factor.eq(Factor::Pending))
            .filter(sessions::created_at.lt(now - TimeDelta::hours(1)));
        Ok(diesel::delete(expired).execute(conn)? + diesel::delete(pending).execute(conn)?)
    }
}

/// The part of a session that stays when it gets a new id: its lifetime, and when the password was entered.
#[derive(Debug, Clone, Copy, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct CurrentSession {
    #[diesel(column_name = user_id)]
    user: UserId,
    created_at: NaiveDateTime,
    auth_at: NaiveDateTime,
}

impl CurrentSession {
    /// When the password was entered.
    pub fn authenticated_at(self) -> NaiveDateTime {
        self.auth_at
    }

    /// # Errors
    /// `StepRequired` when the session was ended.
    pub fn find(conn: &mut Conn, id: SessionId) -> Result<Self> {
        let session = sessions::table
            .find(id)
            .select(Self::as_select())
            .first(conn)
            .optional()?;
        session.ok_or(Error::StepRequired(Step::SignIn))
    }

    /// Inserts the session again with a new id. This is not a new sign-in, so no event is recorded.
    pub fn reissue(self, conn: &mut Conn, action: &ActionContext, factor: Factor) -> Result<SessionId> {
        let session = NewSession {
            id: SessionId::new(),
            user_id: self.user,
            factor,
            address: &action.origin.address,
            agent: &action.origin.agent,
            created_at: self.created_at,
            seen_at: action.now,
            auth_at: self.auth_at,
        };
        diesel::insert_into(sessions::table).values(&session).execute(conn)?;
        Ok(session.id)
    }
}

impl Factor {
    /// The text on pages.
    pub fn label(self) -> &'static str {
        match self {
            Self::Password => "with the password",
            Self::Pending => "with the password, code pending",
            Self::Totp => "with the password and a code",
            Self::Recovery => "with the password and a recovery code",
            Self::Browser => "with the password, in a remembered browser",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_expires_when_idle_and_when_old() {
        let now = chrono::DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::days(10_000);
        let limits = SessionLimits::new(Factor::Password, false, false);
        let second = TimeDelta::seconds(1);
        assert!(limits.allow(
            now - TimeDelta::days(14) + second,
            now - TimeDelta::days(14) + second,
            now
        ));
        assert!(!limits.allow(now - TimeDelta::days(14), now - TimeDelta::days(14), now));
        assert!(limits.allow(now - TimeDelta::days(30) + second, now, now));
        assert!(!limits.allow(now - TimeDelta::days(30), now, now));
        assert!(!limits.allow(now + TimeDelta::hours(1), now + TimeDelta::hours(1), now));
    }

    #[test]
    fn sessions_with_more_rights_are_shorter() {
        let idle = |admin, seller| SessionLimits::new(Factor::Totp, admin, seller).idle;
        assert!(idle(true, true) < idle(false, true));
        assert!(idle(false, true) < idle(false, false));
        assert_eq!(
            SessionLimits::new(Factor::Pending, true, true).absolute,
            TimeDelta::minutes(5)
        );
    }
}
