//! The report of the audit, with one line for each rule.

use std::fmt;

/// The maximum number of listed rows that break the same rule.
pub const MAX_ROWS: usize = 20;

pub(super) struct Finding {
    pub rule: &'static str,
    /// How many rows break it.
    pub broken: i64,
    /// Descriptions of the first of these rows.
    pub rows: Vec<String>,
    /// The number of rows that the rule excludes, and a description of them.
    pub exceptions: Option<(i64, &'static str)>,
}

pub struct Report(pub(super) Vec<Finding>);

impl Finding {
    /// Takes the descriptions of all rows that break the rule.
    pub fn new(rule: &'static str, mut rows: Vec<String>) -> Self {
        let broken = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        rows.truncate(MAX_ROWS);
        Self {
            rule,
            broken,
            rows,
            exceptions: None,
        }
    }
}

impl Report {
    /// The number of broken rules.
    pub fn broken(&self) -> usize {
        self.0.iter().filter(|finding| finding.broken > 0).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.0 {
            let result = if finding.broken == 0 { "ok    " } else { "broken" };
            write!(f, "{result}  {}", finding.rule)?;
            match finding.exceptions {
                Some((count, what)) if count > 0 => writeln!(f, " ({count} {what})")?,
                _ => writeln!(f)?,
            }
            for row in &finding.rows {
                // Text from users must not break the line.
                let row: String = row
                    .chars()
                    .map(|letter| if letter.is_control() { ' ' } else { letter })
                    .collect();
                writeln!(f, "        {row}")?;
            }
            let listed = i64::try_from(finding.rows.len()).unwrap_or(0);
            if finding.broken > listed {
                writeln!(f, "        and {} more", finding.broken - listed)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_line_and_twenty_rows_are_listed() {
        let many = (1..=23).map(|number| format!("row\n{number}")).collect();
        let mut fine = Finding::new("All is well", Vec::new());
        fine.exceptions = Some((2, "imported"));
        let report = Report(vec![fine, Finding::new("Rows are even", many)]);
        let text = report.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "ok      All is well (2 imported)");
        assert_eq!(lines[1], "broken  Rows are even");
        assert_eq!(lines[2], "        row 1");
        assert_eq!(lines[22], "        and 3 more");
        assert_eq!((lines.len(), report.broken()), (23, 1));
    }
}
