//! A few long-lived threads for work that needs much memory, because an allocator keeps freed memory with its thread.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use crate::error::{Error, Result};

type Task = Box<dyn FnOnce() + Send>;

/// A pool of threads. They end when the last clone is dropped.
#[derive(Clone)]
pub struct Threads(Sender<Task>);

impl Threads {
    pub fn start(count: usize) -> Self {
        let (sender, tasks) = channel::<Task>();
        let tasks = Arc::new(Mutex::new(tasks));
        for _ in 0..count {
            let tasks = Arc::clone(&tasks);
            thread::spawn(move || {
                loop {
                    let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(task) = next else { break };
                    // After a panic the caller gets an error, and the thread continues.
                    drop(catch_unwind(AssertUnwindSafe(task)));
                }
            });
        }
        Self(sender)
    }

    /// Runs the work to its end, even if the caller stops waiting.
    ///
    /// # Errors
    /// The work panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (sender, receiver) = oneshot::channel();
        let failed = |why: String| Error::Internal(anyhow::anyhow!("a task of a thread pool failed: {why}"));
        self.0
            .send(Box::new(move || drop(sender.send(work()))))
            .map_err(|error| failed(error.to_string()))?;
        receiver.await.map_err(|error| failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[tokio::test]
    async fn work_stays_on_the_same_threads_even_after_a_panic() {
        let threads = Threads::start(2);
        let mut used = HashSet::new();
        for number in 0..20 {
            let result = threads.run(move || {
                assert!(number % 5 != 0, "this one panics");
                thread::current().id()
            });
            match result.await {
                Ok(id) => drop(used.insert(id)),
                Err(error) => assert!(number % 5 == 0, "{error}"),
            }
        }
        assert!((1..=2).contains(&used.len()), "{used:?}");
    }
}
