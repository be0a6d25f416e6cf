//! The job queue.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, SubsecRound, TimeDelta};
use diesel::connection::SimpleConnection;
use pocketshop::db::{Conn, in_transaction, migrate};
use pocketshop::error::{Error, Result};
use pocketshop::jobs::{self, Job, Lane, PermanentFailure, Worker};

use crate::support::database::Database;
use crate::support::jobs::count_waiting;

fn database() -> Database {
    let database = Database::fresh();
    migrate(&database.location).unwrap();
    database
}

#[expect(clippy::disallowed_methods, reason = "the worker uses the real time")]
fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < end, "timed out waiting for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Makes all waiting jobs due.
fn make_due(conn: &mut Conn) {
    conn.batch_execute("UPDATE jobs SET run_at = created_at WHERE leased_until IS NULL")
        .unwrap();
}

/// Starts a worker that records the payloads of its jobs.
fn recording_worker(database: &Database, recorded: &Arc<Mutex<Vec<String>>>) -> Worker {
    let recorded = recorded.clone();
    Worker::start(&database.location, &[Lane::EVERYTHING], move |_, job: &Job| {
        recorded.lock().unwrap().push(job.payload.clone());
        Ok(())
    })
}

#[test]
fn a_job_is_done_once_and_only_when_it_is_due() {
    let database = database();
    let mut conn = database.connect();
    let later = now() + TimeDelta::hours(1);
    jobs::enqueue(&mut conn, "note", "now", now(), now()).unwrap();
    jobs::enqueue(&mut conn, "note", "later", later, now()).unwrap();
    let recorded = Arc::new(Mutex::new(Vec::new()));
    let worker = recording_worker(&database, &recorded);
    wait_until("the job", || count_waiting(&mut conn, None) == 1);
    thread::sleep(Duration::from_millis(700));
    worker.stop();
    assert_eq!(*recorded.lock().unwrap(), ["now"]);
    assert_eq!(count_waiting(&mut conn, None), 1);
}

#[test]
fn a_job_of_a_rolled_back_transaction_never_runs() {
    let database = database();
    let mut conn = database.connect();
    let rolled_back: Result<()> = in_transaction(&mut conn, &|conn| {
        jobs::enqueue(conn, "note", "undone", now(), now())?;
        Err(Error::Refused("no".to_owned()))
    });
    assert!(rolled_back.is_err());
    assert_eq!(count_waiting(&mut conn, None), 0);
}

#[test]
fn workers_share_the_jobs_and_do_each_once() {
    let database = database();
    let mut conn = database.connect();
    for number in 0..40 {
        jobs::enqueue(&mut conn, "note", &format!("{number}"), now(), now()).unwrap();
    }
    let counts: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
    let shares: Vec<Arc<AtomicUsize>> = (0..2).map(|_| Arc::default()).collect();
    let workers: Vec<Worker> = shares
        .iter()
        .map(|share| {
            let (counts, share) = (counts.clone(), share.clone());
            Worker::start(&database.location, &[Lane::EVERYTHING], move |_, job| {
                thread::sleep(Duration::from_millis(10));
                *counts.lock().unwrap().entry(job.payload.clone()).or_default() += 1;
                share.fetch_add(1, Ordering::Relaxed);
                Ok(())
            })
        })
        .collect();
    wait_until("the last job", || count_waiting(&mut conn, None) == 0);
    for worker in workers {
        worker.stop();
    }
    let counts = counts.lock().unwrap();
    assert_eq!(counts.len(), 40);
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    assert!(shares.iter().all(|share| share.load(Ordering::Relaxed) > 0));
}

#[test]
fn a_failing_job_is_retried_then_dead_until_an_admin_retries_it() {
    let database = database();
    let mut conn = database.connect();
    let id = jobs::enqueue(&mut conn, "note", "", now(), now()).unwrap();
    let tries = Arc::new(Mutex::new(Vec::new()));
    let worker = {
        let tries = tries.clone();
        Worker::start(&database.location, &[Lane::EVERYTHING], move |_, job| {
            tries.lock().unwrap().push(job.attempts);
            // The ninth try is the first after the retry by an admin.
            if tries.lock().unwrap().len() > 8 {
                return Ok(());
            }
            anyhow::bail!("joana@example.org is away")
        })
    };
    wait_until("the first try", || tries.lock().unwrap().len() == 1);
    thread::sleep(Duration::from_millis(700));
    assert_eq!(tries.lock().unwrap().len(), 1, "the second try did not wait");
    wait_until("the end", || {
        make_due(&mut conn);
        !jobs::dead_jobs(&mut conn, None, 10).unwrap().is_empty()
    });
    assert_eq!(*tries.lock().unwrap(), [1, 2, 3, 4, 5, 6, 7, 8]);
    let dead = jobs::dead_jobs(&mut conn, Some("note"), 10).unwrap();
    assert_eq!(dead[0].id, id);
    assert_eq!((dead[0].attempts, dead[0].error.as_str()), (8, "*** is away"));
    assert!(dead[0].dead_at.is_some());
    assert!(jobs::dead_jobs(&mut conn, Some("mail"), 10).unwrap().is_empty());
    assert_eq!(count_waiting(&mut conn, None), 0);

    assert_eq!(jobs::purge_expired(&mut conn, now() + TimeDelta::days(89)).unwrap(), 0);
    assert!(jobs::retry(&mut conn, id, now()).unwrap());
    assert_eq!(jobs::purge_expired(&mut conn, now() + TimeDelta::days(91)).unwrap(), 0);
    wait_until("the ninth try", || tries.lock().unwrap().len() == 9);
    worker.stop();
    assert_eq!(tries.lock().unwrap()[8], 1);
    assert!(jobs::dead_jobs(&mut conn, None, 10).unwrap().is_empty());
    assert_eq!(count_waiting(&mut conn, None), 0);
    assert!(!jobs::retry(&mut conn, id, now()).unwrap());
}

