//! Changing many prices at once: a preview, then the change.

use chrono::NaiveDateTime;
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use sha2::{Digest, Sha256};

use super::bulk::BulkSelection;
use super::edit_cell::update_lowest_price;
use crate::catalog::products::draft::MAX_PRICE;
use crate::catalog::products::visibility::ProductState;
use crate::catalog::variants::variant::Variant;
use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::{ProductId, VariantId};
use crate::money::Money;
use crate::schema::{product_variants, products};

/// Basis points in 100 percent.
const BASIS: i64 = 10_000;
/// The largest change of prices, in percent.
pub const MAX_PERCENT: i64 = 1_000;

/// A change of every price. Negative values reduce prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceChange {
    /// Basis points: hundredths of a percent.
    Percent(i64),
    Amount(Money),
}

impl PriceChange {
    /// The new price, rounded half up to the minor unit. None below zero and above `MAX_PRICE`.
    pub fn apply(self, old: Money) -> Option<Money> {
        let new = match self {
            Self::Amount(by) => old.0.checked_add(by.0)?,
            // A reduction by more than 100 percent has no price, even if the result would round to zero.
            Self::Percent(points) if points < -BASIS => return None,
            Self::Percent(points) => {
                let exact = Decimal::from(old.0) * Decimal::from(BASIS + points) / Decimal::from(BASIS);
                exact
                    .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
                    .to_i64()?
            }
        };
        (0..=MAX_PRICE).contains(&new).then_some(Money(new))
    }
}

/// The old and the new price of a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrice {
    variant: VariantId,
    /// `Large / Blue`. Empty for a product without options.
    pub label: String,
    pub old: Money,
    /// None: the price is not allowed.
    pub new: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repriced {
    pub id: ProductId,
    pub title: String,
    pub prices: Vec<NewPrice>,
}

/// The result of a price change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repricing(pub Vec<Repriced>);

impl BulkSelection {
    /// The new prices after a change. Without a change, the current prices.
    pub fn reprice(&self, conn: &mut Conn, change: Option<PriceChange>) -> Result<Repricing> {
        let rows: Vec<(ProductId, String, ProductState, Variant)> = product_variants::table
            .inner_join(products::table)
            .filter(one_of(product_variants::product_id, self.ids.iter().map(|id| id.0)))
            .order((
                products::title,
                products::id,
                product_variants::position,
                product_variants::id,
            ))
            .select((products::id, products::title, products::state, Variant::as_select()))
            .load(conn)?;
        let mut all: Vec<Repriced> = Vec::new();
        for (id, title, state, variant) in rows {
            let new = change.map_or(Some(variant.price), |change| change.apply(variant.price));
            let price = NewPrice {
                variant: variant.id,
                label: variant.label(),
                old: variant.price,
                // A live product is never free.
                new: new.filter(|new| new.0 > 0 || state != ProductState::Active),
            };
            match all.last_mut().filter(|last| last.id == id) {
                Some(last) => last.prices.push(price),
                None => all.push(Repriced {
                    id,
                    title,
                    prices: vec![price],
                }),
            }
        }
        Ok(Repricing(all))
    }
}

impl Repricing {
    /// The prices of all products.
    fn prices(&self) -> impl Iterator<Item = &NewPrice> {
        self.0.iter().flat_map(|product| &product.prices)
    }

    /// Whether every new price is allowed.
    pub fn is_possible(&self) -> bool {
        self.prices().all(|price| price.new.is_some())
    }

    /// The number of prices that change.
    pub fn changes(&self) -> usize {
        self.prices().filter(|price| price.new != Some(price.old)).count()
    }

    /// A digest of all prices. It changes with any of them.
    pub fn token(&self) -> String {
        let mut all = Sha256::new();
        for price in self.prices() {
            all.update(format!("{} {} {:?};", price.variant, price.old.0, price.new));
        }
        HEXLOWER.encode(&all.finalize()[..16])
    }

    /// Changes the prices. Returns false when a price changed since the preview. Then the caller must roll back the
    /// transaction.
    pub fn apply(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<bool> {
        let mut changes: Vec<&NewPrice> = self.prices().filter(|price| price.new != Some(price.old)).collect();
        changes.sort_by_key(|price| price.variant);
        for price in changes {
            let Some(new) = price.new else { return Ok(false) };
            let unchanged = product_variants::table
                .find(price.variant)
                .filter(product_variants::price.eq(price.old));
            let done = diesel::update(unchanged)
                .set((product_variants::price.eq(new), product_variants::updated_at.eq(now)))
                .execute(conn)?;
            if done == 0 {
                return Ok(false);
            }
        }
        let touched = |product: &&Repriced| product.prices.iter().any(|price| price.new != Some(price.old));
        let mut products: Vec<ProductId> = self.0.iter().filter(touched).map(|product| product.id).collect();
        products.sort_unstable();
        products
            .into_iter()
            .try_for_each(|id| update_lowest_price(conn, id, now))?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn percents_round_half_up_to_the_minor_unit() {
        let percent = |points, old| PriceChange::Percent(points).apply(Money(old)).map(|money| money.0);
        assert_eq!(percent(1_000, 1_995), Some(2_195)); // 2194.5
        assert_eq!(percent(-1_000, 1_995), Some(1_796)); // 1795.5
        assert_eq!(percent(-BASIS, 1_995), Some(0));
        assert_eq!(percent(-BASIS - 1, 1_995), None);
        assert_eq!(percent(333, 300), Some(310)); // 309.99
        assert_eq!(percent(100_000, MAX_PRICE), None);
        assert_eq!(PriceChange::Amount(Money(-500)).apply(Money(499)), None);
        assert_eq!(PriceChange::Amount(Money(i64::MIN)).apply(Money(-1)), None);
    }

    proptest! {
        #[test]
        fn a_new_price_is_never_negative_and_off_by_half_a_unit_at_most(
            old in 0..=MAX_PRICE,
            points in -2 * BASIS..=MAX_PERCENT * 100,
            amount in -MAX_PRICE..=MAX_PRICE,
        ) {
            if let Some(new) = PriceChange::Percent(points).apply(Money(old)) {
                prop_assert!((0..=MAX_PRICE).contains(&new.0));
                // Twice the difference from the exact price, in basis points.
                let off = (i128::from(new.0) * i128::from(BASIS) - i128::from(old) * i128::from(BASIS + points)) * 2;
                prop_assert!(-i128::from(BASIS) < off && off <= i128::from(BASIS));
            }
            match PriceChange::Amount(Money(amount)).apply(Money(old)) {
                Some(new) => prop_assert_eq!(new.0, old + amount),
                None => prop_assert!(old + amount < 0 || old + amount > MAX_PRICE),
            }
        }
    }
}
