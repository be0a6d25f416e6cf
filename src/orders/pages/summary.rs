//! The summary of order lines in a list: a short text and a few pictures.

use crate::images::Picture;
use crate::orders::OrderLine;

const MAX_PICTURES: usize = 4;

/// `Dipped mug and 2 more`
pub fn summary(lines: &[&OrderLine]) -> String {
    let title = lines.first().map_or("", |line| line.title.as_str());
    match lines.len() {
        0 | 1 => title.to_owned(),
        count => format!("{title} and {} more", count - 1),
    }
}

pub fn pictures(lines: &[&OrderLine]) -> Vec<Picture> {
    lines
        .iter()
        .filter_map(|line| line.thumbnail())
        .take(MAX_PICTURES)
        .collect()
}
