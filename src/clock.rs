//! The clock. Domain functions take the time as an argument.

use chrono::{NaiveDateTime, SubsecRound};

/// The current time: UTC, to the microsecond.
#[expect(clippy::disallowed_methods, reason = "the only clock of the program")]
pub fn now() -> NaiveDateTime {
    chrono::Utc::now().naive_utc().trunc_subsecs(6)
}
