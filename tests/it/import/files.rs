//! The original's fixtures: tests read them, or change a copy.

use std::fs;
use std::path::Path;

use pocketshop::ops::import::Model;
use serde_json::{Value, json};
use tempfile::TempDir;

pub const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/pocketshop");

/// A copy of the fixtures that a test may change.
pub struct Files(TempDir);

impl Files {
    pub fn copy() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for file in fs::read_dir(FIXTURES).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
        Self(folder)
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    pub fn rows(&self, file: &str) -> Vec<Value> {
        serde_json::from_str(&fs::read_to_string(self.folder().join(file)).unwrap()).unwrap()
    }

    pub fn write(&self, file: &str, rows: &[Value]) {
        fs::write(self.folder().join(file), serde_json::to_string(rows).unwrap()).unwrap();
    }

    /// Sets a field of one row.
    pub fn set(&self, file: &str, model: Model, pk: i64, field: &str, value: Value) {
        let mut rows = self.rows(file);
        let row = rows
            .iter_mut()
            .find(|row| row["model"] == model.label() && row["pk"] == pk)
            .unwrap();
        row["fields"][field] = value;
        self.write(file, &rows);
    }

    pub fn add(&self, file: &str, row: Value) {
        let mut rows = self.rows(file);
        rows.push(row);
        self.write(file, &rows);
    }

    /// Adds a copy of a row with another primary key.
    pub fn duplicate(&self, file: &str, model: Model, pk: i64, new_pk: i64) {
        let mut copy = self
            .rows(file)
            .into_iter()
            .find(|row| row["model"] == model.label() && row["pk"] == pk)
            .unwrap();
        copy["pk"] = json!(new_pk);
        self.add(file, copy);
    }

    pub fn remove(&self, file: &str, model: Model, pk: i64) {
        let mut rows = self.rows(file);
        rows.retain(|row| row["model"] != model.label() || row["pk"] != pk);
        self.write(file, &rows);
    }
}
