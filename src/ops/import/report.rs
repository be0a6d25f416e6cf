//! What the import did, as the table it ends with.

use std::fmt;

use super::model::Model;
use super::row::Row;

/// What became of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Imported,
    /// Its id was there, so it is left alone.
    Known,
    Skipped(&'static str),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub read: usize,
    pub imported: usize,
    pub known: usize,
    pub skipped: usize,
}

#[derive(Debug, Default)]
pub struct Report {
    counts: [Counts; Model::ALL.len()],
    other: usize,
    remarks: Vec<Remark>,
    superusers: Vec<String>,
}

/// Rows, or parts of rows, that were left out for one reason.
#[derive(Debug)]
struct Remark {
    what: &'static str,
    done: &'static str,
    why: &'static str,
    count: usize,
    first: String,
}

impl Report {
    pub fn of(&self, model: Model) -> Counts {
        self.counts[model as usize]
    }

    pub(super) fn count(&mut self, row: &Row, verdict: Verdict) {
        let counts = &mut self.counts[row.model as usize];
        counts.read += 1;
        match verdict {
            Verdict::Imported => counts.imported += 1,
            Verdict::Known => counts.known += 1,
            Verdict::Skipped(why) => {
                counts.skipped += 1;
                self.remark(row.model.plural(), "skipped", why, row.name());
            }
        }
    }

    /// A row of a model that has no place here.
    pub(super) fn stranger(&mut self, place: &str) {
        self.other += 1;
        self.remark(
            "other rows",
            "skipped",
            "PocketShop has no place for them",
            place.to_owned(),
        );
    }

    /// A part of a row that did not come along, though the row did.
    pub(super) fn left_out(&mut self, row: &Row, what: &'static str, why: &'static str) {
        self.remark(what, "left out", why, row.name());
    }

    pub(super) fn superuser(&mut self, username: &str) {
        self.superusers.push(username.to_owned());
    }

    fn remark(&mut self, what: &'static str, done: &'static str, why: &'static str, name: String) {
        match self
            .remarks
            .iter_mut()
            .find(|remark| (remark.what, remark.why) == (what, why))
        {
            Some(remark) => remark.count += 1,
            None => self.remarks.push(Remark {
                what,
                done,
                why,
                count: 1,
                first: name,
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
                known,
                skipped,
            } = counts;
            write!(f, "\n{what:<10}  {read:>8}  {imported:>8}  {known:>13}  {skipped:>8}")
        };
        for model in Model::ALL {
            line(model.plural(), self.of(model))?;
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
        for Remark {
            what,
            done,
            why,
            count,
            first,
        } in &self.remarks
        {
            write!(f, "\n{count} {what} {done}: {why} (the first: {first})")?;
        }
        for name in &self.superusers {
            write!(
                f,
                "\n{name} was a superuser and is now a plain user; once accounts are open, `pocketshop user admin {name}` makes an operator."
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_lines_up_and_gives_each_reason_once() {
        let mut report = Report::default();
        for pk in 1..=3 {
            let row = Row {
                file: "carts.json",
                model: Model::CartLine,
                pk,
                fields: serde_json::Map::new(),
            };
            report.count(&row, Verdict::Skipped("the quantity is 0"));
        }
        report.stranger("jwt_auth.json: auth.group");
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
        assert!(
            text.ends_with("admin was a superuser and is now a plain user; once accounts are open, `pocketshop user admin admin` makes an operator.")
        );
    }
}
