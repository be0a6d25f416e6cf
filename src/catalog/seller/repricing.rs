//! Many prices changed at once: first looked at, then made so.

use chrono::NaiveDateTime;
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};
use sha2::{Digest, Sha256};

use super::bulk::BulkSelection;
use super::edit_cell::settle_price;
use crate::catalog::products::draft::MAX_PRICE;
use crate::catalog::products::visibility::ProductState;
use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::{ProductId, VariantId};
use crate::money::Money;
use crate::schema::{product_variants, products};

/// A hundredth of a percent.
const BASIS: i64 = 10_000;
/// The most that prices go up or down, in percent.
pub const MAX_PERCENT: i64 = 1_000;

/// What is done to every price; below zero they go down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceChange {
    /// Hundredths of a percent.
    Percent(i64),
    Amount(Money),
}

impl PriceChange {
    /// Rounded half up to the minor unit; nothing where it goes below zero or above the dearest.
    pub fn of(self, old: Money) -> Option<Money> {
        let new = match self {
            Self::Amount(by) => old.0.checked_add(by.0)?,
            // By more than all of it there is no price, even where what is missing rounds away.
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

/// What becomes of one price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrice {
    variant: VariantId,
    /// `Large / Blue`, or nothing.
    pub label: String,
    pub old: Money,
    /// None: it cannot be.
    pub new: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repriced {
    pub id: ProductId,
    pub title: String,
    pub prices: Vec<NewPrice>,
}

/// What a change would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repricing(pub Vec<Repriced>);

#[derive(Queryable)]
struct Row {
    product: ProductId,
    title: String,
    state: ProductState,
    variant: VariantId,
    values: (String, String, String),
    price: Money,
}

impl BulkSelection {
    /// What the change would do to each; without one, as things are.
    pub fn reprice(&self, conn: &mut Conn, change: Option<PriceChange>) -> Result<Repricing> {
        let rows: Vec<Row> = product_variants::table
            .inner_join(products::table)
            .filter(one_of(product_variants::product_id, self.ids.iter().map(|id| id.0)))
            .order((
                products::title,
                products::id,
                product_variants::position,
                product_variants::id,
            ))
            .select((
                products::id,
                products::title,
                products::state,
                product_variants::id,
                (
                    product_variants::value1,
                    product_variants::value2,
                    product_variants::value3,
                ),
                product_variants::price,
            ))
            .load(conn)?;
        let mut all: Vec<Repriced> = Vec::new();
        for row in rows {
            let new = change.map_or(Some(row.price), |change| change.of(row.price));
            let (value1, value2, value3) = row.values;
            let label: Vec<String> = [value1, value2, value3]
                .into_iter()
                .filter(|value| !value.is_empty())
                .collect();
            let price = NewPrice {
                variant: row.variant,
                label: label.join(" / "),
                old: row.price,
                // What is live costs something.
                new: new.filter(|new| new.0 > 0 || row.state != ProductState::Active),
            };
            match all.last_mut().filter(|last| last.id == row.product) {
                Some(last) => last.prices.push(price),
                None => all.push(Repriced {
                    id: row.product,
                    title: row.title,
                    prices: vec![price],
                }),
            }
        }
        Ok(Repricing(all))
    }
}

impl Repricing {
    /// Every price, product by product.
    fn prices(&self) -> impl Iterator<Item = &NewPrice> {
        self.0.iter().flat_map(|product| &product.prices)
    }

    /// Whether every price can be what it would be.
    pub fn possible(&self) -> bool {
        self.prices().all(|price| price.new.is_some())
    }

    /// How many prices would be another.
    pub fn changes(&self) -> usize {
        self.prices().filter(|price| price.new != Some(price.old)).count()
    }

    /// Short for all that it says; another price anywhere makes another.
    pub fn token(&self) -> String {
        let mut all = Sha256::new();
        for price in self.prices() {
            all.update(format!("{} {} {:?};", price.variant, price.old.0, price.new));
        }
        HEXLOWER.encode(&all.finalize()[..16])
    }

    /// Makes it so, exactly; false when a price is another by now, and then the caller must undo the transaction.
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
        products.into_iter().try_for_each(|id| settle_price(conn, id, now))?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn percents_round_half_up_to_the_minor_unit() {
        let percent = |points, old| PriceChange::Percent(points).of(Money(old)).map(|money| money.0);
        assert_eq!(percent(1_000, 1_995), Some(2_195)); // 2194.5
        assert_eq!(percent(-1_000, 1_995), Some(1_796)); // 1795.5
        assert_eq!(percent(-BASIS, 1_995), Some(0));
        assert_eq!(percent(-BASIS - 1, 1_995), None);
        assert_eq!(percent(333, 300), Some(310)); // 309.99
        assert_eq!(percent(100_000, MAX_PRICE), None);
        assert_eq!(PriceChange::Amount(Money(-500)).of(Money(499)), None);
        assert_eq!(PriceChange::Amount(Money(i64::MIN)).of(Money(-1)), None);
    }

    proptest! {
        #[test]
        fn a_price_is_never_below_zero_and_within_half_a_unit(
            old in 0..=MAX_PRICE,
            points in -2 * BASIS..=MAX_PERCENT * 100,
            amount in -MAX_PRICE..=MAX_PRICE,
        ) {
            if let Some(new) = PriceChange::Percent(points).of(Money(old)) {
                prop_assert!((0..=MAX_PRICE).contains(&new.0));
                // Twice the exact price, in hundredths of a percent, in whole numbers.
                let off = (i128::from(new.0) * i128::from(BASIS) - i128::from(old) * i128::from(BASIS + points)) * 2;
                prop_assert!(-i128::from(BASIS) < off && off <= i128::from(BASIS));
            }
            match PriceChange::Amount(Money(amount)).of(Money(old)) {
                Some(new) => prop_assert_eq!(new.0, old + amount),
                None => prop_assert!(old + amount < 0 || old + amount > MAX_PRICE),
            }
        }
    }
}
