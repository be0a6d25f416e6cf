//! What the jobs came to since the start, by kind.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Tries that ended one way or the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    pub done: u64,
    pub failed: u64,
}

/// Counts for all threads of a worker. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct JobMetrics(Arc<Mutex<BTreeMap<String, Ended>>>);

impl JobMetrics {
    pub(super) fn count(&self, kind: &str, done: bool) {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !kinds.contains_key(kind) {
            kinds.insert(kind.to_owned(), Ended::default());
        }
        if let Some(ended) = kinds.get_mut(kind) {
            *(if done { &mut ended.done } else { &mut ended.failed }) += 1;
        }
    }

    pub fn kinds(&self) -> BTreeMap<String, Ended> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
