//! The queue: one row a job. Written with what it follows from, in the same transaction.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::backoff::MAX_TRIES;
use super::lane::{Kinds, Share};
use crate::db::Conn;
use crate::error::Result;
use crate::id::JobId;
use crate::schema::jobs;

/// Something to be done: at least once, and nearly always once.
#[derive(Debug, Clone)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub payload: String,
    /// How often it was tried, this time included.
    pub attempts: i32,
    pub created_at: NaiveDateTime,
}

/// A job that nobody will try again, unless asked to.
#[derive(Debug, Clone, Queryable)]
pub struct DeadJob {
    pub id: JobId,
    pub kind: String,
    pub attempts: i32,
    /// What went wrong last.
    pub error: String,
    pub created_at: NaiveDateTime,
    pub dead_at: Option<NaiveDateTime>,
}

/// How a try ended.
pub(super) enum Outcome {
    Done,
    Again { error: String, at: NaiveDateTime },
    Dead { error: String },
}

/// Asks for a job. It is done only if the caller's transaction is committed.
pub fn enqueue(conn: &mut Conn, kind: &str, payload: &str, run_at: NaiveDateTime, now: NaiveDateTime) -> Result<JobId> {
    let id = JobId::new();
    diesel::insert_into(jobs::table)
        .values((
            jobs::id.eq(id),
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::run_at.eq(run_at),
            jobs::attempts.eq(0),
            jobs::error.eq(""),
            jobs::created_at.eq(now),
        ))
        .execute(conn)?;
    Ok(id)
}

/// The dead jobs, the latest first.
pub fn dead(conn: &mut Conn, kind: Option<&str>, limit: i64) -> Result<Vec<DeadJob>> {
    let mut query = jobs::table
        .filter(jobs::dead_at.is_not_null())
        .order((jobs::dead_at.desc(), jobs::id.desc()))
        .limit(limit)
        .select((
            jobs::id,
            jobs::kind,
            jobs::attempts,
            jobs::error,
            jobs::created_at,
            jobs::dead_at,
        ))
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(jobs::kind.eq(kind.to_owned()));
    }
    Ok(query.load(conn)?)
}

/// How many jobs are dead.
pub fn dead_count(conn: &mut Conn) -> Result<i64> {
    Ok(jobs::table
        .filter(jobs::dead_at.is_not_null())
        .count()
        .get_result(conn)?)
}

/// Takes away jobs that have been dead for a quarter of a year; nobody will miss those letters now.
pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
    let old = jobs::table.filter(jobs::dead_at.lt(now - TimeDelta::days(90)));
    Ok(diesel::delete(old).execute(conn)?)
}

/// Gives a dead job all its tries again, from now on; false when there is no such dead job.
pub fn retry(conn: &mut Conn, id: JobId, now: NaiveDateTime) -> Result<bool> {
    let revived = diesel::update(jobs::table.find(id).filter(jobs::dead_at.is_not_null()))
        .set((
            jobs::dead_at.eq(None::<NaiveDateTime>),
            jobs::leased_until.eq(None::<NaiveDateTime>),
            jobs::run_at.eq(now),
            jobs::attempts.eq(0),
        ))
        .execute(conn)?;
    Ok(revived == 1)
}

/// How many jobs are still to be done, whenever they are due.
pub fn waiting(conn: &mut Conn, kind: Option<&str>) -> Result<i64> {
    let mut query = jobs::table.filter(jobs::dead_at.is_null()).into_boxed();
    if let Some(kind) = kind {
        query = query.filter(jobs::kind.eq(kind.to_owned()));
    }
    Ok(query.count().get_result(conn)?)
}

/// Takes the oldest job of the lane that is due and that nobody else has.
pub(super) fn take(conn: &mut Conn, share: &Share, now: NaiveDateTime) -> Result<Option<Job>> {
    loop {
        let due = jobs::table
            .filter(jobs::dead_at.is_null())
            .filter(jobs::run_at.le(now))
            .filter(jobs::leased_until.is_null().or(jobs::leased_until.le(now)))
            .order((jobs::run_at, jobs::id))
            .select((jobs::id, jobs::kind, jobs::payload, jobs::attempts, jobs::created_at))
            .into_boxed();
        let due = match &share.kinds {
            Kinds::Only(kinds) => due.filter(jobs::kind.eq_any(*kinds)),
            Kinds::AllBut(kinds) => due.filter(jobs::kind.ne_all(kinds)),
        };
        let due: Option<(JobId, String, String, i32, NaiveDateTime)> = due.first(conn).optional()?;
        let Some((id, kind, payload, before, created_at)) = due else {
            return Ok(None);
        };
        let job = Job {
            id,
            kind,
            payload,
            attempts: before + 1,
            created_at,
        };
        if before >= MAX_TRIES {
            // Its last try never ended: it may be what ends the process.
            let error = "the program ended during the last try".to_owned();
            settle(
                conn,
                &Job {
                    attempts: before,
                    ..job
                },
                &Outcome::Dead { error },
                now,
            )?;
            continue;
        }
        // The count of tries changes whenever someone takes the job, so only one of many can.
        let taken = diesel::update(
            jobs::table
                .find(id)
                .filter(jobs::attempts.eq(before))
                .filter(jobs::dead_at.is_null())
                .filter(jobs::run_at.le(now))
                .filter(jobs::leased_until.is_null().or(jobs::leased_until.le(now))),
        )
        .set((
            jobs::leased_until.eq(now + share.lease),
            jobs::attempts.eq(job.attempts),
        ))
        .execute(conn)?;
        if taken == 1 {
            return Ok(Some(job));
        }
    }
}

/// Writes down how a try ended; what someone else has taken over meanwhile is left to them.
pub(super) fn settle(conn: &mut Conn, job: &Job, outcome: &Outcome, now: NaiveDateTime) -> Result<()> {
    let ours = jobs::table
        .find(job.id)
        .filter(jobs::attempts.eq(job.attempts))
        .filter(jobs::dead_at.is_null());
    match outcome {
        Outcome::Done => {
            diesel::delete(jobs::table.find(job.id)).execute(conn)?;
        }
        Outcome::Again { error, at } => {
            diesel::update(ours)
                .set((
                    jobs::run_at.eq(at),
                    jobs::leased_until.eq(None::<NaiveDateTime>),
                    jobs::error.eq(error),
                ))
                .execute(conn)?;
        }
        Outcome::Dead { error } => {
            let dead = diesel::update(ours)
                .set((
                    jobs::dead_at.eq(now),
                    jobs::leased_until.eq(None::<NaiveDateTime>),
                    jobs::error.eq(error),
                ))
                .execute(conn)?;
            if dead == 1 {
                tracing::error!(
                    job = job.id.0,
                    kind = job.kind,
                    error,
                    "a job is dead: nobody will try it again"
                );
            }
        }
    }
    Ok(())
}
