//! Sign-ins: a row each, read with the person on every request, so that ending one takes effect at once.

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::origin::Origin;
use crate::accounts::security_event::{Event, EventKind};
use crate::accounts::user::User;
use crate::db::Conn;
use crate::error::{Error, Result, Step};
use crate::id::{SessionId, UserId};
use crate::schema::{sessions, trusted_browsers, users};
use crate::string_enum::string_enum;

/// `seen_at` is written at most so often, or every look at a page would be a durable write.
pub const SEEN_INTERVAL: TimeDelta = TimeDelta::minutes(1);

string_enum! {
    /// What stands behind a sign-in beside the password.
    Factor {
        /// The password alone: the person has no second factor.
        Password = "password",
        /// The password was right, the second factor is still asked for: good for nothing else.
        Pending = "pending",
        Totp = "totp",
        Recovery = "recovery",
        /// A browser that was told to be remembered.
        Browser = "browser",
    }
}

impl Factor {
    /// Whether a second factor was shown.
    pub fn is_second(self) -> bool {
        matches!(self, Self::Totp | Self::Recovery | Self::Browser)
    }
}

/// How long a sign-in lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub idle: TimeDelta,
    pub absolute: TimeDelta,
}

impl Limits {
    /// The more someone may do, the shorter.
    pub fn of(factor: Factor, admin: bool, seller: bool) -> Self {
        let (idle, absolute) = match (factor, admin, seller) {
            (Factor::Pending, ..) => (TimeDelta::minutes(5), TimeDelta::minutes(5)),
            (_, true, _) => (TimeDelta::minutes(30), TimeDelta::hours(12)),
            (_, _, true) => (TimeDelta::days(7), TimeDelta::days(14)),
            _ => (TimeDelta::days(14), TimeDelta::days(30)),
        };
        Self { idle, absolute }
    }

    pub fn allow(self, created_at: NaiveDateTime, seen_at: NaiveDateTime, now: NaiveDateTime) -> bool {
        // A minute of grace for a clock that was set back; a session from further ahead is no good.
        let ahead = created_at.max(seen_at) > now + TimeDelta::minutes(1);
        !ahead && now < seen_at + self.idle && now < created_at + self.absolute
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
    /// Signs someone in; `shown` is when they showed their password, None when a link in a letter was enough.
    pub fn start(
        conn: &mut Conn,
        user: UserId,
        factor: Factor,
        shown: Option<NaiveDateTime>,
        origin: &Origin,
        now: NaiveDateTime,
    ) -> Result<SessionId> {
        let row = NewSession {
            id: SessionId::new(),
            user_id: user,
            factor,
            address: &origin.address,
            agent: &origin.agent,
            created_at: now,
            seen_at: now,
            auth_at: shown.unwrap_or(DateTime::UNIX_EPOCH.naive_utc()),
        };
        diesel::insert_into(sessions::table).values(&row).execute(conn)?;
        if factor != Factor::Pending {
            diesel::update(users::table.find(user))
                .set(users::last_login_at.eq(now))
                .execute(conn)?;
            let how = if shown.is_some() {
                factor.label()
            } else {
                "by a link in a letter"
            };
            Event::record(conn, user, EventKind::SignedIn, how, origin, now)?;
        }
        Ok(row.id)
    }

    pub fn touch(conn: &mut Conn, id: SessionId, now: NaiveDateTime) -> Result<()> {
        diesel::update(sessions::table.find(id))
            .set(sessions::seen_at.eq(now))
            .execute(conn)?;
        Ok(())
    }

    /// The password was shown again just now. The session gets a new id.
    pub fn confirm(
        conn: &mut Conn,
        id: SessionId,
        factor: Factor,
        origin: &Origin,
        now: NaiveDateTime,
    ) -> Result<SessionId> {
        let device = Device::of(conn, id)?;
        // Ended elsewhere at this very moment: it does not come back by this.
        if !Self::end(conn, device.user, id)? {
            return Err(Error::StepRequired(Step::SignIn));
        }
        let shown = Device { auth_at: now, ..device };
        let fresh = shown.go_on(conn, factor, origin, now)?;
        Event::record(conn, shown.user, EventKind::Confirmed, "", origin, now)?;
        Ok(fresh)
    }

    /// Ends one of a person's; false when it was not theirs, or gone.
    pub fn end(conn: &mut Conn, user: UserId, id: SessionId) -> Result<bool> {
        let one = sessions::table.find(id).filter(sessions::user_id.eq(user));
        Ok(diesel::delete(one).execute(conn)? == 1)
    }

    /// Ends all of a person's, and forgets the browsers that skip the second factor.
    pub fn end_all(conn: &mut Conn, user: UserId) -> Result<()> {
        diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(conn)?;
        diesel::delete(trusted_browsers::table.filter(trusted_browsers::user_id.eq(user))).execute(conn)?;
        Ok(())
    }

    /// Ends all of a person's but this one, which goes on under a new id.
    pub fn renew(
        conn: &mut Conn,
        id: SessionId,
        factor: Factor,
        origin: &Origin,
        now: NaiveDateTime,
    ) -> Result<SessionId> {
        let device = Device::of(conn, id)?;
        Self::end_all(conn, device.user)?;
        device.go_on(conn, factor, origin, now)
    }

    /// The devices where someone is signed in, the one last seen first.
    pub fn list(conn: &mut Conn, user: &User, seller: bool, now: NaiveDateTime) -> Result<Vec<Self>> {
        let all: Vec<Self> = sessions::table
            .filter(sessions::user_id.eq(user.id))
            .filter(sessions::factor.ne(Factor::Pending))
            .order((sessions::seen_at.desc(), sessions::id.desc()))
            .limit(200)
            .select(Self::as_select())
            .load(conn)?;
        Ok(all
            .into_iter()
            .filter(|one| Limits::of(one.factor, user.admin, seller).allow(one.created_at, one.seen_at, now))
            .collect())
    }

    /// Takes away those that have ended by themselves.
    pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let longest = Limits::of(Factor::Password, false, false);
        let over = sessions::table.filter(
            sessions::created_at
                .lt(now - longest.absolute)
                .or(sessions::seen_at.lt(now - longest.idle)),
        );
        let half = sessions::table
            .filter(sessions::factor.eq(Factor::Pending))
            .filter(sessions::created_at.lt(now - TimeDelta::hours(1)));
        Ok(diesel::delete(over).execute(conn)? + diesel::delete(half).execute(conn)?)
    }
}

