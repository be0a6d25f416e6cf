//! The cost of hashing a password, with a minimum that makes guessing expensive.

use std::fmt;

/// The parameters of argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory: u32,
    pub passes: u32,
    pub lanes: u32,
}

/// Pairs of memory and passes. A cost must reach at least one of them.
const MIN_COSTS: [(u32, u32); 2] = [(19_456, 2), (47_104, 1)];
/// The maximum cost. With more, a sign-in would take minutes or all memory.
const MAX_COST: PasswordCost = PasswordCost {
    memory: 2 * 1024 * 1024,
    passes: 64,
    lanes: 64,
};

impl Default for PasswordCost {
    fn default() -> Self {
        let (memory, passes) = MIN_COSTS[0];
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
    /// Reads `m=19456,t=2,p=1`, in any order.
    pub(super) fn parse(input: &str) -> Result<Self, String> {
        let read = || {
            let (mut memory, mut passes, mut lanes) = (None, None, None);
            for part in input.split(',') {
                let (name, number) = part.trim().split_once('=')?;
                let field = match name {
                    "m" => &mut memory,
                    "t" => &mut passes,
                    "p" => &mut lanes,
                    _ => return None,
                };
                if field.replace(number.parse().ok()?).is_some() {
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
            return Err(format!("\"{input}\" is not a cost like {}", Self::default()));
        };
        let enough = MIN_COSTS
            .iter()
            .any(|(memory, passes)| cost.memory >= *memory && cost.passes >= *passes);
        if !enough || cost.lanes == 0 {
            return Err(format!(
                "\"{input}\" makes guessing passwords too cheap; use m=19456,t=2,p=1 or m=47104,t=1,p=1, or more"
            ));
        }
        if cost.memory > MAX_COST.memory || cost.passes > MAX_COST.passes || cost.lanes > MAX_COST.lanes {
            return Err(format!(
                "\"{input}\" is too expensive for a sign-in; the maximum is {MAX_COST}"
            ));
        }
        Ok(cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_parsed_and_printed() {
        for cost in ["m=19456,t=2,p=1", "m=47104,t=1,p=1", "m=131072,t=4,p=8"] {
            assert_eq!(PasswordCost::parse(cost).unwrap().to_string(), cost);
        }
        let cost = PasswordCost::parse("p=2, m=19456, t=3").unwrap();
        assert_eq!((cost.memory, cost.passes, cost.lanes), (19_456, 3, 2));
    }

    #[test]
    fn a_cost_that_is_too_low_too_high_or_invalid_is_an_error() {
        for cheap in [
            "m=19455,t=2,p=1",
            "m=19456,t=1,p=1",
            "m=47103,t=1,p=1",
            "m=8,t=100,p=1",
            "m=19456,t=2,p=0",
        ] {
            assert!(PasswordCost::parse(cheap).unwrap_err().contains("cheap"), "{cheap}");
        }
        for expensive in ["m=19456000,t=2,p=1", "m=19456,t=65,p=1", "m=19456,t=2,p=65"] {
            assert!(
                PasswordCost::parse(expensive).unwrap_err().contains("too expensive"),
                "{expensive}"
            );
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
