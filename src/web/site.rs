//! What every request shares: the market itself, and the clock.

use chrono::{NaiveDateTime, SubsecRound};
use url::Url;

use crate::catalog::Categories;
use crate::money::Currency;
use crate::text::Country;

/// What is the same for all visitors.
pub struct Site {
    pub name: &'static str,
    pub public_url: Url,
    pub currency: Currency,
    pub categories: Categories,
    /// Where most buyers are.
    pub country: Country,
}

/// The time of this request: UTC, to the microsecond.
#[expect(clippy::disallowed_methods, reason = "where a request gets its time")]
pub fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}
