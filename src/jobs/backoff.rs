//! The delay between the attempts of a job.

use chrono::TimeDelta;

/// A job is dead after this many failed attempts.
pub const MAX_ATTEMPTS: i32 = 8;

/// Delays in seconds after the first failure, the second, and so on.
const DELAYS: [i64; 7] = [10, 30, 2 * 60, 10 * 60, 3600, 3 * 3600, 6 * 3600];

/// The delay after this many attempts. `random` makes it up to a fifth longer, so that jobs that failed together are not
/// retried together.
pub fn delay(attempts: i32, random: u32) -> TimeDelta {
    let failures = usize::try_from(attempts.max(1)).unwrap_or(1);
    let seconds = DELAYS[failures.min(DELAYS.len()) - 1];
    TimeDelta::milliseconds(seconds * 1000 + i64::from(random) % (seconds * 200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_a_maximum() {
        let seconds: Vec<i64> = (1..=9).map(|attempts| delay(attempts, 0).num_seconds()).collect();
        assert_eq!(seconds, [10, 30, 120, 600, 3600, 10_800, 21_600, 21_600, 21_600]);
        assert_eq!(delay(0, 0), delay(1, 0));
        assert_eq!(delay(-1, 0), delay(1, 0));
    }

    #[test]
    fn the_random_part_is_a_fifth_at_most() {
        for attempts in 1..=MAX_ATTEMPTS {
            let plain = delay(attempts, 0);
            for random in [1, 1999, 123_456_789, u32::MAX] {
                let longer = delay(attempts, random);
                assert!(longer >= plain && longer < plain + plain / 5, "{attempts}: {longer}");
            }
        }
    }
}
