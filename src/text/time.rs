//! Times as text.

use chrono::NaiveDateTime;

/// `November 23, 2026, 10:12 UTC`
pub fn when(time: NaiveDateTime) -> String {
    time.format("%B %-d, %Y, %H:%M UTC").to_string()
}

/// `November 23, 2026`
pub fn day(time: NaiveDateTime) -> String {
    time.format("%B %-d, %Y").to_string()
}
