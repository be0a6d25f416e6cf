//! The report of an import.

use std::fmt;

use super::model::Model;
use super::row::Row;

/// The result of importing one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowResult {
    Imported,
    /// A row with this id exists, so nothing was changed.
    Exists,
    /// The row was not imported, for this reason.
    Skipped(&'static str),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub read: usize,
    pub imported: usize,
    pub existing: usize,
    pub skipped: usize,
}

#[derive(Debug, Default)]
pub struct Report {
    counts: [Counts; Model::ALL.len()],
    other: usize,
    notes: Vec<Note>,
    superusers: Vec<String>,
}

/// Rows, or fields of rows, that were not imported, with the reason.
#[derive(Debug)]
struct Note {
    what: &'static str,
    action: &'static str,
    reason: &'static str,
    count: usize,
    first: String,
}

impl Report {
    pub fn counts(&self, model: Model) -> Counts {
        self.counts[model as usize]
    }

    pub(super) fn count(&mut self, row: &Row, result: RowResult) {
        let counts = &mut self.counts[row.model as usize];
        counts.read += 1;
        match result {
            RowResult::Imported => counts.imported += 1,
            RowResult::Exists => counts.existing += 1,
            RowResult::Skipped(reason) => {
                counts.skipped += 1;
                self.note(row.model.plural(), "skipped", reason, row.name());
            }
        }
    }

    /// Counts a row of a model that is not imported. `source` is the row's file and model.
    pub(super) fn count_other_model(&mut self, source: &str) {
        self.other += 1;
        self.note(
            "other rows",
            "skipped",
            "PocketShop has no such model",
            source.to_owned(),
        );
    }

    /// Adds a note about a field that was not imported although its row was.
    pub(super) fn omit(&mut self, row: &Row, what: &'static str, reason: &'static str) {
        self.note(what, "left out", reason, row.name());
    }

    pub(super) fn superuser(&mut self, username: &str) {
        self.superusers.push(username.to_owned());
    }

    fn note(&mut self, what: &'static str, action: &'static str, reason: &'static str, row: String) {
        match self
            .notes
            .iter_mut()
            .find(|note| (note.what, note.reason) == (what, reason))
        {
            Some(note) => note.count += 1,
            None => self.notes.push(Note {
                what,
                action,
                reason,
                count: 1,
                first: row,
            }),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<10}  {:>8}  {:>8}  {:>13}  {:>8}",
            "", "read", "imported", "already there", "skipped"
        )?;
        let mut line = |what, counts: Counts| {
            let Counts {
                read,
                imported,
                existing,
                skipped,
            } = counts;
            write!(
                f,
                "\n{what:<10}  {read:>8}  {imported:>8}  {existing:>13}  {skipped:>8}"
            )
        };
        for model in Model::ALL {
            line(model.plural(), self.counts(model))?;
        }
        if self.other > 0 {
            line(
                "other",
                Counts {
                    read: self.other,
                    skipped: self.other,
                    ..Counts::default()
                },
            )?;
        }
        for Note {
            what,
            action,
            reason,
            count,
            first,
        } in &self.notes
        {
            write!(f, "\n{count} {what} {action}: {reason} (the first: {first})")?;
        }
        for name in &self.superusers {
            write!(
                f,
                "\n{name} was a superuser and is now a plain user; `pocketshop user admin {name}` makes them an admin."
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_aligned_and_each_reason_is_listed_once() {
        let mut report = Report::default();
        for pk in 1..=3 {
            let row = Row {
                file: "carts.json",
                model: Model::CartLine,
                pk,
                fields: serde_json::Map::new(),
            };
            report.count(&row, RowResult::Skipped("the quantity is 0"));
        }
        report.count_other_model("jwt_auth.json: auth.group");
        report.superuser("admin");
        let text = report.to_string();
        let table: Vec<&str> = text.lines().take(10).collect();
        assert!(table.iter().all(|line| line.len() == table[0].len()), "{text}");
        assert!(
            text.contains("cart lines         3         0              0         3\n"),
            "{text}"
        );
        assert!(
            text.contains("\n3 cart lines skipped: the quantity is 0 (the first: carts.json: carts.cartitem 1)\n"),
            "{text}"
        );
        assert!(text.contains("\nother              1 "), "{text}");
        assert!(text.ends_with(
            "admin was a superuser and is now a plain user; `pocketshop user admin admin` makes them an admin."
        ));
    }
}