/// What goes on under a new id when all sign-ins end. It lasts no longer for it, and the password was shown when it was.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Device {
    user: UserId,
    created_at: NaiveDateTime,
    auth_at: NaiveDateTime,
}

impl Device {
    /// When the password was shown.
    pub fn shown_at(self) -> NaiveDateTime {
        self.auth_at
    }

    /// The one of this sign-in.
    ///
    /// # Errors
    /// It was ended elsewhere just now.
    pub fn of(conn: &mut Conn, id: SessionId) -> Result<Self> {
        let found: Option<Self> = sessions::table
            .find(id)
            .select((sessions::user_id, sessions::created_at, sessions::auth_at))
            .first(conn)
            .optional()?;
        found.ok_or(Error::StepRequired(Step::SignIn))
    }

    /// Under a new id; that is no new sign-in, and no event.
    pub fn go_on(self, conn: &mut Conn, factor: Factor, origin: &Origin, now: NaiveDateTime) -> Result<SessionId> {
        let row = NewSession {
            id: SessionId::new(),
            user_id: self.user,
            factor,
            address: &origin.address,
            agent: &origin.agent,
            created_at: self.created_at,
            seen_at: now,
            auth_at: self.auth_at,
        };
        diesel::insert_into(sessions::table).values(&row).execute(conn)?;
        Ok(row.id)
    }
}

impl Factor {
    /// For people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Password => "with the password",
            Self::Pending => "with the password so far",
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
    fn a_sign_in_ends_when_unused_and_when_old() {
        let now = chrono::DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::days(10_000);
        let limits = Limits::of(Factor::Password, false, false);
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
    fn who_may_do_more_is_signed_in_for_less() {
        let idle = |admin, seller| Limits::of(Factor::Totp, admin, seller).idle;
        assert!(idle(true, true) < idle(false, true));
        assert!(idle(false, true) < idle(false, false));
        assert_eq!(Limits::of(Factor::Pending, true, true).absolute, TimeDelta::minutes(5));
    }
}
