//! The state of the queue, for `/metrics`.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::dsl::{case_when, count, min};
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::schema::jobs;

/// The number of jobs of one kind.
#[derive(Debug, Clone, Queryable)]
pub struct KindCount {
    pub kind: String,
    /// Jobs that are not running, due or not.
    pub waiting: i64,
    pub running: i64,
    pub dead: i64,
}

/// The state of the queue.
#[derive(Debug, Clone)]
pub struct Backlog {
    pub kinds: Vec<KindCount>,
    /// How long the oldest due job has been waiting.
    pub oldest: TimeDelta,
}

/// Reads the state of the queue with two queries.
pub fn backlog(conn: &mut Conn, now: NaiveDateTime) -> Result<Backlog> {
    let alive = || jobs::dead_at.is_null();
    let free = || jobs::leased_until.is_null().or(jobs::leased_until.le(now));
    let kinds = jobs::table
        .group_by(jobs::kind)
        .order(jobs::kind)
        .select((
            jobs::kind,
            count(case_when(alive().and(free()), jobs::id)),
            count(case_when(alive().and(jobs::leased_until.gt(now)), jobs::id)),
            count(case_when(jobs::dead_at.is_not_null(), jobs::id)),
        ))
        .load(conn)?;
    let oldest: Option<NaiveDateTime> = jobs::table
        .filter(alive())
        .filter(free())
        .filter(jobs::run_at.le(now))
        .select(min(jobs::run_at))
        .first(conn)?;
    Ok(Backlog {
        kinds,
        oldest: oldest.map_or(TimeDelta::zero(), |oldest| now - oldest),
    })
}
