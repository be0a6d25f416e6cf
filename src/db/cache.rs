//! Results of queries, shared by all visitors until the next write.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Another process may write to the same database. Its writes stay unseen for at most this long.
const MAX_STALENESS: Duration = Duration::from_secs(1);
/// The maximum number of results in the cache; one is about 30 kB.
const MAX_ENTRIES: usize = 256;

/// Query results by type and name, all of them read after the last write.
#[derive(Default)]
pub struct QueryCache {
    writes: AtomicU64,
    values: Mutex<Values>,
}

struct Values {
    /// The number of writes before the first of these values was read.
    writes: u64,
    since: Instant,
    by_name: HashMap<(TypeId, String), Box<dyn Any + Send>>,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            writes: 0,
            since: Instant::now(),
            by_name: HashMap::new(),
        }
    }
}

impl QueryCache {
    /// Invalidates all results, and those of queries that are running now. Call it after a write.
    pub fn invalidate(&self) {
        self.writes.fetch_add(1, Ordering::Release);
    }

    /// The number of writes so far. Read it before the query whose result goes to `put`.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Acquire)
    }

    pub fn get<T: Clone + 'static>(&self, name: &str) -> Option<T> {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let writes = self.writes();
        if values.writes != writes || values.since.elapsed() > MAX_STALENESS {
            *values = Values {
                writes,
                ..Values::default()
            };
        }
        let value = values.by_name.get(&(TypeId::of::<T>(), name.to_owned()))?;
        value.downcast_ref::<T>().cloned()
    }

    /// Stores a result that was read after this many writes. Does nothing if there was another write since.
    pub fn put<T: Clone + Send + 'static>(&self, name: String, value: T, writes: u64) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if values.writes == writes && values.by_name.len() < MAX_ENTRIES {
            values.by_name.insert((TypeId::of::<T>(), name), Box::new(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_invalidates_results() {
        let cache = QueryCache::default();
        assert_eq!(cache.get::<u8>("mug"), None);
        cache.put("mug".to_owned(), 1_u8, cache.writes());
        assert_eq!(cache.get::<u8>("mug"), Some(1));
        assert_eq!(cache.get::<u16>("mug"), None);
        assert_eq!(cache.get::<u8>("cup"), None);
        cache.invalidate();
        assert_eq!(cache.get::<u8>("mug"), None);
    }

    #[test]
    fn a_result_read_before_a_write_is_not_stored() {
        let cache = QueryCache::default();
        let before = cache.writes();
        cache.invalidate();
        assert_eq!(cache.get::<u8>("mug"), None);
        cache.put("mug".to_owned(), 1_u8, before);
        assert_eq!(cache.get::<u8>("mug"), None);
    }

    #[test]
    fn the_cache_does_not_grow_without_end() {
        let cache = QueryCache::default();
        for number in 0..2 * MAX_ENTRIES {
            cache.put(number.to_string(), number, 0);
        }
        assert_eq!(cache.values.lock().unwrap().by_name.len(), MAX_ENTRIES);
    }
}
