//! A shop's vacation. Its days are days in UTC; the last day is included.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;

use super::shop::Shop;
use crate::db::Conn;
use crate::error::Result;
use crate::id::ShopId;
use crate::schema::shops;

/// The longest message, in characters.
pub const MAX_VACATION_MESSAGE_LENGTH: usize = 300;

/// A vacation that is going on today. The shop stays visible and says when it is back.
#[derive(Debug, Clone)]
pub struct Vacation {
    /// The last day: `December 3`, with its year if it is not this one.
    pub until: Option<String>,
    pub message: String,
    /// Whether buyers can order during the vacation.
    pub selling: bool,
}

/// A vacation as it is stored: past, present or future.
#[derive(Debug, Clone)]
pub struct VacationPlan {
    pub from: NaiveDate,
    /// The last day. None if it is not known yet.
    pub until: Option<NaiveDate>,
    pub message: String,
    pub selling: bool,
}

impl Shop {
    /// The vacation that is going on now.
    pub fn vacation(&self, now: NaiveDateTime) -> Option<Vacation> {
        let plan = self.vacation_plan()?;
        let today = now.date();
        let on_vacation = plan.from <= today && plan.until.is_none_or(|last| today <= last);
        on_vacation.then(|| Vacation {
            until: plan.until.map(|last| format_day(last, today)),
            message: plan.message,
            selling: plan.selling,
        })
    }

    /// The stored vacation.
    pub fn vacation_plan(&self) -> Option<VacationPlan> {
        let from = self.vacation_from?;
        Some(VacationPlan {
            from: from.date(),
            until: self.vacation_until.map(|until| until.date()),
            message: self.vacation_message.clone(),
            selling: self.vacation_selling,
        })
    }

    /// Stores a vacation, or ends it.
    pub fn set_vacation(conn: &mut Conn, id: ShopId, plan: Option<&VacationPlan>, now: NaiveDateTime) -> Result<()> {
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
        diesel::update(shops::table.find(id))
            .set((
                shops::vacation_from.eq(plan.map(|plan| midnight(plan.from))),
                shops::vacation_until.eq(plan.and_then(|plan| plan.until).map(midnight)),
                shops::vacation_message.eq(plan.map_or("", |plan| &plan.message)),
                shops::vacation_selling.eq(plan.is_some_and(|plan| plan.selling)),
                shops::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }
}

/// `December 3`, or `January 3, 2027` if it is in another year.
fn format_day(day: NaiveDate, today: NaiveDate) -> String {
    let format = if day.year() == today.year() {
        "%B %-d"
    } else {
        "%B %-d, %Y"
    };
    day.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_another_year_has_its_year() {
        let date = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        assert_eq!(format_day(date(2026, 12, 3), date(2026, 11, 24)), "December 3");
        assert_eq!(format_day(date(2027, 1, 3), date(2026, 11, 24)), "January 3, 2027");
    }
}