#[test]
fn a_permanent_failure_is_dead_at_once() {
    let database = database();
    let mut conn = database.connect();
    jobs::enqueue(&mut conn, "note", "", now(), now()).unwrap();
    let worker = Worker::start(&database.location, &[Lane::EVERYTHING], |_, _| {
        Err(PermanentFailure("nobody lives there".to_owned()).into())
    });
    wait_until("the end", || !jobs::dead_jobs(&mut conn, None, 10).unwrap().is_empty());
    worker.stop();
    let dead = jobs::dead_jobs(&mut conn, None, 10).unwrap();
    assert_eq!((dead[0].attempts, dead[0].error.as_str()), (1, "nobody lives there"));
    assert_eq!(jobs::purge_expired(&mut conn, now() + TimeDelta::days(89)).unwrap(), 0);
    assert_eq!(jobs::purge_expired(&mut conn, now() + TimeDelta::days(91)).unwrap(), 1);
}

#[test]
fn an_expired_lease_is_taken_over() {
    let database = database();
    let mut conn = database.connect();
    for _ in 0..3 {
        jobs::enqueue(&mut conn, "note", "left behind", now(), now()).unwrap();
    }
    let recorded = Arc::new(Mutex::new(Vec::new()));
    // As a killed process leaves them.
    conn.batch_execute("UPDATE jobs SET attempts = 1, leased_until = '2999-01-01 00:00:00'")
        .unwrap();
    let worker = recording_worker(&database, &recorded);
    thread::sleep(Duration::from_millis(700));
    assert!(recorded.lock().unwrap().is_empty(), "a leased job was run");
    conn.batch_execute("UPDATE jobs SET leased_until = created_at").unwrap();
    wait_until("the takeover", || count_waiting(&mut conn, None) == 0);
    worker.stop();
    assert_eq!(recorded.lock().unwrap().len(), 3);
}

#[test]
fn a_job_that_crashes_the_program_is_dead_after_its_last_try() {
    let database = database();
    let mut conn = database.connect();
    jobs::enqueue(&mut conn, "note", "", now(), now()).unwrap();
    conn.batch_execute("UPDATE jobs SET attempts = 8, leased_until = created_at")
        .unwrap();
    let recorded = Arc::new(Mutex::new(Vec::new()));
    let worker = recording_worker(&database, &recorded);
    wait_until("the end", || !jobs::dead_jobs(&mut conn, None, 10).unwrap().is_empty());
    worker.stop();
    assert!(recorded.lock().unwrap().is_empty());
}

#[test]
fn a_panic_is_a_failed_try_and_the_worker_continues() {
    let database = database();
    let mut conn = database.connect();
    jobs::enqueue(&mut conn, "panic", "", now(), now()).unwrap();
    jobs::enqueue(&mut conn, "note", "", now(), now()).unwrap();
    let worker = Worker::start(&database.location, &[Lane::EVERYTHING], |conn, job| {
        // The panic is in a transaction, which must not stay open.
        in_transaction(conn, &|conn| {
            jobs::enqueue(conn, "never", "", job.created_at, job.created_at)?;
            assert!(job.kind != "panic", "this panic is part of the test");
            Err(Error::NotFound)
        })
        .or_else(|_: Error| Ok(()))
    });
    wait_until("the other job", || count_waiting(&mut conn, None) == 1);
    make_due(&mut conn);
    wait_until("the end", || {
        make_due(&mut conn);
        !jobs::dead_jobs(&mut conn, None, 10).unwrap().is_empty()
    });
    worker.stop();
    let dead = jobs::dead_jobs(&mut conn, None, 10).unwrap();
    assert_eq!((dead[0].kind.as_str(), dead[0].attempts), ("panic", 8));
    assert_eq!(dead[0].error, "the job panicked");
    assert_eq!(count_waiting(&mut conn, None), 0, "a rolled back job is queued");
}

