//! A rate limiter: the generic cell rate algorithm (GCRA) in a table of fixed size.
//!
//! Our own code because the keyed limiters of `governor` and `actix-governor` add an entry for every address until someone
//! cleans up, so that a visitor with many IPv6 networks could fill the memory.

use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The table takes 512 KiB. Two keys share a cell, and so an allowance, with a probability of 1 in 65,536.
const CELLS: usize = 1 << 16;

/// Allows a burst of `count` requests, then one every `window / count`.
///
/// A cell holds the theoretical arrival time in microseconds since the limiter was created. How far it is ahead of now is
/// how much of the allowance is used. The cell of a key is chosen by a hash with a random secret, so nobody can choose a
/// key that shares the cell of another.
pub struct RateLimiter {
    cells: Box<[AtomicU64]>,
    hasher: RandomState,
    started: Instant,
    /// Microseconds per request.
    cost: u64,
    /// Microseconds that a cell may be ahead of now.
    allowance: u64,
}

impl RateLimiter {
    /// A limit of `count` requests, at least 1, per `window`.
    pub fn new(count: u32, window: Duration) -> Self {
        let allowance = u64::try_from(window.as_micros()).unwrap_or(u64::MAX / 4);
        Self {
            cells: (0..CELLS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            started: Instant::now(),
            cost: (allowance / u64::from(count.max(1))).max(1),
            allowance,
        }
    }

    /// Counts a request from a network address.
    ///
    /// # Errors
    /// The allowance is used up. Returns the time until the next request is allowed.
    pub fn check_address(&self, address: IpAddr) -> Result<(), Duration> {
        self.check(&network(address))
    }

    /// Counts a request under any key, such as an account.
    ///
    /// # Errors
    /// As [`Self::check_address`].
    pub fn check(&self, key: &impl Hash) -> Result<(), Duration> {
        self.check_at(
            key,
            u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX / 2),
        )
    }

    /// `now` is in microseconds since the limiter was created.
    fn check_at(&self, key: &impl Hash, now: u64) -> Result<(), Duration> {
        let index = usize::try_from(self.hasher.hash_one(key) % CELLS as u64).unwrap_or_default();
        let counted = self.cells[index].fetch_update(Ordering::Relaxed, Ordering::Relaxed, |arrival| {
            let next = arrival.max(now) + self.cost;
            (next - now <= self.allowance).then_some(next)
        });
        counted
            .map(drop)
            .map_err(|arrival| Duration::from_micros(arrival + self.cost - self.allowance - now))
    }
}

/// Who an address stands for: a whole /64 belongs to one customer, who may use any address in it.
fn network(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits() >> 64 << 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;
    const MINUTE: Duration = Duration::from_secs(60);

    fn passed(limiter: &RateLimiter, key: u32, calls: u32, now: u64) -> usize {
        (0..calls).filter(|_| limiter.check_at(&key, now).is_ok()).count()
    }

    #[test]
    fn a_burst_passes_then_one_at_a_time() {
        let limiter = RateLimiter::new(600, MINUTE);
        assert_eq!(passed(&limiter, 1, 1000, 5 * SECOND), 600);
        assert_eq!(limiter.check_at(&1_u32, 5 * SECOND), Err(Duration::from_millis(100)));
        assert_eq!(passed(&limiter, 1, 1000, 6 * SECOND), 10);
        assert_eq!(passed(&limiter, 1, 1000, 66 * SECOND), 600);
    }

    #[test]
    fn the_requests_of_one_visitor_do_not_limit_others() {
        let limiter = RateLimiter::new(10, MINUTE);
        assert_eq!(passed(&limiter, 1, 50, 0), 10);
        // Two visitors can share a cell, but rarely: nearly all of 100 others still have all their requests.
        let unaffected = (100..200).filter(|key| passed(&limiter, *key, 10, 0) == 10).count();
        assert!(unaffected > 95, "{unaffected}");
    }

    #[test]
    fn a_limit_can_have_a_longer_window() {
        let limiter = RateLimiter::new(10, 3 * MINUTE);
        assert_eq!(passed(&limiter, 1, 20, 0), 10);
        assert_eq!(limiter.check_at(&1_u32, 0), Err(Duration::from_secs(18)));
        assert_eq!(passed(&limiter, 1, 20, 18 * SECOND), 1);
    }

    #[test]
    fn many_addresses_take_no_more_memory_and_parallel_calls_are_all_counted() {
        let limiter = RateLimiter::new(600, MINUTE);
        for key in 0..1_000_000_u32 {
            let _ = limiter.check_at(&key, u64::from(key));
        }
        assert_eq!(limiter.cells.len(), CELLS);
        let limiter = RateLimiter::new(100, MINUTE);
        let total: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| passed(&limiter, 7, 100, 0))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(total, 100);
    }

    #[test]
    fn an_ipv6_network_is_one_visitor_and_mapped_ipv4_addresses_are_equal() {
        let key = |address: &str| network(address.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("198.51.100.1"), key("::ffff:198.51.100.1"));
        assert_ne!(key("198.51.100.1"), key("198.51.100.2"));
        let limiter = RateLimiter::new(1, MINUTE);
        assert!(limiter.check_address("2001:db8::1".parse().unwrap()).is_ok());
        assert!(limiter.check_address("2001:db8::2".parse().unwrap()).is_err());
    }
}
