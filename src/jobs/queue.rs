//! The queue: one row per job, added in the transaction that causes the job.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::backoff::MAX_ATTEMPTS;
use super::lane::{KindFilter, LaneFilter};
use crate::db::Conn;
use crate::error::Result;
use crate::id::JobId;
use crate::schema::jobs;

/// How long dead jobs are kept.
const DEAD_JOB_TTL: TimeDelta = TimeDelta::days(90);

/// A job. It runs at least once, and nearly always only once.
#[derive(Debug, Clone)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub payload: String,
    /// The number of attempts, including this one.
    pub attempts: i32,
    pub created_at: NaiveDateTime,
}

#[derive(Insertable)]
#[diesel(table_name = jobs)]
struct NewJob<'a> {
    id: JobId,
    kind: &'a str,
    payload: &'a str,
    run_at: NaiveDateTime,
    attempts: i32,
    error: &'a str,
    created_at: NaiveDateTime,
}

/// A job that failed every attempt. An admin can retry it.
#[derive(Debug, Clone, Queryable)]
pub struct DeadJob {
    pub id: JobId,
    pub kind: String,
    pub attempts: i32,
    /// The error of the last attempt.
    pub error: String,
    pub created_at: NaiveDateTime,
    pub dead_at: Option<NaiveDateTime>,
}

/// The result of an attempt.
pub(super) enum AttemptResult {
    Done,
    Retry { error: String, at: NaiveDateTime },
    Dead { error: String },
}

/// Adds a job. It runs only if the caller's transaction is committed.
pub fn enqueue(conn: &mut Conn, kind: &str, payload: &str, run_at: NaiveDateTime, now: NaiveDateTime) -> Result<JobId> {
    let job = NewJob {
        id: JobId::new(),
        kind,
        payload,
        run_at,
        attempts: 0,
        error: "",
        created_at: now,
    };
    diesel::insert_into(jobs::table).values(&job).execute(conn)?;
    Ok(job.id)
}

/// The dead jobs, newest first.
pub fn dead_jobs(conn: &mut Conn, kind: Option<&str>, limit: i64) -> Result<Vec<DeadJob>> {
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

/// The number of dead jobs.
pub fn count_dead(conn: &mut Conn) -> Result<i64> {
    Ok(jobs::table
        .filter(jobs::dead_at.is_not_null())
        .count()
        .get_result(conn)?)
}

/// Deletes jobs that have been dead for longer than [`DEAD_JOB_TTL`]. Nobody needs such old emails.
pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
    let old = jobs::table.filter(jobs::dead_at.lt(now - DEAD_JOB_TTL));
    Ok(diesel::delete(old).execute(conn)?)
}

/// Gives a dead job all its attempts again, from now on. False if there is no such dead job.
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

/// Takes the oldest due job of the lane that no other thread has.
pub(super) fn take(conn: &mut Conn, filter: &LaneFilter, now: NaiveDateTime) -> Result<Option<Job>> {
    loop {
        let due = jobs::table
            .filter(jobs::dead_at.is_null())
            .filter(jobs::run_at.le(now))
            .filter(jobs::leased_until.is_null().or(jobs::leased_until.le(now)))
            .order((jobs::run_at, jobs::id))
            .select((jobs::id, jobs::kind, jobs::payload, jobs::attempts, jobs::created_at))
            .into_boxed();
        let due = match &filter.kinds {
            KindFilter::Only(kinds) => due.filter(jobs::kind.eq_any(*kinds)),
            KindFilter::Except(kinds) => due.filter(jobs::kind.ne_all(kinds)),
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
        if before >= MAX_ATTEMPTS {
            // The last attempt never ended. The job may be what crashes the process.
            let error = "the program ended during the last attempt".to_owned();
            settle(
                conn,
                &Job {
                    attempts: before,
                    ..job
                },
                &AttemptResult::Dead { error },
                now,
            )?;
            continue;
        }
        // Taking the job changes the number of attempts, so only one of several threads succeeds.
        let taken = diesel::update(
            jobs::table
                .find(id)
                .filter(jobs::attempts.eq(before))
                .filter(jobs::dead_at.is_null())
                .filter(jobs::run_at.le(now))
                .filter(jobs::leased_until.is_null().or(jobs::leased_until.le(now))),
        )
        .set((
            jobs::leased_until.eq(now + filter.lease),
            jobs::attempts.eq(job.attempts),
        ))
        .execute(conn)?;
        if taken == 1 {
            return Ok(Some(job));
        }
    }
}

/// Records the result of an attempt, unless another thread has taken the job in the meantime.
pub(super) fn settle(conn: &mut Conn, job: &Job, result: &AttemptResult, now: NaiveDateTime) -> Result<()> {
    let ours = jobs::table
        .find(job.id)
        .filter(jobs::attempts.eq(job.attempts))
        .filter(jobs::dead_at.is_null());
    match result {
        AttemptResult::Done => {
            diesel::delete(jobs::table.find(job.id)).execute(conn)?;
        }
        AttemptResult::Retry { error, at } => {
            diesel::update(ours)
                .set((
                    jobs::run_at.eq(at),
                    jobs::leased_until.eq(None::<NaiveDateTime>),
                    jobs::error.eq(error),
                ))
                .execute(conn)?;
        }
        AttemptResult::Dead { error } => {
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
                    "a job failed every attempt and is dead"
                );
            }
        }
    }
    Ok(())
}
