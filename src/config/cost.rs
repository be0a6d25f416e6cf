//! What hashing one password costs, never less than what keeps guessing dear.

use std::fmt;

/// The parameters of argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// In KiB.
    pub memory: u32,
    pub passes: u32,
    pub lanes: u32,
}

/// Memory and passes of which one pair must be reached.
const FLOORS: [(u32, u32); 2] = [(19_456, 2), (47_104, 1)];
/// Above these a sign-in would take the machine: 2 GiB, or minutes.
const MAX_COST: PasswordCost = PasswordCost {
    memory: 2 * 1024 * 1024,
    passes: 64,
    lanes: 64,
};

impl Default for PasswordCost {
    fn default() -> Self {
        let (memory, passes) = FLOORS[0];
        Self {
            memory,
            passes,
            lanes: 1,
        }
    }
}

impl fmt::Display for PasswordCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m={},t={},p={}", self.memory, self.passes, self.lanes)
    }
}

impl PasswordCost {
    /// `m=19456,t=2,p=1`, in any order.
    pub(super) fn parse(typed: &str) -> Result<Self, String> {
        let read = || {
            let (mut memory, mut passes, mut lanes) = (None, None, None);
            for part in typed.split(',') {
                let (name, number) = part.trim().split_once('=')?;
                let place = match name {
                    "m" => &mut memory,
                    "t" => &mut passes,
                    "p" => &mut lanes,
                    _ => return None,
                };
                if place.replace(number.parse().ok()?).is_some() {
                    return None;
                }
            }
            Some(Self {
                memory: memory?,
                passes: passes?,
                lanes: lanes?,
            })
        };
        let Some(cost) = read() else {
            return Err(format!("\"{typed}\" is not a cost like {}", Self::default()));
        };
        let enough = FLOORS
            .iter()
            .any(|(memory, passes)| cost.memory >= *memory && cost.passes >= *passes);
        if !enough || cost.lanes == 0 {
            return Err(format!(
                "\"{typed}\" makes guessing passwords cheap; use m=19456,t=2,p=1 or m=47104,t=1,p=1, or more"
            ));
        }
        if cost.memory > MAX_COST.memory || cost.passes > MAX_COST.passes || cost.lanes > MAX_COST.lanes {
            return Err(format!(
                "\"{typed}\" is more than a sign-in can bear; {MAX_COST} is the most"
            ));
        }
        Ok(cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_read_as_it_is_written() {
        for cost in ["m=19456,t=2,p=1", "m=47104,t=1,p=1", "m=131072,t=4,p=8"] {
            assert_eq!(PasswordCost::parse(cost).unwrap().to_string(), cost);
        }
        let cost = PasswordCost::parse("p=2, m=19456, t=3").unwrap();
        assert_eq!((cost.memory, cost.passes, cost.lanes), (19_456, 3, 2));
    }

    #[test]
    fn what_is_cheap_dear_or_nonsense_is_refused() {
        for cheap in [
            "m=19455,t=2,p=1",
            "m=19456,t=1,p=1",
            "m=47103,t=1,p=1",
            "m=8,t=100,p=1",
            "m=19456,t=2,p=0",
        ] {
            assert!(PasswordCost::parse(cheap).unwrap_err().contains("cheap"), "{cheap}");
        }
        for dear in ["m=19456000,t=2,p=1", "m=19456,t=65,p=1", "m=19456,t=2,p=65"] {
            assert!(PasswordCost::parse(dear).unwrap_err().contains("can bear"), "{dear}");
        }
        for nonsense in [
            "",
            "19456",
            "m=19456,t=2",
            "m=19456,t=2,p=1,p=1",
            "m=19456,t=2,p=x",
            "m=-1,t=2,p=1",
            "x=1",
        ] {
            assert!(
                PasswordCost::parse(nonsense).unwrap_err().contains("is not a cost"),
                "{nonsense}"
            );
        }
    }
}
