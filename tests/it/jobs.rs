//! The queue of jobs, on the database that the tests run on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chrono::{NaiveDateTime, SubsecRound, TimeDelta};
use diesel::connection::SimpleConnection;
use pocketshop::db::{Conn, in_transaction, migrate};
use pocketshop::error::{Error, Result};
use pocketshop::jobs::{self, GiveUp, Job, Lane, Worker};

use crate::support::database::Database;

fn database() -> Database {
    let database = Database::fresh();
    migrate(&database.location).unwrap();
    database
}

#[expect(clippy::disallowed_methods, reason = "the worker goes by the real time")]
fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < end, "{what} did not come");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Every job that waits for its next try is due.
fn hurry(conn: &mut Conn) {
    conn.batch_execute("UPDATE jobs SET run_at = created_at WHERE leased_until IS NULL")
        .unwrap();
}

/// A worker that keeps the payloads of what it did.
fn noting(database: &Database, noted: &Arc<Mutex<Vec<String>>>) -> Worker {
    let noted = noted.clone();
    Worker::start(&database.location, &[Lane::EVERYTHING], move |_, job: &Job| {
        noted.lock().unwrap().push(job.payload.clone());
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
    let noted = Arc::new(Mutex::new(Vec::new()));
    let worker = noting(&database, &noted);
    until("the job", || jobs::count_waiting(&mut conn, None).unwrap() == 1);
    thread::sleep(Duration::from_millis(700));
    worker.stop();
    assert_eq!(*noted.lock().unwrap(), ["now"]);
    assert_eq!(jobs::count_waiting(&mut conn, None).unwrap(), 1);
}

#[test]
fn a_job_of_a_rolled_back_transaction_never_runs() {
    let database = database();
    let mut conn = database.connect();
    let undone: Result<()> = in_transaction(&mut conn, &|conn| {
        jobs::enqueue(conn, "note", "undone", now(), now())?;
        Err(Error::Refused("no".to_owned()))
    });
    assert!(undone.is_err());
    assert_eq!(jobs::count_waiting(&mut conn, None).unwrap(), 0);
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
    until("the last job", || jobs::count_waiting(&mut conn, None).unwrap() == 0);
    for worker in workers {
        worker.stop();
    }
    let counts = counts.lock().unwrap();
    assert_eq!(counts.len(), 40);
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    assert!(shares.iter().all(|share| share.load(Ordering::Relaxed) > 0));
}

#[test]
fn a_failing_job_is_retried_then_dead_then_retried_by_an_admin() {
    let database = database();
    let mut conn = database.connect();
    let id = jobs::enqueue(&mut conn, "note", "", now(), now()).unwrap();
    let tries = Arc::new(Mutex::new(Vec::new()));
    let worker = {
        let tries = tries.clone();
        Worker::start(&database.location, &[Lane::EVERYTHING], move |_, job| {
            tries.lock().unwrap().push(job.attempts);
            // The ninth is the first after it was revived.
            if tries.lock().unwrap().len() > 8 {
                return Ok(());
            }
            anyhow::bail!("joana@example.org is away")
        })
    };
    until("the first try", || tries.lock().unwrap().len() == 1);
    thread::sleep(Duration::from_millis(700));
    assert_eq!(tries.lock().unwrap().len(), 1, "the second try has to wait");
    until("the end", || {
        hurry(&mut conn);
        !jobs::dead_jobs(&mut conn, None, 10).unwrap().is_empty()
    });
    assert_eq!(*tries.lock().unwrap(), [1, 2, 3, 4, 5, 6, 7, 8]);
    let dead = jobs::dead_jobs(&mut conn, Some("note"), 10).unwrap();
    assert_eq!(dead[0].id, id);
    assert_eq!((dead[0].attempts, dead[0].error.as_str()), (8, "*** is away"));
    assert!(dead[0].dead_at.is_some());
    assert!(jobs::dead_jobs(&mut conn, Some("mail"), 10).unwrap().is_empty());
    assert_eq!(jobs::count_waiting(&mut conn, None).unwrap(), 0);

    assert_eq!(jobs::purge_expired(&mut conn, now() + TimeDelta::days(89)).unwrap(), 0);
    assert!(jobs::retry(&mut conn, id, now()).unwrap());
    assert_eq!(jobs::purge_expired(&mut conn, now() + TimeDelta::days(91)).unwrap(), 0);
    until("the ninth try", || tries.lock().unwrap().len() == 9);
    worker.stop();
    assert_eq!(tries.lock().unwrap()[8], 1);
    assert!(jobs::dead_jobs(&mut conn, None, 10).unwrap().is_empty());
    assert_eq!(jobs::count_waiting(&mut conn, None).unwrap(), 0);
    assert!(!jobs::retry(&mut conn, id, now()).unwrap());
}

#[test]
fn a_permanent_failure_is_dead_at_once() {
    let database = database();
    let mut conn = database.connect();
    jobs::enqueue(&mut conn, "note", "", now(), now()).unwrap();
    let worker = Worker::start(&database.location, &[Lane::EVERYTHING], |_, _| {
        Err(GiveUp("nobody lives there".to_owned()).into())
    });
    until("the end", || !jobs::dead_jobs(&mut conn, None, 10).unwrap().is_empty());
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
    let noted = Arc::new(Mutex::new(Vec::new()));
    // As a process that is killed leaves it.
    conn.batch_execute("UPDATE jobs SET attempts = 1, leased_until = '2999-01-01 00:00:00'")
        .unwrap();
    let worker = noting(&database, &noted);
    thread::sleep(Duration::from_millis(700));
    assert!(noted.lock().unwrap().is_empty(), "someone else is at it");
    conn.batch_execute("UPDATE jobs SET leased_until = created_at").unwrap();
    until("the takeover", || jobs::count_waiting(&mut conn, None).unwrap() == 0);
    worker.stop();
    assert_eq!(noted.lock().unwrap().len(), 3);
}

#[test]
fn a_job_that_crashes_the_program_is_dead_after_its_last_try() {
    let database = database();
    let mut conn = database.connect();
    jobs::enqueue(&mut conn, "note", "", now(), now()).unwrap();
    conn.batch_execute("UPDATE jobs SET attempts = 8, leased_until = created_at")
        .unwrap();
    let noted = Arc::new(Mutex::new(Vec::new()));
    let worker = noting(&database, &noted);
    until("the end", || !jobs::dead_jobs(&mut conn, None, 10).unwrap().is_empty());
    worker.stop();
    assert!(noted.lock().unwrap().is_empty());
}

#[test]
fn a_panic_is_a_failure_and_the_worker_lives_on() {
    let database = database();
    let mut conn = database.connect();
    jobs::enqueue(&mut conn, "panic", "", now(), now()).unwrap();
    jobs::enqueue(&mut conn, "note", "", now(), now()).unwrap();
    let worker = Worker::start(&database.location, &[Lane::EVERYTHING], |conn, job| {
        // In the middle of a transaction, which must not be left open.
        in_transaction(conn, &|conn| {
            jobs::enqueue(conn, "never", "", job.created_at, job.created_at)?;
            assert!(job.kind != "panic", "this panic is part of the test");
            Err(Error::NotFound)
        })
        .or_else(|_: Error| Ok(()))
    });
    until("the other job", || jobs::count_waiting(&mut conn, None).unwrap() == 1);
    hurry(&mut conn);
    until("the end", || {
        hurry(&mut conn);
        !jobs::dead_jobs(&mut conn, None, 10).unwrap().is_empty()
    });
    worker.stop();
    let dead = jobs::dead_jobs(&mut conn, None, 10).unwrap();
    assert_eq!((dead[0].kind.as_str(), dead[0].attempts), ("panic", 8));
    assert_eq!(dead[0].error, "the job panicked");
    assert_eq!(
        jobs::count_waiting(&mut conn, None).unwrap(),
        0,
        "what was undone stayed undone"
    );
}

#[test]
fn a_handler_may_write() {
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
    until("what came of it", || done.load(Ordering::Relaxed) == 1);
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
    let begun = Arc::new(AtomicUsize::new(0));
    let busy = {
        let begun = begun.clone();
        Worker::start(&database.location, &[Lane::EVERYTHING], move |_, _| {
            begun.fetch_add(1, Ordering::Relaxed);
            thread::sleep(Duration::from_millis(400));
            Ok(())
        })
    };
    until("a job", || begun.load(Ordering::Relaxed) == 1);
    busy.stop();
    assert_eq!(begun.load(Ordering::Relaxed), 1, "no other job is begun");
    assert_eq!(
        jobs::count_waiting(&mut conn, None).unwrap(),
        1,
        "the one that ran is done"
    );
}

#[test]
fn the_worker_reconnects_to_the_database() {
    let database = Database::fresh();
    let noted = Arc::new(Mutex::new(Vec::new()));
    // There is no table yet.
    let worker = noting(&database, &noted);
    thread::sleep(Duration::from_millis(500));
    migrate(&database.location).unwrap();
    let mut conn = database.connect();
    jobs::enqueue(&mut conn, "note", "patience", now(), now()).unwrap();
    until("the job", || jobs::count_waiting(&mut conn, None).unwrap() == 0);
    // Thrown out while it is idle.
    if let Conn::Postgres(conn) = &mut conn {
        conn.batch_execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .unwrap();
    }
    jobs::enqueue(&mut conn, "note", "again", now(), now()).unwrap();
    until("the second job", || jobs::count_waiting(&mut conn, None).unwrap() == 0);
    worker.stop();
    assert_eq!(*noted.lock().unwrap(), ["patience", "again"]);
}

/// Slow work has a lane of its own; the other does the rest.
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
    let open = Arc::new(Mutex::new(()));
    let shut = open.lock().unwrap();
    let noted = Arc::new(Mutex::new(Vec::new()));
    let worker = {
        let (open, noted) = (open.clone(), noted.clone());
        Worker::start(&database.location, &LANES, move |_, job| {
            if job.kind.starts_with("slow") {
                drop(open.lock().unwrap());
            }
            noted.lock().unwrap().push(job.payload.clone());
            Ok(())
        })
    };
    until("the quick ones", || jobs::count_waiting(&mut conn, None).unwrap() == 2);
    assert_eq!(*noted.lock().unwrap(), ["note", "note", "unheard-of"]);
    drop(shut);
    until("the slow ones", || jobs::count_waiting(&mut conn, None).unwrap() == 0);
    assert_eq!(noted.lock().unwrap()[3..], ["slow", "slower"]);
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
    let noted = Arc::new(Mutex::new(Vec::new()));
    // As three processes on one database.
    let workers: Vec<Worker> = (0..3)
        .map(|_| {
            let noted = noted.clone();
            Worker::start(&database.location, &lanes, move |_, job: &Job| {
                thread::sleep(Duration::from_millis(5));
                noted.lock().unwrap().push(job.payload.clone());
                Ok(())
            })
        })
        .collect();
    until("the last job", || jobs::count_waiting(&mut conn, None).unwrap() == 0);
    for worker in workers {
        worker.stop();
    }
    let mut noted = noted.lock().unwrap().clone();
    assert_eq!(noted.len(), 60);
    noted.sort_unstable();
    noted.dedup();
    assert_eq!(noted.len(), 60);
}
