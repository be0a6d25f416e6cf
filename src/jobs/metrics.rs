//! Counts of successful and failed attempts, by kind of job.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The number of attempts of one kind of job since the start of the process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttemptCounts {
    pub succeeded: u64,
    pub failed: u64,
}

/// Counts for all threads of a worker. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct JobMetrics(Arc<Mutex<BTreeMap<String, AttemptCounts>>>);

impl JobMetrics {
    pub(super) fn count(&self, kind: &str, succeeded: bool) {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kinds.contains_key(kind) {
            kinds.insert(kind.to_owned(), AttemptCounts::default());
        }
        if let Some(counts) = kinds.get_mut(kind) {
            let count = if succeeded {
                &mut counts.succeeded
            } else {
                &mut counts.failed
            };
            *count += 1;
        }
    }

    pub fn kinds(&self) -> BTreeMap<String, AttemptCounts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
