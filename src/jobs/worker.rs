//! The worker: threads that do what is due, each one job after the other.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use chrono::{NaiveDateTime, SubsecRound};

use super::backoff::{MAX_TRIES, pause};
use super::lane::{Lane, Share};
use super::metrics::JobMetrics;
use super::queue::{Job, Outcome, settle, take};
use crate::db::{Conn, Location};

/// How often an idle worker looks for jobs.
const POLL_INTERVAL: Duration = Duration::from_millis(300);
/// How long it waits before it tries to reach a database that was lost.
const OUTAGE_INTERVAL: Duration = Duration::from_secs(1);
/// How long stopping waits for the running job. One that takes longer is done again after the next start.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest text that is kept about a failure, in letters.
const MAX_ERROR_LENGTH: usize = 200;

/// An error that another try would not mend: the job is dead at once.
#[derive(Debug)]
pub struct GiveUp(pub String);

impl fmt::Display for GiveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for GiveUp {}

/// A running worker. Dropped, its threads end after the jobs they are at; nobody waits for them.
pub struct Worker {
    /// Never sent to: each thread notices that its own is gone.
    on: Vec<Sender<()>>,
    ended: Receiver<()>,
    job_metrics: JobMetrics,
}

impl Worker {
    /// Starts the lanes' threads, each with a connection of its own. The handler runs outside any transaction, and
    /// again when it failed.
    pub fn start(
        location: &Location,
        lanes: &[Lane],
        handler: impl Fn(&mut Conn, &Job) -> anyhow::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let handler = Arc::new(handler);
        let (ending, ended) = mpsc::channel();
        let job_metrics = JobMetrics::default();
        let mut on = Vec::new();
        for lane in lanes.iter().flat_map(|lane| std::iter::repeat_n(lane, lane.threads)) {
            let (stay, off) = mpsc::channel();
            on.push(stay);
            let shift = Shift {
                location: location.clone(),
                share: Share::of(lane, lanes),
                job_metrics: job_metrics.clone(),
                off,
                conn: None,
                unsettled: None,
                cut_off: false,
            };
            let (handler, ending): (_, Sender<()>) = (handler.clone(), ending.clone());
            thread::Builder::new()
                .name(lane.name.to_owned())
                .spawn(move || {
                    let _ending = ending;
                    shift.run(&*handler);
                })
                .expect("the system has a thread for the jobs");
        }
        Self { on, ended, job_metrics }
    }

    /// What the jobs came to since the start.
    pub fn job_metrics(&self) -> JobMetrics {
        self.job_metrics.clone()
    }

    /// Ends the worker, and waits for the running jobs, a few seconds at most.
    pub fn stop(self) {
        drop(self.on);
        if self.ended.recv_timeout(STOP_TIMEOUT) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("a job still ran at the end; it will be done again");
        }
    }
}

struct Shift {
    location: Location,
    share: Share,
    job_metrics: JobMetrics,
    off: Receiver<()>,
    conn: Option<Conn>,
    /// What was done, but not written down, since the database was lost.
    unsettled: Option<(Job, Outcome)>,
    /// Whether the database was lost, and that was told.
    cut_off: bool,
}

