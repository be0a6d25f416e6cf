//! What is done later: a queue in the database, and its worker.

mod backoff;
mod queue;
mod worker;

pub use queue::{DeadJob, Job, dead, dead_count, enqueue, retry, tidy, waiting};
pub use worker::{GiveUp, Worker};
