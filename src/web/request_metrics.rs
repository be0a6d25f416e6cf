//! What came in and how it was answered, counted since the start.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};

/// The methods that are told apart; the last stands for all others.
pub const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "other"];
/// How many classes of status there are, from 1xx.
const CLASSES: usize = 5;
/// The upper ends of the histogram, in milliseconds.
pub const MILLIS: [u64; 10] = [1, 5, 10, 25, 50, 100, 250, 1_000, 2_500, 10_000];

/// All requests of this process.
#[derive(Default)]
pub struct RequestMetrics {
    answers: [[AtomicU64; CLASSES]; METHODS.len()],
    /// How many took at most so long; the last took longer than any.
    took: [AtomicU64; MILLIS.len() + 1],
    micros: AtomicU64,
}

impl RequestMetrics {
    pub fn count(&self, method: &Method, status: StatusCode, took: Duration) {
        let others = METHODS.len() - 1;
        let method = METHODS[..others].iter().position(|known| *known == method.as_str());
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES) - 1;
        let bucket = MILLIS.iter().position(|most| took <= Duration::from_millis(*most));
        let add = |counter: &AtomicU64, by| counter.fetch_add(by, Ordering::Relaxed);
        add(&self.answers[method.unwrap_or(others)][class], 1);
        add(&self.took[bucket.unwrap_or(MILLIS.len())], 1);
        add(&self.micros, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// Method, class of status, how many: where there were any.
    pub fn answers(&self) -> impl Iterator<Item = (&'static str, usize, u64)> {
        let rows = METHODS.iter().zip(&self.answers);
        rows.flat_map(|(method, classes)| {
            let counts = classes.iter().enumerate();
            counts.map(|(class, count)| (*method, class + 1, count.load(Ordering::Relaxed)))
        })
        .filter(|(_, _, count)| *count > 0)
    }

    /// How many took at most as long as each of `MILLIS`, and how many there were in all.
    pub fn at_most(&self) -> [u64; MILLIS.len() + 1] {
        let mut sum = 0;
        std::array::from_fn(|bucket| {
            sum += self.took[bucket].load(Ordering::Relaxed);
            sum
        })
    }

    /// How long all of them took together.
    pub fn took(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_method_class_and_time() {
        let request_metrics = RequestMetrics::default();
        request_metrics.count(&Method::GET, StatusCode::OK, Duration::from_micros(900));
        request_metrics.count(&Method::GET, StatusCode::NOT_MODIFIED, Duration::from_millis(5));
        request_metrics.count(&Method::DELETE, StatusCode::METHOD_NOT_ALLOWED, Duration::from_secs(60));
        let answers: Vec<_> = request_metrics.answers().collect();
        assert_eq!(answers, [("GET", 2, 1), ("GET", 3, 1), ("other", 4, 1)]);
        assert_eq!(request_metrics.at_most(), [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3]);
        assert_eq!(request_metrics.took(), Duration::from_micros(60_005_900));
    }
}
