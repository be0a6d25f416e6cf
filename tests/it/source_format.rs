//! Sources are written for people: files that fit on a few screens, lines that fit on one.

use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|ending| ending == extension) {
            found.push(path);
        }
    }
    found
}

/// Checks the length of each file, and the length of the lines of all files together.
fn assert_readable(folder: &str, extension: &str, max_lines: usize, percentile_90: usize, max_columns: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut columns = Vec::new();
    for file in files(&root, extension) {
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
fn css_is_source() {
    assert_readable("static/css", "css", 250, 80, 140);
}
