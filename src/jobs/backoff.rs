//! How long a job that failed waits for its next try.

use chrono::TimeDelta;

/// After so many tries a job is dead.
pub const MAX_TRIES: i32 = 8;

/// Seconds after the first failure, the second, and so on.
const PAUSES: [i64; 7] = [10, 30, 2 * 60, 10 * 60, 3600, 3 * 3600, 6 * 3600];

/// The pause after this many tries: up to a fifth longer by chance, so that what failed together does not come back
/// together.
pub fn pause(tries: i32, chance: u32) -> TimeDelta {
    let failures = usize::try_from(tries.max(1)).unwrap_or(1);
    let seconds = PAUSES[failures.min(PAUSES.len()) - 1];
    TimeDelta::milliseconds(seconds * 1000 + i64::from(chance) % (seconds * 200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stop_growing() {
        let seconds: Vec<i64> = (1..=9).map(|tries| pause(tries, 0).num_seconds()).collect();
        assert_eq!(seconds, [10, 30, 120, 600, 3600, 10_800, 21_600, 21_600, 21_600]);
        assert_eq!(pause(0, 0), pause(1, 0));
        assert_eq!(pause(-1, 0), pause(1, 0));
    }

    #[test]
    fn chance_adds_a_fifth_at_most() {
        for tries in 1..=MAX_TRIES {
            let plain = pause(tries, 0);
            for chance in [1, 1999, 123_456_789, u32::MAX] {
                let longer = pause(tries, chance);
                assert!(longer >= plain && longer < plain + plain / 5, "{tries}: {longer}");
            }
        }
    }
}
