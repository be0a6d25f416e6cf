//! Lanes: kinds of jobs that have threads of their own, so that slow work holds up nobody's letter.

use chrono::TimeDelta;

/// Which jobs some threads do, and how.
#[derive(Debug, Clone, Copy)]
pub struct Lane {
    /// What its threads are called.
    pub name: &'static str,
    /// The kinds it does; none: all that no other lane names.
    pub kinds: &'static [&'static str],
    /// How many jobs it does at the same time.
    pub threads: usize,
    /// How many minutes it may keep a job to itself; then it counts as killed, and another takes over.
    pub lease: i64,
}

impl Lane {
    /// One thread for every kind.
    pub const EVERYTHING: Self = Self {
        name: "jobs",
        kinds: &[],
        threads: 1,
        lease: 2,
    };
}

/// One lane's part of the queue.
#[derive(Debug, Clone)]
pub(super) struct Share {
    pub kinds: Kinds,
    pub lease: TimeDelta,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kinds {
    Only(&'static [&'static str]),
    AllBut(Vec<&'static str>),
}

impl Share {
    pub fn of(lane: &Lane, lanes: &[Lane]) -> Self {
        let named = || lanes.iter().flat_map(|lane| lane.kinds).copied().collect();
        Self {
            kinds: if lane.kinds.is_empty() {
                Kinds::AllBut(named())
            } else {
                Kinds::Only(lane.kinds)
            },
            lease: TimeDelta::minutes(lane.lease),
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
        assert_eq!(Share::of(&pictures, &lanes).kinds, Kinds::Only(&["picture"]));
        assert_eq!(Share::of(&lanes[0], &lanes).kinds, Kinds::AllBut(vec!["picture"]));
        assert_eq!(
            Share::of(&lanes[0], &lanes[..1]).kinds,
            Kinds::AllBut(vec![]),
            "alone, it does everything"
        );
    }
}
