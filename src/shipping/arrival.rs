//! The estimated arrival: the time to make a product, plus the time in transit.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime};

use crate::catalog::Readiness;

/// The first and the last day on which a delivery may arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Arrival {
    /// For products that are sent together, which wait for the slowest. `transit` is the minimum and maximum days
    /// in transit.
    pub fn estimate(ready: impl IntoIterator<Item = Readiness>, transit: (i32, i32), now: NaiveDateTime) -> Self {
        let (mut from, mut to) = (0, 0);
        for readiness in ready {
            from = from.max(readiness.from().unwrap_or(0));
            to = to.max(readiness.within().unwrap_or(0));
        }
        let day = |ready: i32, transit: i32| {
            let days = u64::try_from(i64::from(ready) + i64::from(transit)).unwrap_or(0);
            now.date().checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
        };
        Self {
            from: day(from, transit.0),
            to: day(to, transit.1),
        }
    }

    /// `December 3 to 7`
    pub fn words(self) -> String {
        let (from, to) = (self.from, self.to);
        if from == to {
            return to.format("%B %-d").to_string();
        }
        let last = if (from.year(), from.month()) == (to.year(), to.month()) {
            to.format("%-d")
        } else {
            to.format("%B %-d")
        };
        format!("{} to {last}", from.format("%B %-d"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(day: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 11, day)
            .and_then(|date| date.and_hms_opt(12, 0, 0))
            .unwrap()
    }

    #[test]
    fn the_slowest_product_decides() {
        let made = Readiness::Made { from: 3, within: 5 };
        let soon = Arrival::estimate([Readiness::Ready], (2, 4), on(1));
        assert_eq!(soon.words(), "November 3 to 5");
        assert_eq!(
            Arrival::estimate([Readiness::Ready, made], (2, 4), on(24)).words(),
            "November 29 to December 3"
        );
        assert_eq!(Arrival::estimate([], (1, 1), on(1)).words(), "November 2");
    }
}
