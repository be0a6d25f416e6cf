//! Pages of a list: one row more than a page shows is read, and tells whether there is a next page.

/// The SQL `LIMIT` for a page of `page_size` rows.
pub fn page_limit(page_size: usize) -> i64 {
    i64::try_from(page_size).map_or(i64::MAX, |size| size.saturating_add(1))
}

/// Removes the extra row. Returns the key of the last row that is left if there is a next page.
pub fn next_page<T, Key>(rows: &mut Vec<T>, page_size: usize, key: impl Fn(&T) -> Key) -> Option<Key> {
    if rows.len() <= page_size {
        return None;
    }
    rows.truncate(page_size);
    rows.last().map(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_page_with_an_extra_row_has_a_next_page() {
        assert_eq!(page_limit(3), 4);
        for (rows, left, next) in [
            (vec![], vec![], None),
            (vec![1, 2, 3], vec![1, 2, 3], None),
            (vec![1, 2, 3, 4], vec![1, 2, 3], Some(3)),
        ] {
            let mut rows = rows;
            assert_eq!(next_page(&mut rows, 3, |row| *row), next);
            assert_eq!(rows, left);
        }
    }
}
