//! Background jobs: a queue in the database, and the worker that runs them.
//!
//! Our own code because a job must be added in the transaction that causes it, on a diesel connection to SQLite or
//! PostgreSQL. `apalis` and `fang` do that for one of the two databases at most.

mod backlog;
mod backoff;
mod lane;
mod metrics;
mod queue;
mod worker;

pub use backlog::{Backlog, KindCount, backlog};
pub use lane::Lane;
pub use metrics::{AttemptCounts, JobMetrics};
pub use queue::{DeadJob, Job, count_dead, dead_jobs, enqueue, purge_expired, retry};
pub use worker::{PermanentFailure, Worker};
