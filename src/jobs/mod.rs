//! What is done later: a queue in the database, and its worker.
//!
//! Our own code because a job must be written in the transaction of what causes it, on a diesel connection to SQLite or
//! PostgreSQL. `apalis` and `fang` do that for one of the two databases at most.

mod backlog;
mod backoff;
mod lane;
mod metrics;
mod queue;
mod worker;

pub use backlog::{Backlog, KindCount, backlog};
pub use lane::Lane;
pub use metrics::{Ended, JobMetrics};
pub use queue::{DeadJob, Job, dead, dead_count, enqueue, purge_expired, retry, waiting};
pub use worker::{GiveUp, Worker};
