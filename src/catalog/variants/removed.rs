//! Variants that a change of the options removes, and what happens to their stock.

use super::options::{OptionMapping, Values};

/// The stock of the variants that a change removes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RemovedVariants {
    /// Added to a variant that stays.
    pub merged: Amount,
    /// Removed from stock.
    pub lost: Amount,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    pub items: i64,
    pub combinations: usize,
}

/// Which old variants each new variant takes over. Variants are named by their index.
#[derive(Debug)]
pub struct VariantPlan {
    /// For each new variant, the old ones. The first of them keeps its id, the others are merged into it.
    pub sources: Vec<Vec<usize>>,
    /// Old variants that no new one takes over.
    pub deleted: Vec<usize>,
}

impl VariantPlan {
    pub fn new(mapping: &OptionMapping, before: &[Values], after: &[Values]) -> Self {
        let mut plan = Self {
            sources: vec![Vec::new(); after.len()],
            deleted: Vec::new(),
        };
        for (old, values) in before.iter().enumerate() {
            let mapped = mapping.map(values);
            match after.iter().position(|new| *new == mapped) {
                Some(new) => plan.sources[new].push(old),
                None => plan.deleted.push(old),
            }
        }
        plan
    }

    /// Old variants that are merged into another one.
    fn merged(&self) -> impl Iterator<Item = usize> {
        self.sources.iter().flat_map(|old| old.iter().skip(1)).copied()
    }

    /// Old variants that are removed: merged or deleted.
    pub fn removed(&self) -> impl Iterator<Item = usize> {
        self.merged().chain(self.deleted.iter().copied())
    }

    /// What the seller has to agree to.
    pub fn removed_variants(&self, stock: &[i32]) -> RemovedVariants {
        let amount = |old: &mut dyn Iterator<Item = usize>| {
            let mut amount = Amount::default();
            for old in old.filter(|old| stock[*old] > 0) {
                amount.items += i64::from(stock[old]);
                amount.combinations += 1;
            }
            amount
        };
        RemovedVariants {
            merged: amount(&mut self.merged()),
            lost: amount(&mut self.deleted.iter().copied()),
        }
    }
}

impl RemovedVariants {
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// What the form sends back when the seller agreed.
    pub fn token(self) -> String {
        let (merged, lost) = (self.merged, self.lost);
        format!(
            "{}-{}-{}-{}",
            merged.items, merged.combinations, lost.items, lost.combinations
        )
    }

    /// Sentences for the seller.
    pub fn sentences(self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.merged.items > 0 {
            sentences.push(format!(
                "{} will be added to the remaining variants.",
                self.merged.summary()
            ));
        }
        if self.lost.items > 0 {
            sentences.push(format!("{} will be removed from stock.", self.lost.summary()));
        }
        sentences
    }
}

impl Amount {
    /// `12 items in 4 variants`
    fn summary(self) -> String {
        let items = if self.items == 1 { "item" } else { "items" };
        let variants = if self.combinations == 1 { "variant" } else { "variants" };
        format!("{} {items} in {} {variants}", self.items, self.combinations)
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
    fn sentences_say_what_happens_to_the_stock() {
        let removed_variants = RemovedVariants {
            merged: Amount {
                items: 12,
                combinations: 4,
            },
            lost: Amount {
                items: 1,
                combinations: 1,
            },
        };
        assert_eq!(
            removed_variants.sentences(),
            [
                "12 items in 4 variants will be added to the remaining variants.",
                "1 item in 1 variant will be removed from stock."
            ]
        );
        assert_ne!(removed_variants.token(), RemovedVariants::default().token());
    }

    proptest! {
        /// Every old variant stays, is merged or is deleted, exactly once.
        #[test]
        fn every_item_is_accounted_for(
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
            let mapping = OptionMapping::new(&before.names(), &after);
            let (old, new) = (before.combinations(), after.combinations());
            let plan = VariantPlan::new(&mapping, &old, &new);
            let mut covered: Vec<usize> = plan.sources.iter().flatten().chain(&plan.deleted).copied().collect();
            covered.sort_unstable();
            prop_assert_eq!(covered, (0..old.len()).collect::<Vec<_>>());
            let total: i64 = stock[..old.len()].iter().map(|&quantity| i64::from(quantity)).sum();
            let stays: i64 = plan
                .sources
                .iter()
                .filter_map(|sources| sources.first())
                .map(|first| i64::from(stock[*first]))
                .sum();
            let removed_variants = plan.removed_variants(&stock);
            prop_assert_eq!(stays + removed_variants.merged.items + removed_variants.lost.items, total);
            // With the same options every variant stays.
            let same = VariantPlan::new(&OptionMapping::new(&before.names(), &before), &old, &old);
            prop_assert!(same.deleted.is_empty() && same.sources.iter().enumerate().all(|(at, sources)| sources == &[at]));
        }
    }
}
