//! `pocketshop import pocketshop DIR`: imports the Django fixtures of the original in one transaction. It is safe to
//! repeat.

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
pub use report::{Counts, Report, RowResult};

use crate::db::Conn;
use crate::error::Result;
use crate::money::Currency;
use crate::schema::{
    cart_items, carts as cart_rows, orders as order_rows, payments, product_images, products, shops, users,
};
use row::Row;

/// Imports the rows that do not exist yet. Call this in a transaction, because the rows before an error are written
/// already.
///
/// # Errors
/// `Refused` with a line that names the file, model and pk of the first row that cannot be imported.
pub fn import(conn: &mut Conn, fixtures: &Fixtures, currency: Currency, now: NaiveDateTime) -> Result<Report> {
    let mut import = Import {
        conn,
        fixtures,
        currency,
        now: now.trunc_subsecs(6),
        imported: HashSet::new(),
        orders_by_payment: HashMap::new(),
        report: Report::default(),
    };
    for row in fixtures.rows_of(Model::Order) {
        import
            .orders_by_payment
            .entry(row.reference("payment")?)
            .or_default()
            .push(row);
    }
    for model in Model::ALL {
        for row in fixtures.rows_of(model) {
            let result = import.import_row(row)?;
            if result == RowResult::Imported {
                import.imported.insert((model, row.pk));
            }
            import.report.count(row, result);
        }
    }
    for source in fixtures.rows_of_other_models() {
        import.report.count_other_model(source);
    }
    Ok(import.report)
}

struct Import<'a> {
    conn: &'a mut Conn,
    fixtures: &'a Fixtures,
    currency: Currency,
    now: NaiveDateTime,
    /// The rows that this run has imported so far.
    imported: HashSet<(Model, i64)>,
    /// The orders of each payment.
    orders_by_payment: HashMap<i64, Vec<&'a Row>>,
    report: Report,
}

impl Import<'_> {
    fn import_row(&mut self, row: &Row) -> Result<RowResult> {
        // Orders are imported together with their payment, which comes before them.
        if self.imported.contains(&(row.model, row.pk)) {
            return Ok(RowResult::Imported);
        }
        if self.exists(row.model, row.pk)? {
            return Ok(RowResult::Exists);
        }
        match row.model {
            Model::User => self.import_user(row),
            Model::Shop => self.import_shop(row),
            Model::Product => self.import_product(row),
            Model::Image => self.import_image(row),
            Model::Cart => self.import_cart(row),
            Model::CartLine => self.import_cart_line(row),
            Model::Payment => self.import_payment(row),
            Model::Order => self.skip_order(row),
        }
    }

    fn exists(&mut self, model: Model, id: i64) -> Result<bool> {
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

    /// The pk of the row that a field points to. That row must exist.
    fn reference(&mut self, row: &Row, field: &str, model: Model) -> Result<i64> {
        let id = row.reference(field)?;
        if self.exists(model, id)? {
            return Ok(id);
        }
        let label = model.label();
        Err(row.refuse(format!(
            "its {field} is {label} {id}, which is neither in the files nor in the database"
        )))
    }

    /// Whether this run imported the row that a field points to. If not, this row is skipped as well.
    fn is_part_of_imported(&mut self, row: &Row, field: &str, model: Model) -> Result<bool> {
        let id = row.reference(field)?;
        if self.imported.contains(&(model, id)) {
            return Ok(true);
        }
        // If that row is in the files, it was skipped or existed already, which is not an error.
        if !self.fixtures.rows_of(model).any(|row| row.pk == id) {
            self.reference(row, field, model)?;
        }
        Ok(false)
    }

    /// The URL of a picture. Empty if it is missing, or if it cannot be imported; then the report says so.
    fn picture(&mut self, row: &Row, field: &str, what: &'static str) -> Result<String> {
        let Ok(url) = row.picture(field)? else {
            self.report.omit(row, what, row::NotOurPicture::REASON);
            return Ok(String::new());
        };
        Ok(url.unwrap_or_default())
    }
}
