//! Data of the market that all requests share, and the clock.

use chrono::{NaiveDateTime, SubsecRound};
use url::Url;

use crate::catalog::Categories;
use crate::money::Currency;
use crate::text::Country;

/// Data that is the same for all visitors.
pub struct Site {
    pub name: &'static str,
    pub public_url: Url,
    pub currency: Currency,
    pub categories: Categories,
    /// The default country of delivery.
    pub country: Country,
}

/// The time of this request: UTC, to the microsecond.
#[expect(clippy::disallowed_methods, reason = "the clock of requests")]
pub fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}