#[test]
fn a_handler_can_write_to_the_database() {
    let database = database();
    let mut conn = database.connect();
    jobs::enqueue(&mut conn, "first", "", now(), now()).unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let worker = {
        let done = done.clone();
        Worker::start(&database.location, &[Lane::EVERYTHING], move |conn, job| {
            if job.kind == "first" {
                in_transaction(conn, &|conn| {
                    jobs::enqueue(conn, "second", "", job.created_at, job.created_at)
                })?;
            } else {
                done.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })
    };
    wait_until("the second job", || done.load(Ordering::Relaxed) == 1);
    worker.stop();
}

#[test]
fn stopping_is_quick_and_finishes_the_running_job() {
    let database = database();
    let idle = Worker::start(&database.location, &[Lane::EVERYTHING], |_, _| Ok(()));
    thread::sleep(Duration::from_millis(100));
    let before = Instant::now();
    idle.stop();
    assert!(before.elapsed() < Duration::from_millis(250), "{:?}", before.elapsed());

    let mut conn = database.connect();
    for _ in 0..2 {
        jobs::enqueue(&mut conn, "slow", "", now(), now()).unwrap();
    }
    let started = Arc::new(AtomicUsize::new(0));
    let busy = {
        let started = started.clone();
        Worker::start(&database.location, &[Lane::EVERYTHING], move |_, _| {
            started.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(400));
            Ok(())
        })
    };
    wait_until("a job", || started.load(Ordering::Relaxed) == 1);
    busy.stop();
    assert_eq!(started.load(Ordering::Relaxed), 1, "another job was started");
    assert_eq!(count_waiting(&mut conn, None), 1, "the running job was not finished");
}

#[test]
fn the_worker_reconnects_to_the_database() {
    let database = Database::fresh();
    let recorded = Arc::new(Mutex::new(Vec::new()));
    // The tables do not exist yet.
    let worker = recording_worker(&database, &recorded);
    thread::sleep(Duration::from_millis(500));
    migrate(&database.location).unwrap();
    let mut conn = database.connect();
    jobs::enqueue(&mut conn, "note", "patience", now(), now()).unwrap();
    wait_until("the job", || count_waiting(&mut conn, None) == 0);
    // The server closes the connection of the idle worker.
    if let Conn::Postgres(conn) = &mut conn {
        conn.batch_execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .unwrap();
    }
    jobs::enqueue(&mut conn, "note", "again", now(), now()).unwrap();
    wait_until("the second job", || count_waiting(&mut conn, None) == 0);
    worker.stop();
    assert_eq!(*recorded.lock().unwrap(), ["patience", "again"]);
}

/// Slow jobs have their own lane, and the other lane runs the rest.
const LANES: [Lane; 2] = [
    Lane::EVERYTHING,
    Lane {
        name: "slow",
        kinds: &["slow", "slower"],
        threads: 1,
        lease_minutes: 10,
    },
];

#[test]
fn a_slow_lane_does_not_delay_other_lanes() {
    let database = database();
    let mut conn = database.connect();
    for kind in ["slow", "slower", "note", "note", "unheard-of"] {
        jobs::enqueue(&mut conn, kind, kind, now(), now()).unwrap();
    }
    let gate = Arc::new(Mutex::new(()));
    let guard = gate.lock().unwrap();
    let recorded = Arc::new(Mutex::new(Vec::new()));
    let worker = {
        let (gate, recorded) = (gate.clone(), recorded.clone());
        Worker::start(&database.location, &LANES, move |_, job| {
            if job.kind.starts_with("slow") {
                drop(gate.lock().unwrap());
            }
            recorded.lock().unwrap().push(job.payload.clone());
            Ok(())
        })
    };
    wait_until("the quick ones", || count_waiting(&mut conn, None) == 2);
    assert_eq!(*recorded.lock().unwrap(), ["note", "note", "unheard-of"]);
    drop(guard);
    wait_until("the slow ones", || count_waiting(&mut conn, None) == 0);
    assert_eq!(recorded.lock().unwrap()[3..], ["slow", "slower"]);
    let counts = worker.job_metrics().kinds();
    worker.stop();
    assert_eq!(
        (
            counts["note"].succeeded,
            counts["slow"].succeeded,
            counts["note"].failed
        ),
        (2, 1, 0)
    );
}

#[test]
fn many_workers_with_many_threads_never_do_one_job_twice() {
    let database = database();
    let mut conn = database.connect();
    for number in 0..60 {
        let kind = if number % 2 == 0 { "slow" } else { "note" };
        jobs::enqueue(&mut conn, kind, &format!("{number}"), now(), now()).unwrap();
    }
    let lanes = LANES.map(|lane| Lane { threads: 2, ..lane });
    let recorded = Arc::new(Mutex::new(Vec::new()));
    // Like three processes on one database.
    let workers: Vec<Worker> = (0..3)
        .map(|_| {
            let recorded = recorded.clone();
            Worker::start(&database.location, &lanes, move |_, job: &Job| {
                thread::sleep(Duration::from_millis(5));
                recorded.lock().unwrap().push(job.payload.clone());
                Ok(())
            })
        })
        .collect();
    wait_until("the last job", || count_waiting(&mut conn, None) == 0);
    for worker in workers {
        worker.stop();
    }
    let mut recorded = recorded.lock().unwrap().clone();
    assert_eq!(recorded.len(), 60);
    recorded.sort_unstable();
    recorded.dedup();
    assert_eq!(recorded.len(), 60);
}
