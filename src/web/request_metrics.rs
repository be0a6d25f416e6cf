//! Counts of requests by method, status and duration since the start of the process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};

/// The methods that are counted separately. The last one stands for all others.
pub const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "other"];
/// The number of status classes: 1xx to 5xx.
const STATUS_CLASSES: usize = 5;
/// The upper ends of the histogram, in milliseconds.
pub const BUCKETS_MS: [u64; 10] = [1, 5, 10, 25, 50, 100, 250, 1_000, 2_500, 10_000];

/// The counts for all requests of this process.
#[derive(Default)]
pub struct RequestMetrics {
    responses: [[AtomicU64; STATUS_CLASSES]; METHODS.len()],
    /// Requests by duration. The last number counts those above all buckets.
    by_duration: [AtomicU64; BUCKETS_MS.len() + 1],
    micros: AtomicU64,
}

impl RequestMetrics {
    pub fn count(&self, method: &Method, status: StatusCode, duration: Duration) {
        let others = METHODS.len() - 1;
        let method = METHODS[..others].iter().position(|known| *known == method.as_str());
        let class = usize::from(status.as_u16() / 100).clamp(1, STATUS_CLASSES) - 1;
        let bucket = BUCKETS_MS
            .iter()
            .position(|end| duration <= Duration::from_millis(*end));
        let add = |counter: &AtomicU64, by| counter.fetch_add(by, Ordering::Relaxed);
        add(&self.responses[method.unwrap_or(others)][class], 1);
        add(&self.by_duration[bucket.unwrap_or(BUCKETS_MS.len())], 1);
        add(&self.micros, u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
    }

    /// Method, status class and number of responses, where there were any.
    pub fn responses(&self) -> impl Iterator<Item = (&'static str, usize, u64)> {
        let rows = METHODS.iter().zip(&self.responses);
        rows.flat_map(|(method, classes)| {
            let counts = classes.iter().enumerate();
            counts.map(|(class, count)| (*method, class + 1, count.load(Ordering::Relaxed)))
        })
        .filter(|(_, _, count)| *count > 0)
    }

    /// The number of requests up to the end of each bucket. The last number counts all requests.
    pub fn cumulative_counts(&self) -> [u64; BUCKETS_MS.len() + 1] {
        let mut sum = 0;
        std::array::from_fn(|bucket| {
            sum += self.by_duration[bucket].load(Ordering::Relaxed);
            sum
        })
    }

    /// The duration of all requests together.
    pub fn total_duration(&self) -> Duration {
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
        let responses: Vec<_> = request_metrics.responses().collect();
        assert_eq!(responses, [("GET", 2, 1), ("GET", 3, 1), ("other", 4, 1)]);
        assert_eq!(request_metrics.cumulative_counts(), [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3]);
        assert_eq!(request_metrics.total_duration(), Duration::from_micros(60_005_900));
    }
}
