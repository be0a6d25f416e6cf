//! Everything that is stored about someone, as JSON and as CSV, in one ZIP.

mod buying;
mod products;
mod profile;
mod selling;

use std::io::{Cursor, Write};

use serde::Serialize;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::money::{Currency, Money};

/// One name, and the rows that go by it.
struct Table {
    name: &'static str,
    json: Vec<u8>,
    csv: Vec<u8>,
}

/// All tables of one person.
pub struct Export(Vec<Table>);

impl Export {
    /// Reads it all. `currency` is the market's, which products are priced in.
    pub fn of(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Self> {
        Ok(Self(vec![
            Table::of("profile", &profile::profile(conn, user)?)?,
            Table::of("addresses", &profile::addresses(conn, user)?)?,
            Table::of("waiting-pictures", &profile::pictures(conn, user)?)?,
            Table::of("sign-ins", &profile::sign_ins(conn, user)?)?,
            Table::of("remembered-browsers", &profile::browsers(conn, user)?)?,
            Table::of("activity", &profile::activity(conn, user)?)?,
            Table::of("cart", &buying::cart(conn, user)?)?,
            Table::of("orders", &buying::orders(conn, user)?)?,
            Table::of("order-history", &buying::steps(conn, user)?)?,
            Table::of("deliveries", &buying::deliveries(conn, user)?)?,
            Table::of("parcels", &buying::parcels(conn, user)?)?,
            Table::of("payments", &buying::payments(conn, user)?)?,
            Table::of("refunds", &buying::refunds(conn, user)?)?,
            Table::of("shop", &selling::shop(conn, user)?)?,
            Table::of("sections", &selling::sections(conn, user)?)?,
            Table::of("shipping-rates", &selling::rates(conn, user, currency)?)?,
            Table::of("sales", &selling::sales(conn, user)?)?,
            Table::of("products", &products::products(conn, user, currency)?)?,
            Table::of("variants", &products::variants(conn, user, currency)?)?,
            Table::of("product-fields", &products::fields(conn, user, currency)?)?,
            Table::of("product-pictures", &products::pictures(conn, user)?)?,
            Table::of("stock-movements", &products::movements(conn, user)?)?,
        ]))
    }

    /// One archive with two files a table.
    pub fn zip(&self) -> Result<Vec<u8>> {
        let packed = || -> zip::result::ZipResult<Vec<u8>> {
            let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
            for table in &self.0 {
                for (ending, content) in [("json", &table.json), ("csv", &table.csv)] {
                    zip.start_file(format!("{}.{ending}", table.name), SimpleFileOptions::default())?;
                    zip.write_all(content)?;
                }
            }
            Ok(zip.finish()?.into_inner())
        };
        packed().map_err(|error| Error::internal(error, "the data could not be packed"))
    }
}

/// An amount in a currency of its own; nothing where nobody knows the currency.
fn plain(currency: &str, amount: Money) -> String {
    Currency::by_code(currency).map_or_else(String::new, |currency| currency.plain(amount))
}

impl Table {
    fn of<T: Serialize>(name: &'static str, rows: &[T]) -> Result<Self> {
        let failed = "the data could not be written";
        let json = serde_json::to_vec_pretty(rows).map_err(|error| Error::internal(error, failed))?;
        let mut csv = csv::Writer::from_writer(Vec::new());
        for row in rows {
            csv.serialize(row).map_err(|error| Error::internal(error, failed))?;
        }
        let csv = csv
            .into_inner()
            .map_err(|error| Error::internal(error.into_error(), failed))?;
        let csv = tame(&csv).map_err(|error| Error::internal(error, failed))?;
        Ok(Self { name, json, csv })
    }
}

/// The same table with no cell that a spreadsheet would take for a formula, and the mark that tells it of UTF-8.
fn tame(table: &[u8]) -> csv::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    for record in csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(table)
        .records()
    {
        let record = record?;
        out.write_record(record.iter().map(|cell| {
            if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                format!("'{cell}")
            } else {
                cell.to_owned()
            }
        }))?;
    }
    out.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        #[derive(Serialize)]
        struct Row {
            agent: &'static str,
            count: i32,
        }
        let rows = [
            Row {
                agent: "=HYPERLINK(\"x\")",
                count: 1,
            },
            Row {
                agent: "a, b",
                count: 2,
            },
        ];
        let table = Table::of("rows", &rows).unwrap();
        let csv = String::from_utf8(table.csv).unwrap();
        assert_eq!(csv, "\u{feff}agent,count\n\"'=HYPERLINK(\"\"x\"\")\",1\n\"a, b\",2\n");
    }
}
