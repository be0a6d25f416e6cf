//! Throttles: after so many tries, a rest between them that grows. Kept in the database; never a lock-out.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::accounts::token::hash;
use crate::db::Conn;
use crate::error::Result;
use crate::id::ThrottleId;
use crate::schema::throttles;

/// How a kind of try is slowed down. Times in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Throttle {
    name: &'static str,
    /// Tries before the first rest.
    free: i32,
    /// The first rest; each further try doubles it.
    rest: i64,
    longest: i64,
    /// After so long without a try, all is forgotten.
    forget: i64,
}

/// Passwords for one account, known or not.
pub const BY_ACCOUNT: Throttle = Throttle {
    name: "account",
    free: 10,
    rest: 30,
    longest: 15 * 60,
    forget: 60 * 60,
};
/// Passwords from one network; many people may share it.
pub const BY_NETWORK: Throttle = Throttle {
    name: "network",
    free: 100,
    rest: 10,
    longest: 5 * 60,
    forget: 15 * 60,
};
/// Codes of the second factor, and recovery codes.
pub const BY_FACTOR: Throttle = Throttle {
    name: "factor",
    free: 5,
    rest: 60,
    longest: 15 * 60,
    forget: 60 * 60,
};
/// Letters that anyone can cause by typing somebody's address.
pub const BY_LETTER: Throttle = Throttle {
    name: "letter",
    free: 1,
    rest: 5 * 60,
    longest: 6 * 60 * 60,
    forget: 24 * 60 * 60,
};

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Try {
    Allowed,
    /// Allowed, and the last before a rest.
    AllowedThenRest,
    /// Not now; how long until the next one counts.
    Rest(TimeDelta),
}

#[derive(Insertable)]
#[diesel(table_name = throttles)]
struct NewThrottle<'a> {
    id: ThrottleId,
    name: &'a str,
    attempts: i32,
    closed_until: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl Throttle {
    /// Counts a try, before anything is done about it. Belongs in a transaction of its own, or what fails uncounts it.
    pub fn count(&self, conn: &mut Conn, subject: &str, now: NaiveDateTime) -> Result<Try> {
        let name = self.name_of(subject);
        // The update comes first: its lock makes those who try at the same moment stand in line.
        let known = diesel::update(throttles::table.filter(throttles::name.eq(&name)))
            .set(throttles::attempts.eq(throttles::attempts + 1))
            .execute(conn)?;
        if known == 0 {
            let row = NewThrottle {
                id: ThrottleId::new(),
                name: &name,
                attempts: 1,
                closed_until: self.closed_until(1, now),
                updated_at: now,
            };
            diesel::insert_into(throttles::table).values(&row).execute(conn)?;
            return Ok(self.verdict(1));
        }
        let (attempts, closed_until, updated_at): (i32, NaiveDateTime, NaiveDateTime) = throttles::table
            .filter(throttles::name.eq(&name))
            .select((throttles::attempts, throttles::closed_until, throttles::updated_at))
            .first(conn)?;
        // Who came a moment earlier, by their clock, does not find it closed by who was written down first.
        if closed_until > now.max(updated_at) {
            return Ok(Try::Rest(closed_until - now));
        }
        let forgotten = updated_at + TimeDelta::seconds(self.forget) < now;
        let attempts = if forgotten { 1 } else { attempts };
        diesel::update(throttles::table.filter(throttles::name.eq(&name)))
            .set((
                throttles::attempts.eq(attempts),
                throttles::closed_until.eq(self.closed_until(attempts, now)),
                throttles::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(self.verdict(attempts))
    }

    /// It was the right person: their account starts afresh.
    pub fn forgive(&self, conn: &mut Conn, subject: &str) -> Result<()> {
        diesel::delete(throttles::table.filter(throttles::name.eq(self.name_of(subject)))).execute(conn)?;
        Ok(())
    }

    /// It was the right person: this one try does not count against all others there.
    pub fn take_back(&self, conn: &mut Conn, subject: &str) -> Result<()> {
        let one = throttles::table
            .filter(throttles::name.eq(self.name_of(subject)))
            .filter(throttles::attempts.gt(0));
        diesel::update(one)
            .set(throttles::attempts.eq(throttles::attempts - 1))
            .execute(conn)?;
        Ok(())
    }

    /// Takes away what no try has touched for a day.
    pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let old = throttles::table.filter(throttles::updated_at.lt(now - TimeDelta::days(1)));
        Ok(diesel::delete(old).execute(conn)?)
    }

    /// Subjects are people's addresses and names, so only their hash is kept.
    fn name_of(&self, subject: &str) -> String {
        format!("{}:{}", self.name, hash(subject))
    }

    fn verdict(&self, attempts: i32) -> Try {
        if attempts == self.free {
            Try::AllowedThenRest
        } else {
            Try::Allowed
        }
    }

    fn closed_until(&self, attempts: i32, now: NaiveDateTime) -> NaiveDateTime {
        match u32::try_from(attempts - self.free) {
            Ok(further) => {
                let rest = self.rest.saturating_mul(1_i64 << further.min(20));
                now + TimeDelta::seconds(rest.min(self.longest))
            }
            Err(_) => now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_begins_after_the_free_tries_and_grows_to_its_end() {
        let now = chrono::DateTime::UNIX_EPOCH.naive_utc();
        let rest = |attempts| (BY_ACCOUNT.closed_until(attempts, now) - now).num_seconds();
        assert_eq!(
            [1, 9, 10, 11, 12, 100, i32::MAX].map(rest),
            [0, 0, 30, 60, 120, 900, 900]
        );
        assert_eq!(BY_ACCOUNT.verdict(9), Try::Allowed);
        assert_eq!(BY_ACCOUNT.verdict(10), Try::AllowedThenRest);
    }
}
