//! Lanes: groups of job kinds with their own threads, so that slow jobs do not delay emails.

use chrono::TimeDelta;

/// A group of job kinds with its own threads.
#[derive(Debug, Clone, Copy)]
pub struct Lane {
    /// The name of its threads.
    pub name: &'static str,
    /// The kinds of its jobs. Empty: every kind that no other lane names.
    pub kinds: &'static [&'static str],
    /// How many jobs run at the same time.
    pub threads: usize,
    /// How many minutes a job may run. After that the thread counts as killed, and another one takes the job.
    pub lease_minutes: i64,
}

impl Lane {
    /// One thread for all kinds.
    pub const EVERYTHING: Self = Self {
        name: "jobs",
        kinds: &[],
        threads: 1,
        lease_minutes: 2,
    };
}

/// The jobs that a lane takes from the queue.
#[derive(Debug, Clone)]
pub(super) struct LaneFilter {
    pub kinds: KindFilter,
    pub lease: TimeDelta,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KindFilter {
    Only(&'static [&'static str]),
    Except(Vec<&'static str>),
}

impl LaneFilter {
    pub fn new(lane: &Lane, lanes: &[Lane]) -> Self {
        let named = || lanes.iter().flat_map(|lane| lane.kinds).copied().collect();
        Self {
            kinds: if lane.kinds.is_empty() {
                KindFilter::Except(named())
            } else {
                KindFilter::Only(lane.kinds)
            },
            lease: TimeDelta::minutes(lane.lease_minutes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_lane() {
        let pictures = Lane {
            kinds: &["picture"],
            ..Lane::EVERYTHING
        };
        let lanes = [Lane::EVERYTHING, pictures];
        assert_eq!(LaneFilter::new(&pictures, &lanes).kinds, KindFilter::Only(&["picture"]));
        assert_eq!(
            LaneFilter::new(&lanes[0], &lanes).kinds,
            KindFilter::Except(vec!["picture"])
        );
        assert_eq!(
            LaneFilter::new(&lanes[0], &lanes[..1]).kinds,
            KindFilter::Except(vec![]),
            "a single lane takes everything"
        );
    }
}
