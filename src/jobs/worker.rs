//! The worker: threads that run the due jobs, each one at a time.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use chrono::SubsecRound;

use super::backoff::{MAX_ATTEMPTS, delay};
use super::lane::{Lane, LaneFilter};
use super::metrics::JobMetrics;
use super::queue::{AttemptResult, Job, settle, take};
use crate::clock::now;
use crate::db::{Conn, Location};

/// How often an idle worker looks for jobs.
const POLL_INTERVAL: Duration = Duration::from_millis(300);
/// How long it waits before it connects again after the connection to the database was lost.
const OUTAGE_INTERVAL: Duration = Duration::from_secs(1);
/// How long `stop` waits for the running jobs. A job that takes longer runs again after the next start.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest stored error message, in characters.
const MAX_ERROR_LENGTH: usize = 200;

/// An error that a retry cannot fix. The job is dead at once.
#[derive(Debug)]
pub struct PermanentFailure(pub String);

impl fmt::Display for PermanentFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PermanentFailure {}

/// A running worker. After a drop, its threads end when their current jobs do; nothing waits for them.
pub struct Worker {
    /// Nothing is sent here. Each thread ends when its sender is dropped.
    stop: Vec<Sender<()>>,
    ended: Receiver<()>,
    job_metrics: JobMetrics,
}

impl Worker {
    /// Starts the threads of the lanes, each with its own connection. The handler runs outside of a transaction, and again
    /// after an error.
    pub fn start(
        location: &Location,
        lanes: &[Lane],
        handler: impl Fn(&mut Conn, &Job) -> anyhow::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let handler = Arc::new(handler);
        let (ending, ended) = mpsc::channel();
        let job_metrics = JobMetrics::default();
        let mut stop = Vec::new();
        for lane in lanes.iter().flat_map(|lane| std::iter::repeat_n(lane, lane.threads)) {
            let (sender, stopped) = mpsc::channel();
            stop.push(sender);
            let worker_thread = WorkerThread {
                location: location.clone(),
                filter: LaneFilter::new(lane, lanes),
                job_metrics: job_metrics.clone(),
                stopped,
                conn: None,
                unsettled: None,
                is_database_lost: false,
            };
            let (handler, ending): (_, Sender<()>) = (handler.clone(), ending.clone());
            thread::Builder::new()
                .name(lane.name.to_owned())
                .spawn(move || {
                    let _ending = ending;
                    worker_thread.run(&*handler);
                })
                .expect("a thread for jobs can be started");
        }
        Self {
            stop,
            ended,
            job_metrics,
        }
    }

    /// The counts of all threads since the start.
    pub fn job_metrics(&self) -> JobMetrics {
        self.job_metrics.clone()
    }

    /// Stops the worker and waits for the running jobs, at most `STOP_TIMEOUT`.
    pub fn stop(self) {
        drop(self.stop);
        if self.ended.recv_timeout(STOP_TIMEOUT) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("a job was still running at shutdown; it will run again after the next start");
        }
    }
}

struct WorkerThread {
    location: Location,
    filter: LaneFilter,
    job_metrics: JobMetrics,
    stopped: Receiver<()>,
    conn: Option<Conn>,
    /// A result that could not be recorded yet because the connection was lost.
    unsettled: Option<(Job, AttemptResult)>,
    /// Whether the connection is lost, and that was logged.
    is_database_lost: bool,
}

impl WorkerThread {
    fn run(mut self, handler: &impl Fn(&mut Conn, &Job) -> anyhow::Result<()>) {
        loop {
            let wait = match self.step(handler) {
                Ok(true) => Duration::ZERO,
                Ok(false) => POLL_INTERVAL,
                Err(error) => {
                    self.conn = None;
                    if !self.is_database_lost {
                        tracing::error!(
                            error = format!("{error:#}"),
                            "jobs wait because the database cannot be reached"
                        );
                    }
                    self.is_database_lost = true;
                    OUTAGE_INTERVAL
                }
            };
            if self.stopped.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Runs the next job. False if none is due.
    fn step(&mut self, handler: &impl Fn(&mut Conn, &Job) -> anyhow::Result<()>) -> anyhow::Result<bool> {
        self.settle()?;
        let filter = self.filter.clone();
        let taken = take(self.connection()?, &filter, now())?;
        if self.is_database_lost {
            tracing::info!("the database can be reached again; jobs continue");
            self.is_database_lost = false;
        }
        let Some(job) = taken else { return Ok(false) };
        let conn = self.connection()?;
        let returned = catch_unwind(AssertUnwindSafe(|| handler(conn, &job)))
            .unwrap_or_else(|_| Err(anyhow::anyhow!("the job panicked")));
        let result = attempt_result(&job, returned);
        let succeeded = matches!(result, AttemptResult::Done);
        self.job_metrics.count(&job.kind, succeeded);
        if !succeeded {
            // A transaction may still be open on it.
            self.conn = None;
        }
        self.unsettled = Some((job, result));
        self.settle()?;
        Ok(true)
    }

    fn settle(&mut self) -> anyhow::Result<()> {
        if let Some((job, result)) = self.unsettled.take()
            && let Err(error) = self
                .connection()
                .and_then(|conn| Ok(settle(conn, &job, &result, now())?))
        {
            self.unsettled = Some((job, result));
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

fn attempt_result(job: &Job, returned: anyhow::Result<()>) -> AttemptResult {
    let Err(failure) = returned else {
        return AttemptResult::Done;
    };
    let error = error_line(&failure);
    if job.attempts >= MAX_ATTEMPTS || failure.downcast_ref::<PermanentFailure>().is_some() {
        return AttemptResult::Dead { error };
    }
    tracing::warn!(
        job = job.id.0,
        kind = job.kind,
        attempts = job.attempts,
        error,
        "a job failed and will be retried"
    );
    let at = now() + delay(job.attempts, getrandom::u32().unwrap_or(0));
    AttemptResult::Retry {
        error,
        at: at.trunc_subsecs(6),
    }
}

/// The error in one short line, without email addresses and URLs, which may contain a password.
fn error_line(failure: &anyhow::Error) -> String {
    let message = format!("{failure:#}");
    let words: Vec<&str> = message
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_error_is_short_and_has_no_addresses() {
        let failure = anyhow::anyhow!("550 no <joana@example.org> at\n\r\nsmtp://me:secret@mx.example").context("mail");
        assert_eq!(error_line(&failure), "mail: 550 no *** at ***");
        assert_eq!(
            error_line(&anyhow::anyhow!("ä".repeat(500))),
            "ä".repeat(MAX_ERROR_LENGTH)
        );
    }

    #[test]
    fn a_permanent_failure_is_not_retried() {
        let job = Job {
            id: crate::id::JobId(1),
            kind: "mail".to_owned(),
            payload: String::new(),
            attempts: 1,
            created_at: now(),
        };
        let gone = anyhow::Error::new(PermanentFailure("no such mailbox".to_owned())).context("mail");
        assert!(
            matches!(attempt_result(&job, Err(gone)), AttemptResult::Dead { error } if error == "mail: no such mailbox")
        );
        assert!(matches!(
            attempt_result(&job, Err(anyhow::anyhow!("busy"))),
            AttemptResult::Retry { .. }
        ));
        let last = Job {
            attempts: MAX_ATTEMPTS,
            ..job
        };
        assert!(matches!(
            attempt_result(&last, Err(anyhow::anyhow!("busy"))),
            AttemptResult::Dead { .. }
        ));
        assert!(matches!(attempt_result(&last, Ok(())), AttemptResult::Done));
    }
}
