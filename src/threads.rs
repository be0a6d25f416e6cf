//! Threads of our own for what takes much memory: few, and always the same, since the memory stays with its thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use crate::error::{Error, Result};

type Work = Box<dyn FnOnce() + Send>;

/// They end when the last clone is gone.
#[derive(Clone)]
pub struct Threads(Sender<Work>);

impl Threads {
    pub fn start(count: usize) -> Self {
        let (sender, works) = channel::<Work>();
        let works = Arc::new(Mutex::new(works));
        for _ in 0..count {
            let works = Arc::clone(&works);
            thread::spawn(move || {
                loop {
                    let next = works.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(work) = next else { break };
                    // Who waits for it hears that it broke; the thread goes on.
                    drop(catch_unwind(AssertUnwindSafe(work)));
                }
            });
        }
        Self(sender)
    }

    /// Does the work to its end, though the one who asked may be gone by then.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (tell, told) = oneshot::channel();
        let broken = |why: String| Error::Internal(anyhow::anyhow!("work on a thread of its own: {why}"));
        self.0
            .send(Box::new(move || drop(tell.send(work()))))
            .map_err(|error| broken(error.to_string()))?;
        told.await.map_err(|error| broken(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[tokio::test]
    async fn work_stays_on_the_same_threads_even_after_one_broke() {
        let threads = Threads::start(2);
        let mut used = HashSet::new();
        for number in 0..20 {
            let done = threads.run(move || {
                assert!(number % 5 != 0, "this one breaks");
                thread::current().id()
            });
            match done.await {
                Ok(id) => drop(used.insert(id)),
                Err(error) => assert!(number % 5 == 0, "{error}"),
            }
        }
        assert!((1..=2).contains(&used.len()), "{used:?}");
    }
}
