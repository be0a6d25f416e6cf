//! When a shop is away. Its days are days in UTC, the last of them among them.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;

use super::shop::{Shop, ShopState};
use crate::db::Conn;
use crate::error::Result;
use crate::id::ShopId;
use crate::schema::shops;

/// An absence that goes on today: the shop stays to be seen, and says when it is back.
#[derive(Debug, Clone)]
pub struct Vacation {
    /// The last day: `3 December`, with its year when that is another.
    pub until: Option<String>,
    pub message: String,
    /// Whether it can be bought from meanwhile.
    pub selling: bool,
}

/// An absence as the shop wants it.
#[derive(Debug, Clone)]
pub struct Absence {
    pub from: NaiveDate,
    /// The last day; nobody knows yet when it is none.
    pub until: Option<NaiveDate>,
    pub message: String,
    pub selling: bool,
}

impl Shop {
    pub fn vacation(&self, now: NaiveDateTime) -> Option<Vacation> {
        let absence = self.absence()?;
        let today = now.date();
        let away = absence.from <= today && absence.until.is_none_or(|last| today <= last);
        away.then(|| Vacation {
            until: absence.until.map(|last| day(last, today)),
            message: absence.message,
            selling: absence.selling,
        })
    }

    /// Whether anything can be bought here at this moment.
    pub fn sells(&self, now: NaiveDateTime) -> bool {
        self.state == ShopState::Open && self.vacation(now).is_none_or(|away| away.selling)
    }

    /// The absence that is written down, past, present or to come.
    pub fn absence(&self) -> Option<Absence> {
        let from = self.vacation_from?;
        Some(Absence {
            from: from.date(),
            until: self.vacation_until.map(|until| until.date()),
            message: self.vacation_message.clone(),
            selling: self.vacation_selling,
        })
    }

    /// Plans an absence, or is back.
    pub fn set_absence(conn: &mut Conn, id: ShopId, absence: Option<&Absence>, now: NaiveDateTime) -> Result<()> {
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
        diesel::update(shops::table.find(id))
            .set((
                shops::vacation_from.eq(absence.map(|absence| midnight(absence.from))),
                shops::vacation_until.eq(absence.and_then(|absence| absence.until).map(midnight)),
                shops::vacation_message.eq(absence.map_or("", |absence| &absence.message)),
                shops::vacation_selling.eq(absence.is_some_and(|absence| absence.selling)),
                shops::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }
}

/// `3 December`, or `3 January 2027` in another year than this.
fn day(day: NaiveDate, today: NaiveDate) -> String {
    let form = if day.year() == today.year() {
        "%-d %B"
    } else {
        "%-d %B %Y"
    };
    day.format(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_names_its_year_when_it_is_another() {
        let date = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        assert_eq!(day(date(2026, 12, 3), date(2026, 11, 24)), "3 December");
        assert_eq!(day(date(2027, 1, 3), date(2026, 11, 24)), "3 January 2027");
    }
}
