//! Style sheets are readable: short files with short lines.

use std::fs;

use crate::support::sources;

/// Checks the length of each file, and the length of the lines of all files together.
fn assert_readable(folder: &str, extension: &str, max_lines: usize, percentile_90: usize, max_columns: usize) {
    let mut columns = Vec::new();
    for file in sources::files(&sources::folder(folder), &[extension]) {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().count();
        assert!(lines <= max_lines, "{} has {lines} lines", file.display());
        for (number, line) in (1..).zip(text.lines()) {
            let length = line.chars().count();
            assert!(
                length <= max_columns,
                "{}:{number} has {length} columns",
                file.display()
            );
            columns.push(length);
        }
    }
    columns.sort_unstable();
    let percentile = columns.get(columns.len() * 9 / 10).expect("files to check");
    assert!(
        *percentile <= percentile_90,
        "one line in ten of {folder} has {percentile} columns or more"
    );
}

#[test]
fn style_sheets_are_readable() {
    assert_readable("static/css", "css", 250, 80, 140);
}
