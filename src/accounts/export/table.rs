//! One table of the export, as JSON and as CSV, and the types of its cells.

use serde::{Serialize, Serializer};

use crate::error::{Error, Result};
use crate::money::{Currency, Money};

/// A named table.
pub struct Table {
    pub name: &'static str,
    pub json: Vec<u8>,
    pub csv: Vec<u8>,
}

/// An amount, written as a decimal number. It is empty before `format`, and when the currency is unknown.
pub struct Amount {
    amount: Option<Money>,
    text: String,
}

impl From<Option<Money>> for Amount {
    fn from(amount: Option<Money>) -> Self {
        Self {
            amount,
            text: String::new(),
        }
    }
}

impl From<Money> for Amount {
    fn from(amount: Money) -> Self {
        Self::from(Some(amount))
    }
}

impl Amount {
    pub fn format(&mut self, currency: Currency) {
        self.text = self.amount.map(|amount| currency.plain(amount)).unwrap_or_default();
    }

    pub fn format_by_code(&mut self, currency: &str) {
        if let Some(currency) = Currency::by_code(currency) {
            self.format(currency);
        }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// A text that may be missing, which is written as an empty one.
#[derive(Serialize)]
pub struct TextOrEmpty(String);

impl From<Option<String>> for TextOrEmpty {
    fn from(text: Option<String>) -> Self {
        Self(text.unwrap_or_default())
    }
}

impl Table {
    pub fn new<T: Serialize>(name: &'static str, rows: &[T]) -> Result<Self> {
        let doing = "writing a table of the export";
        let json = serde_json::to_vec_pretty(rows).map_err(|error| Error::internal(error, doing))?;
        let mut csv = csv::Writer::from_writer(Vec::new());
        for row in rows {
            csv.serialize(row).map_err(|error| Error::internal(error, doing))?;
        }
        let csv = csv
            .into_inner()
            .map_err(|error| Error::internal(error.into_error(), doing))?;
        let csv = escape_formulas(&csv).map_err(|error| Error::internal(error, doing))?;
        Ok(Self { name, json, csv })
    }
}

/// The same table with a UTF-8 byte order mark, and with an apostrophe before each cell that a spreadsheet would take
/// for a formula.
fn escape_formulas(table: &[u8]) -> csv::Result<Vec<u8>> {
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
        let table = Table::new("rows", &rows).unwrap();
        let csv = String::from_utf8(table.csv).unwrap();
        assert_eq!(csv, "\u{feff}agent,count\n\"'=HYPERLINK(\"\"x\"\")\",1\n\"a, b\",2\n");
    }
}
