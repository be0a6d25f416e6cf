//! What was read, kept until something is written.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Another process may write to the same database; for so long that may go unseen.
const MAX_STALENESS: Duration = Duration::from_secs(1);
/// How many values are kept; about 30 kB each.
const MAX_ENTRIES: usize = 256;

/// Values by type and name, all of them read after the last write.
#[derive(Default)]
pub struct QueryCache {
    writes: AtomicU64,
    values: Mutex<Values>,
}

struct Values {
    /// How many writes there had been when the first of them was read.
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
    /// Something was written: what is kept no longer counts, nor what is being read right now.
    pub fn forget(&self) {
        self.writes.fetch_add(1, Ordering::Release);
    }

    /// How many writes there were; to be asked before reading what `put` is to keep.
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

    /// Keeps what was read after so many writes, if there was none since.
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
    fn a_write_makes_forget() {
        let cache = QueryCache::default();
        assert_eq!(cache.get::<u8>("mug"), None);
        cache.put("mug".to_owned(), 1_u8, cache.writes());
        assert_eq!(cache.get::<u8>("mug"), Some(1));
        assert_eq!(cache.get::<u16>("mug"), None);
        assert_eq!(cache.get::<u8>("cup"), None);
        cache.forget();
        assert_eq!(cache.get::<u8>("mug"), None);
    }

    #[test]
    fn what_was_read_before_a_write_is_not_kept() {
        let cache = QueryCache::default();
        let before = cache.writes();
        cache.forget();
        assert_eq!(cache.get::<u8>("mug"), None);
        cache.put("mug".to_owned(), 1_u8, before);
        assert_eq!(cache.get::<u8>("mug"), None);
    }

    #[test]
    fn there_is_an_end_to_what_is_kept() {
        let cache = QueryCache::default();
        for number in 0..2 * MAX_ENTRIES {
            cache.put(number.to_string(), number, 0);
        }
        assert_eq!(cache.values.lock().unwrap().by_name.len(), MAX_ENTRIES);
    }
}
