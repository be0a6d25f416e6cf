//! Sign-in throttles: after some free attempts, the delay between attempts grows. The state is in the database, and no
//! account is ever locked.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::accounts::token::hash;
use crate::db::Conn;
use crate::error::Result;
use crate::id::ThrottleId;
use crate::schema::throttles;

/// How one kind of attempt is slowed down. Times are in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Throttle {
    name: &'static str,
    /// Attempts before the first delay.
    free_attempts: i32,
    /// Each further attempt doubles it.
    first_delay: i64,
    max_delay: i64,
    /// After this long without an attempt, counting starts again.
    reset_after: i64,
}

/// Passwords for one account, known or not.
pub const ACCOUNT_THROTTLE: Throttle = Throttle {
    name: "account",
    free_attempts: 10,
    first_delay: 30,
    max_delay: 15 * 60,
    reset_after: 60 * 60,
};
/// Passwords from one network, which many people may share.
pub const NETWORK_THROTTLE: Throttle = Throttle {
    name: "network",
    free_attempts: 100,
    first_delay: 10,
    max_delay: 5 * 60,
    reset_after: 15 * 60,
};
/// Codes of the second factor, and recovery codes.
pub const SECOND_FACTOR_THROTTLE: Throttle = Throttle {
    name: "factor",
    free_attempts: 5,
    first_delay: 60,
    max_delay: 15 * 60,
    reset_after: 60 * 60,
};
/// Emails that anyone can cause by typing somebody's address.
pub const EMAIL_THROTTLE: Throttle = Throttle {
    // The stored name, which is older than the word email.
    name: "letter",
    free_attempts: 1,
    first_delay: 5 * 60,
    max_delay: 6 * 60 * 60,
    reset_after: 24 * 60 * 60,
};

/// The result of counting an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    Allowed,
    /// Allowed, and the last one without a delay.
    LastFree,
    /// Not allowed; how long until the next attempt is.
    Throttled(TimeDelta),
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
    /// Counts an attempt before it is processed. Needs a transaction of its own, since a rollback would uncount it.
    pub fn count(&self, conn: &mut Conn, subject: &str, now: NaiveDateTime) -> Result<Attempt> {
        let name = self.key(subject);
        // The update comes first, because its lock makes simultaneous attempts wait for each other.
        let updated = diesel::update(throttles::table.filter(throttles::name.eq(&name)))
            .set(throttles::attempts.eq(throttles::attempts + 1))
            .execute(conn)?;
        if updated == 0 {
            let throttle = NewThrottle {
                id: ThrottleId::new(),
                name: &name,
                attempts: 1,
                closed_until: self.closed_until(1, now),
                updated_at: now,
            };
            diesel::insert_into(throttles::table).values(&throttle).execute(conn)?;
            return Ok(self.allowed(1));
        }
        let (attempts, closed_until, updated_at): (i32, NaiveDateTime, NaiveDateTime) = throttles::table
            .filter(throttles::name.eq(&name))
            .select((throttles::attempts, throttles::closed_until, throttles::updated_at))
            .first(conn)?;
        // An attempt that waited for the lock has an older `now` than the one that was counted before it. It must not
        // be refused because of that one.
        if closed_until > now.max(updated_at) {
            return Ok(Attempt::Throttled(closed_until - now));
        }
        let is_reset = updated_at + TimeDelta::seconds(self.reset_after) < now;
        let attempts = if is_reset { 1 } else { attempts };
        diesel::update(throttles::table.filter(throttles::name.eq(&name)))
            .set((
                throttles::attempts.eq(attempts),
                throttles::closed_until.eq(self.closed_until(attempts, now)),
                throttles::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(self.allowed(attempts))
    }

    /// Starts counting again, after a success.
    pub fn reset(&self, conn: &mut Conn, subject: &str) -> Result<()> {
        diesel::delete(throttles::table.filter(throttles::name.eq(self.key(subject)))).execute(conn)?;
        Ok(())
    }

    /// Takes one attempt off the count, after a success, without resetting those of others.
    pub fn uncount(&self, conn: &mut Conn, subject: &str) -> Result<()> {
        let counted = throttles::table
            .filter(throttles::name.eq(self.key(subject)))
            .filter(throttles::attempts.gt(0));
        diesel::update(counted)
            .set(throttles::attempts.eq(throttles::attempts - 1))
            .execute(conn)?;
        Ok(())
    }

    /// Deletes what was not updated for a day.
    pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let expired = throttles::table.filter(throttles::updated_at.lt(now - TimeDelta::days(1)));
        Ok(diesel::delete(expired).execute(conn)?)
    }

    /// Subjects are personal addresses and names, so only their hash is stored.
    fn key(&self, subject: &str) -> String {
        format!("{}:{}", self.name, hash(subject))
    }

    fn allowed(&self, attempts: i32) -> Attempt {
        if attempts == self.free_attempts {
            Attempt::LastFree
        } else {
            Attempt::Allowed
        }
    }

    fn closed_until(&self, attempts: i32, now: NaiveDateTime) -> NaiveDateTime {
        match u32::try_from(attempts - self.free_attempts) {
            Ok(further) => {
                let delay = self.first_delay.saturating_mul(1_i64 << further.min(20));
                now + TimeDelta::seconds(delay.min(self.max_delay))
            }
            Err(_) => now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_starts_after_the_free_attempts_and_grows_to_its_maximum() {
        let now = chrono::DateTime::UNIX_EPOCH.naive_utc();
        let delay = |attempts| (ACCOUNT_THROTTLE.closed_until(attempts, now) - now).num_seconds();
        assert_eq!(
            [1, 9, 10, 11, 12, 100, i32::MAX].map(delay),
            [0, 0, 30, 60, 120, 900, 900]
        );
        assert_eq!(ACCOUNT_THROTTLE.allowed(9), Attempt::Allowed);
        assert_eq!(ACCOUNT_THROTTLE.allowed(10), Attempt::LastFree);
    }
}
