//! The fixture files of the original. All are read before anything is written.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::model::Model;
use super::row::Row;
use crate::error::{Error, Result};

/// One file for each Django app of the original.
const FILES: [&str; 6] = [
    "jwt_auth.json",
    "shops.json",
    "products.json",
    "carts.json",
    "payments.json",
    "orders.json",
];

/// All rows of the six files.
#[derive(Debug)]
pub struct Fixtures {
    rows: Vec<Row>,
    /// The file and model of each row of another model, such as `jwt_auth.json: auth.group`.
    rows_of_other_models: Vec<String>,
}

impl Fixtures {
    /// Reads the six files of a folder.
    ///
    /// # Errors
    /// `Refused` if a file is missing or not valid, or if two rows of a model have the same pk.
    pub fn read(dir: &Path) -> Result<Self> {
        let mut fixtures = Self {
            rows: Vec::new(),
            rows_of_other_models: Vec::new(),
        };
        for file in FILES {
            let text = fs::read_to_string(dir.join(file))
                .map_err(|error| Error::Refused(format!("{file} in {} cannot be read: {error}", dir.display())))?;
            fixtures.add(file, &text)?;
        }
        fixtures.rows.sort_by_key(|row| (row.model, row.pk));
        for pair in fixtures.rows.windows(2) {
            if let [first, second] = pair
                && (first.model, first.pk) == (second.model, second.pk)
            {
                return Err(second.refuse("is in the files twice"));
            }
        }
        Ok(fixtures)
    }

    /// The rows of one model, sorted by pk.
    pub fn rows_of(&self, model: Model) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.model == model)
    }

    pub fn rows_of_other_models(&self) -> &[String] {
        &self.rows_of_other_models
    }

    fn add(&mut self, file: &'static str, text: &str) -> Result<()> {
        let refuse = |why: String| Error::Refused(format!("{file}: {why}"));
        // Windows programs may write a byte order mark at the start of a file, which JSON does not allow.
        let rows: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| refuse(format!("is not JSON: {error}")))?;
        let Value::Array(rows) = rows else {
            return Err(refuse("is not a list of rows".into()));
        };
        for (number, row) in (1..).zip(rows) {
            let Some(label) = row.get("model").and_then(Value::as_str) else {
                return Err(refuse(format!("row {number} has no model")));
            };
            let Some(model) = Model::parse(label) else {
                self.rows_of_other_models.push(format!("{file}: {label}"));
                continue;
            };
            let Some(pk) = row.get("pk").and_then(Value::as_i64).filter(|pk| *pk > 0) else {
                return Err(refuse(format!(
                    "{label} (row {number}): the pk is not a whole number above zero"
                )));
            };
            let Some(Value::Object(fields)) = row.get("fields") else {
                return Err(refuse(format!("{label} {pk}: has no fields")));
            };
            self.rows.push(Row {
                file,
                model,
                pk,
                fields: fields.clone(),
            });
        }
        Ok(())
    }
}