impl Shift {
    fn run(mut self, handler: &impl Fn(&mut Conn, &Job) -> anyhow::Result<()>) {
        loop {
            let wait = match self.step(handler) {
                Ok(true) => Duration::ZERO,
                Ok(false) => POLL_INTERVAL,
                Err(error) => {
                    self.conn = None;
                    if !self.cut_off {
                        tracing::error!(error = format!("{error:#}"), "the jobs wait for the database");
                    }
                    self.cut_off = true;
                    OUTAGE_INTERVAL
                }
            };
            if self.off.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Does the next job; false when none is due.
    fn step(&mut self, handler: &impl Fn(&mut Conn, &Job) -> anyhow::Result<()>) -> anyhow::Result<bool> {
        self.settle()?;
        let share = self.share.clone();
        let taken = take(self.connection()?, &share, now())?;
        if self.cut_off {
            tracing::info!("the jobs have their database again");
            self.cut_off = false;
        }
        let Some(job) = taken else { return Ok(false) };
        let conn = self.connection()?;
        let done = catch_unwind(AssertUnwindSafe(|| handler(conn, &job)));
        let outcome = match done {
            Ok(done) => outcome(&job, done),
            Err(_) => outcome(&job, Err(anyhow::anyhow!("it panicked"))),
        };
        self.job_metrics.count(&job.kind, matches!(outcome, Outcome::Done));
        if !matches!(outcome, Outcome::Done) {
            // It may have been left in the middle of something.
            self.conn = None;
        }
        self.unsettled = Some((job, outcome));
        self.settle()?;
        Ok(true)
    }

    fn settle(&mut self) -> anyhow::Result<()> {
        if let Some((job, outcome)) = self.unsettled.take()
            && let Err(error) = self
                .connection()
                .and_then(|conn| Ok(settle(conn, &job, &outcome, now())?))
        {
            self.unsettled = Some((job, outcome));
            return Err(error);
        }
        Ok(())
    }

    fn connection(&mut self) -> anyhow::Result<&mut Conn> {
        let conn = match self.conn.take() {
            Some(conn) => conn,
            None => self.location.connect().context("the database could not be reached")?,
        };
        Ok(self.conn.insert(conn))
    }
}

fn outcome(job: &Job, done: anyhow::Result<()>) -> Outcome {
    let Err(failure) = done else { return Outcome::Done };
    let error = short(&failure);
    if job.attempts >= MAX_TRIES || failure.downcast_ref::<GiveUp>().is_some() {
        return Outcome::Dead { error };
    }
    tracing::warn!(
        job = job.id.0,
        kind = job.kind,
        tries = job.attempts,
        error,
        "a job failed and will be tried again"
    );
    let at = now() + pause(job.attempts, getrandom::u32().unwrap_or(0));
    Outcome::Again {
        error,
        at: at.trunc_subsecs(6),
    }
}

/// The error in one short line, without addresses of people or of servers, which may hold a password.
fn short(failure: &anyhow::Error) -> String {
    let told = format!("{failure:#}");
    let words: Vec<&str> = told
        .split_whitespace()
        .map(|word| {
            if word.contains('@') || word.contains("://") {
                "***"
            } else {
                word
            }
        })
        .collect();
    words.join(" ").chars().take(MAX_ERROR_LENGTH).collect()
}

/// UTC, to the microsecond.
#[expect(clippy::disallowed_methods, reason = "where the worker gets its time")]
fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_kept_short_and_without_addresses() {
        let failure = anyhow::anyhow!("550 no <joana@example.org> at\n\r\nsmtp://me:secret@mx.example").context("mail");
        assert_eq!(short(&failure), "mail: 550 no *** at ***");
        assert_eq!(short(&anyhow::anyhow!("ä".repeat(500))), "ä".repeat(MAX_ERROR_LENGTH));
    }

    #[test]
    fn giving_up_is_noticed_below_what_was_said_about_it() {
        let job = Job {
            id: crate::id::JobId(1),
            kind: "mail".to_owned(),
            payload: String::new(),
            attempts: 1,
            created_at: now(),
        };
        let gone = anyhow::Error::new(GiveUp("no such mailbox".to_owned())).context("mail");
        assert!(matches!(outcome(&job, Err(gone)), Outcome::Dead { error } if error == "mail: no such mailbox"));
        assert!(matches!(
            outcome(&job, Err(anyhow::anyhow!("busy"))),
            Outcome::Again { .. }
        ));
        let last = Job {
            attempts: MAX_TRIES,
            ..job
        };
        assert!(matches!(
            outcome(&last, Err(anyhow::anyhow!("busy"))),
            Outcome::Dead { .. }
        ));
        assert!(matches!(outcome(&last, Ok(())), Outcome::Done));
    }
}
