//! One table of the export, as JSON and as CSV.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::money::{Currency, Money};

/// One name, and the rows that go by it.
pub struct Table {
    pub name: &'static str,
    pub json: Vec<u8>,
    pub csv: Vec<u8>,
}

/// An amount in a currency of its own; nothing where nobody knows the currency.
pub fn plain(currency: &str, amount: Money) -> String {
    Currency::by_code(currency).map_or_else(String::new, |currency| currency.plain(amount))
}

impl Table {
    pub fn of<T: Serialize>(name: &'static str, rows: &[T]) -> Result<Self> {
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
