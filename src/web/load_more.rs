//! "Show 24 more": how far a visitor has opened a list, and the link that opens it further.

use serde_html_form::to_string as query_string;

use crate::db::{Conn, Cursor, Db, next_page};
use crate::error::Result;

/// How many rows a page adds.
pub const PAGE_SIZE: i64 = 24;
/// How many rows one page shows at most. Further pages start after a cursor.
const MAX_ROWS: i64 = 240;

/// The link that shows more of a list.
#[derive(Clone)]
pub struct LoadMore {
    /// The page with everything so far, for visitors without JavaScript.
    pub href: String,
    /// The block that htmx adds.
    pub fetch: String,
    /// The address in the address bar afterwards.
    pub push: String,
    /// How many rows the visitor has seen; 0 if that is not known.
    pub seen: i64,
    /// How many rows it adds.
    pub step: i64,
}

/// How far a list is opened, from the parameters `n` and `after`.
#[derive(Debug, Clone)]
pub struct PageParams {
    pub after: Option<Cursor>,
    /// How many rows the visitor wants to see in all, from the beginning.
    total: Option<i64>,
}

impl PageParams {
    /// Reads the parameters; the last one counts. Invalid values are ignored.
    pub fn parse(n: &[String], after: &[String]) -> Self {
        let total = n.last().and_then(|n| n.parse().ok());
        // These lists are sorted by time or by price. Both are numbers in the range of a time.
        let after = after.last().and_then(|after| Cursor::parse(after));
        Self {
            after: after.filter(|cursor| cursor.time().is_some()),
            total: total.map(|total: i64| total.clamp(PAGE_SIZE, MAX_ROWS)),
        }
    }

    /// Runs `work`. The first page, which most visitors see, is cached under `name`.
    pub async fn read_cached<T, F>(&self, db: &Db, name: String, work: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Clone + Send + 'static,
    {
        if self.after.is_none() && self.page_size() == PAGE_SIZE {
            db.read_cached(name, work).await
        } else {
            db.read(work).await
        }
    }

    /// How many rows to read: one more than the page shows, to know whether there are more.
    pub fn limit(&self) -> i64 {
        self.page_size() + 1
    }

    fn page_size(&self) -> i64 {
        if self.after.is_some() {
            PAGE_SIZE
        } else {
            self.total.unwrap_or(PAGE_SIZE)
        }
    }

    /// How many rows the visitor has seen from the beginning. None if that is not known.
    fn seen(&self) -> Option<i64> {
        if self.after.is_some() {
            self.total
        } else {
            Some(self.page_size())
        }
    }

    /// Removes the extra row. Returns the cursor of the next rows if there was one.
    pub fn next<T>(&self, rows: &mut Vec<T>, cursor: impl Fn(&T) -> Cursor) -> Option<Cursor> {
        next_page(rows, usize::try_from(self.page_size()).unwrap_or(0), cursor)
    }

    /// The link to the next rows.
    pub fn load_more(&self, next: Option<Cursor>, action: &str, filters: &[(&str, &str)]) -> Option<LoadMore> {
        let after = next?.to_string();
        let address = |extra: &[(&str, &str)]| {
            let fields: Vec<&(&str, &str)> = filters.iter().chain(extra).collect();
            format!("{action}?{}", query_string(fields).unwrap_or_default())
        };
        let (href, fetch) = match self.seen().filter(|seen| *seen < MAX_ROWS) {
            Some(seen) => {
                let total = (seen + PAGE_SIZE).to_string();
                (address(&[("n", &total)]), address(&[("after", &after), ("n", &total)]))
            }
            // The next page would be too long, or its beginning is not known: it starts after the cursor.
            None => (address(&[("after", &after)]), address(&[("after", &after)])),
        };
        Some(LoadMore {
            push: href.clone(),
            href,
            fetch,
            seen: self.seen().unwrap_or(0),
            step: PAGE_SIZE,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(n: Option<&str>, after: Option<&str>) -> PageParams {
        let list = |value: Option<&str>| value.map(str::to_owned).into_iter().collect::<Vec<_>>();
        PageParams::parse(&list(n), &list(after))
    }

    fn load_more(n: Option<&str>, after: Option<&str>, rows: i64) -> Option<LoadMore> {
        let mut rows: Vec<i64> = (0..rows).collect();
        let params = params(n, after);
        let next = params.next(&mut rows, |row| Cursor::at_number(*row, 7_i64));
        params.load_more(next, "/products", &[("sort", "price")])
    }

    #[test]
    fn a_list_grows_by_24_rows_up_to_240_and_then_continues_by_cursor() {
        let first = load_more(None, None, 25).unwrap();
        assert_eq!((first.href.as_str(), first.seen), ("/products?sort=price&n=48", 24));
        assert_eq!(first.fetch, "/products?sort=price&after=23-7&n=48");
        assert_eq!(
            load_more(Some("48"), Some("23-7"), 25).unwrap().href,
            "/products?sort=price&n=72"
        );
        assert_eq!(
            load_more(Some("240"), None, 241).unwrap().href,
            "/products?sort=price&after=239-7"
        );
        assert_eq!(
            load_more(None, Some("239-7"), 25).unwrap().href,
            "/products?sort=price&after=23-7"
        );
        assert!(load_more(None, None, 24).is_none());
    }

    #[test]
    fn invalid_parameters_show_the_beginning() {
        let invalid = [
            ("-1", "x"),
            ("0", ""),
            ("999999999999999999999", "1"),
            ("1e3", "-"),
            ("", "-5-1"),
            ("", "253402300800000000-1"),
            ("", "1-99999999999999999999"),
        ];
        for (n, after) in invalid {
            let params = params(Some(n), Some(after));
            assert_eq!((&params.after, params.limit()), (&None, PAGE_SIZE + 1), "{n} {after}");
        }
        assert_eq!(params(Some("100000"), None).limit(), MAX_ROWS + 1);
    }
}
