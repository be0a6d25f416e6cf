//! What becomes of the stock of combinations that there will be no more.

use super::options::{Passage, Values};

/// Pieces that go elsewhere, and how many combinations they were in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RemovedVariants {
    /// Added to the combination that stays.
    pub joined: Amount,
    /// Taken out of stock.
    pub lost: Amount,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    pub pieces: i64,
    pub combinations: usize,
}

/// Which old combinations each new one is made of.
#[derive(Debug)]
pub struct Plan {
    /// For each new combination, the old ones that it takes over; the first lives on.
    pub made_of: Vec<Vec<usize>>,
    /// Old ones that no new one takes over.
    pub gone: Vec<usize>,
}

impl Plan {
    pub fn new(passage: &Passage, before: &[Values], after: &[Values]) -> Self {
        let mut plan = Self {
            made_of: vec![Vec::new(); after.len()],
            gone: Vec::new(),
        };
        for (old, values) in before.iter().enumerate() {
            let becomes = passage.of(values);
            match after.iter().position(|there| *there == becomes) {
                Some(new) => plan.made_of[new].push(old),
                None => plan.gone.push(old),
            }
        }
        plan
    }

    /// Those whose stock the first takes over.
    pub fn joined(&self) -> impl Iterator<Item = usize> {
        self.made_of.iter().flat_map(|old| old.iter().skip(1)).copied()
    }

    /// What the shop is to be told before it is done.
    pub fn removed_variants(&self, stock: &[i32]) -> RemovedVariants {
        let amount = |old: &mut dyn Iterator<Item = usize>| {
            let mut amount = Amount::default();
            for old in old.filter(|old| stock[*old] > 0) {
                amount.pieces += i64::from(stock[old]);
                amount.combinations += 1;
            }
            amount
        };
        RemovedVariants {
            joined: amount(&mut self.joined()),
            lost: amount(&mut self.gone.iter().copied()),
        }
    }
}

impl RemovedVariants {
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// What the form sends back to say: I know.
    pub fn token(self) -> String {
        let (joined, lost) = (self.joined, self.lost);
        format!(
            "{}-{}-{}-{}",
            joined.pieces, joined.combinations, lost.pieces, lost.combinations
        )
    }

    /// For the shop, a sentence each.
    pub fn words(self) -> Vec<String> {
        let mut told = Vec::new();
        if self.joined.pieces > 0 {
            told.push(format!(
                "{} will be added to the combinations that stay.",
                self.joined.words()
            ));
        }
        if self.lost.pieces > 0 {
            told.push(format!("{} will be taken out of stock.", self.lost.words()));
        }
        told
    }
}

impl Amount {
    /// `12 pieces in 4 combinations`
    fn words(self) -> String {
        let pieces = if self.pieces == 1 { "piece" } else { "pieces" };
        let combinations = if self.combinations == 1 {
            "combination"
        } else {
            "combinations"
        };
        format!("{} {pieces} in {} {combinations}", self.pieces, self.combinations)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::catalog::variants::options::{Options, ProductOption};

    fn option(name: &str, count: usize) -> ProductOption {
        ProductOption {
            name: name.to_owned(),
            values: (0..count).map(|value| format!("{name}{value}")).collect(),
        }
    }

    #[test]
    fn it_is_said_what_goes_where() {
        let removed_variants = RemovedVariants {
            joined: Amount {
                pieces: 12,
                combinations: 4,
            },
            lost: Amount {
                pieces: 1,
                combinations: 1,
            },
        };
        assert_eq!(
            removed_variants.words(),
            [
                "12 pieces in 4 combinations will be added to the combinations that stay.",
                "1 piece in 1 combination will be taken out of stock."
            ]
        );
        assert_ne!(removed_variants.token(), RemovedVariants::default().token());
    }

    proptest! {
        /// Every old combination lives on, joins one that does, or is told of; none twice.
        #[test]
        fn every_piece_is_accounted_for(
            sizes in prop::collection::vec(1_usize..5, 1..4),
            kept in prop::collection::vec(0_usize..5, 3),
            stock in prop::collection::vec(0_i32..50, 64),
        ) {
            let names = ["a", "b", "c"];
            let before: Vec<ProductOption> = sizes.iter().zip(names).map(|(size, name)| option(name, *size)).collect();
            let after: Vec<ProductOption> = sizes
                .iter()
                .zip(names)
                .zip(&kept)
                .filter(|(_, kept)| **kept > 0)
                .map(|((size, name), kept)| option(name, (*size).min(*kept)))
                .collect();
            let (before, after) = (Options::new(before).unwrap(), Options::new(after).unwrap());
            let passage = Passage::new(&before.names(), &after);
            let (old, new) = (before.combinations(), after.combinations());
            let plan = Plan::new(&passage, &old, &new);
            let mut told: Vec<usize> = plan.made_of.iter().flatten().chain(&plan.gone).copied().collect();
            told.sort_unstable();
            prop_assert_eq!(told, (0..old.len()).collect::<Vec<_>>());
            let total: i64 = stock[..old.len()].iter().map(|&pieces| i64::from(pieces)).sum();
            let stays: i64 = plan
                .made_of
                .iter()
                .filter_map(|made_of| made_of.first())
                .map(|first| i64::from(stock[*first]))
                .sum();
            let removed_variants = plan.removed_variants(&stock);
            prop_assert_eq!(stays + removed_variants.joined.pieces + removed_variants.lost.pieces, total);
            // The same options once more: everything stays what it is.
            let same = Plan::new(&Passage::new(&before.names(), &before), &old, &old);
            prop_assert!(same.gone.is_empty() && same.made_of.iter().enumerate().all(|(at, made_of)| made_of == &[at]));
        }
    }
}
