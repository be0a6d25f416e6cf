//! What is done later: a queue in the database, and its worker.

mod backoff;
mod queue;
mod worker;

pub use queue::{DeadJob, Job, dead, enqueue, retry, waiting, waiting_of};
pub use worker::{GiveUp, Worker};
