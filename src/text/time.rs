//! Times as text.

use chrono::NaiveDateTime;

/// `23 November 2026, 10:12 UTC`
pub fn when(time: NaiveDateTime) -> String {
    time.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// `23 November 2026`
pub fn day(time: NaiveDateTime) -> String {
    time.format("%-d %B %Y").to_string()
}
