//! What the audit found, a line for each rule.

use std::fmt;

/// So many rows of what breaks a rule are named.
pub const MAX_ROWS: usize = 20;

pub(super) struct Finding {
    pub says: &'static str,
    /// How many rows break it, and the first of them in words.
    pub broken: i64,
    pub rows: Vec<String>,
    /// How many rows it lets be, and what they are.
    pub aside: Option<(i64, &'static str)>,
}

pub struct Report(pub(super) Vec<Finding>);

impl Finding {
    /// From all that breaks it.
    pub fn of(says: &'static str, mut rows: Vec<String>) -> Self {
        let broken = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        rows.truncate(MAX_ROWS);
        Self {
            says,
            broken,
            rows,
            aside: None,
        }
    }
}

impl Report {
    /// How many rules are broken.
    pub fn broken(&self) -> usize {
        self.0.iter().filter(|finding| finding.broken > 0).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.0 {
            let verdict = if finding.broken == 0 { "ok    " } else { "broken" };
            write!(f, "{verdict}  {}", finding.says)?;
            match finding.aside {
                Some((count, are)) if count > 0 => writeln!(f, " ({count} {are})")?,
                _ => writeln!(f)?,
            }
            for row in &finding.rows {
                // Names and words in it are other people's; a line stays a line.
                let row: String = row
                    .chars()
                    .map(|letter| if letter.is_control() { ' ' } else { letter })
                    .collect();
                writeln!(f, "        {row}")?;
            }
            let named = i64::try_from(finding.rows.len()).unwrap_or(0);
            if finding.broken > named {
                writeln!(f, "        and {} more", finding.broken - named)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_line_and_twenty_rows_are_named() {
        let many = (1..=23).map(|number| format!("row\n{number}")).collect();
        let mut fine = Finding::of("All is well", Vec::new());
        fine.aside = Some((2, "imported aside"));
        let report = Report(vec![fine, Finding::of("Rows are even", many)]);
        let said = report.to_string();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[0], "ok      All is well (2 imported aside)");
        assert_eq!(lines[1], "broken  Rows are even");
        assert_eq!(lines[2], "        row 1");
        assert_eq!(lines[22], "        and 3 more");
        assert_eq!((lines.len(), report.broken()), (23, 1));
    }
}
