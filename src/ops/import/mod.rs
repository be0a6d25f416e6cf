//! `pocketshop import pocketshop DIR`: the original's Django fixtures, in one transaction, as often as you like.

mod accounts;
mod carts;
mod catalog;
mod fixtures;
mod model;
mod orders;
mod report;
mod row;

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDateTime, SubsecRound};
use diesel::dsl::exists;
use diesel::prelude::*;

pub use fixtures::Fixtures;
pub use model::Model;
pub use report::{Counts, Report, Verdict};

use crate::db::Conn;
use crate::error::Result;
use crate::money::Currency;
use crate::schema::{
    cart_items, carts as cart_rows, orders as order_rows, payments, product_images, products, shops, users,
};
use row::Row;

/// Writes what is not there yet. Belongs inside a transaction: an error leaves what came before it written.
///
/// # Errors
/// `Refused` with a line that names file, model and pk of the first row that cannot be taken over.
pub fn import(conn: &mut Conn, fixtures: &Fixtures, currency: Currency, now: NaiveDateTime) -> Result<Report> {
    let mut import = Import {
        conn,
        fixtures,
        currency,
        now: now.trunc_subsecs(6),
        fresh: HashSet::new(),
        sold: HashMap::new(),
        report: Report::default(),
    };
    for row in fixtures.of(Model::Order) {
        import.sold.entry(row.reference("payment")?).or_default().push(row);
    }
    for model in Model::ALL {
        for row in fixtures.of(model) {
            let verdict = import.take_over(row)?;
            if verdict == Verdict::Imported {
                import.fresh.insert((model, row.pk));
            }
            import.report.count(row, verdict);
        }
    }
    for place in fixtures.strangers() {
        import.report.stranger(place);
    }
    Ok(import.report)
}

struct Import<'a> {
    conn: &'a mut Conn,
    fixtures: &'a Fixtures,
    currency: Currency,
    now: NaiveDateTime,
    /// What this run has written so far.
    fresh: HashSet<(Model, i64)>,
    /// The orders of each payment.
    sold: HashMap<i64, Vec<&'a Row>>,
    report: Report,
}

impl Import<'_> {
    fn take_over(&mut self, row: &Row) -> Result<Verdict> {
        // Orders are written along with their payment, which comes before them.
        if self.fresh.contains(&(row.model, row.pk)) {
            return Ok(Verdict::Imported);
        }
        if self.has(row.model, row.pk)? {
            return Ok(Verdict::Known);
        }
        match row.model {
            Model::User => self.user(row),
            Model::Shop => self.shop(row),
            Model::Product => self.product(row),
            Model::Image => self.image(row),
            Model::Cart => self.cart(row),
            Model::CartLine => self.cart_line(row),
            Model::Payment => self.payment(row),
            Model::Order => self.order(row),
        }
    }

    fn has(&mut self, model: Model, id: i64) -> Result<bool> {
        let conn = &mut *self.conn;
        Ok(match model {
            Model::User => diesel::select(exists(users::table.find(id))).get_result(conn)?,
            Model::Shop => diesel::select(exists(shops::table.find(id))).get_result(conn)?,
            Model::Product => diesel::select(exists(products::table.find(id))).get_result(conn)?,
            Model::Image => diesel::select(exists(product_images::table.find(id))).get_result(conn)?,
            Model::Cart => diesel::select(exists(cart_rows::table.find(id))).get_result(conn)?,
            Model::CartLine => diesel::select(exists(cart_items::table.find(id))).get_result(conn)?,
            Model::Payment => diesel::select(exists(payments::table.find(id))).get_result(conn)?,
            Model::Order => diesel::select(exists(order_rows::table.find(id))).get_result(conn)?,
        })
    }

    /// The pk of the row that a field points at, which has to be there by now.
    fn reference(&mut self, row: &Row, field: &str, model: Model) -> Result<i64> {
        let id = row.reference(field)?;
        if self.has(model, id)? {
            return Ok(id);
        }
        let label = model.label();
        Err(row.refuse(format!(
            "its {field} is {label} {id}, which is neither in the files nor in the database"
        )))
    }

    /// For a part of a larger thing: whether that thing is new, so that it takes its parts.
    fn is_part_of_new(&mut self, row: &Row, field: &str, whole: Model) -> Result<bool> {
        let id = row.reference(field)?;
        if self.fresh.contains(&(whole, id)) {
            return Ok(true);
        }
        // Left out on purpose, or left alone: either way it is no mistake of the file.
        if !self.fixtures.of(whole).any(|row| row.pk == id) {
            self.reference(row, field, whole)?;
        }
        Ok(false)
    }

    /// Says that a picture stays behind, for rows that can do without.
    fn picture(&mut self, row: &Row, field: &str, what: &'static str) -> Result<String> {
        let Ok(url) = row.picture(field)? else {
            self.report.left_out(row, what, row::NotOurPicture::REASON);
            return Ok(String::new());
        };
        Ok(url.unwrap_or_default())
    }
}
