//! The clock of requests.

use chrono::{NaiveDateTime, SubsecRound};

/// The time of this request: UTC, to the microsecond.
#[expect(clippy::disallowed_methods, reason = "where a request gets its time")]
pub fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}
