//! "Show 24 more": how far a list has been opened, and the addresses that open it further.

use serde_html_form::to_string as query_string;

use crate::catalog::After;
use crate::db::{Conn, Db};
use crate::error::Result;

/// How many a page adds.
pub const STEP: i64 = 24;
/// How many one page shows at most; beyond, each page stands alone.
const MAX_SHOWN: i64 = 240;

/// The link to more of a list.
#[derive(Clone)]
pub struct More {
    /// The whole page with everything so far, for those without script.
    pub href: String,
    /// The block that htmx adds.
    pub fetch: String,
    /// What the address bar says then.
    pub push: String,
    /// How many are shown by now; 0 where that is not known.
    pub seen: i64,
    pub step: i64,
}

/// How far the visitor has opened the list.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    pub after: Option<After>,
    /// How many are asked for in all, from the beginning.
    wanted: Option<i64>,
}

impl Reach {
    /// From the address: `n` in all, and `after` a place; of several, the last. What is no number counts as not there.
    pub fn parse(n: &[String], after: &[String]) -> Self {
        let wanted = n.last().and_then(|n| n.parse().ok());
        Self {
            after: after.last().and_then(|after| After::parse(after)),
            wanted: wanted.map(|n: i64| n.clamp(STEP, MAX_SHOWN)),
        }
    }

    /// Reads a list; as most see it, not opened any further, it is kept under `name`.
    pub async fn read<T, F>(self, db: &Db, name: String, work: F) -> Result<T>
    where
        F: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
        T: Clone + Send + 'static,
    {
        if self.after.is_none() && self.shown() == STEP {
            db.read_cached(name, work).await
        } else {
            db.read(work).await
        }
    }

    /// How many rows to read: one above what is shown tells whether there are more.
    pub fn rows(self) -> i64 {
        self.shown() + 1
    }

    fn shown(self) -> i64 {
        if self.after.is_some() {
            STEP
        } else {
            self.wanted.unwrap_or(STEP)
        }
    }

    /// How many the visitor has seen from the beginning; not known for a page that stands alone.
    fn seen(self) -> Option<i64> {
        if self.after.is_some() {
            self.wanted
        } else {
            Some(self.shown())
        }
    }

    /// Cuts the extra row off, and makes the link on if there was one.
    pub fn cut<T>(
        self,
        rows: &mut Vec<T>,
        action: &str,
        filters: &[(&str, &str)],
        place: impl Fn(&T) -> After,
    ) -> Option<More> {
        let shown = usize::try_from(self.shown()).unwrap_or(0);
        if rows.len() <= shown {
            return None;
        }
        rows.truncate(shown);
        let key = place(rows.last()?).to_string();
        let address = |extra: &[(&str, &str)]| {
            let fields: Vec<&(&str, &str)> = filters.iter().chain(extra).collect();
            format!("{action}?{}", query_string(fields).unwrap_or_default())
        };
        let (href, fetch) = match self.seen().filter(|seen| *seen < MAX_SHOWN) {
            Some(seen) => {
                let next = (seen + STEP).to_string();
                (address(&[("n", &next)]), address(&[("after", &key), ("n", &next)]))
            }
            // More than one page may show, or a page without its beginning: by key alone.
            None => (address(&[("after", &key)]), address(&[("after", &key)])),
        };
        Some(More {
            push: href.clone(),
            href,
            fetch,
            seen: self.seen().unwrap_or(0),
            step: STEP,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ProductId;

    fn reach(n: Option<&str>, after: Option<&str>) -> Reach {
        let list = |value: Option<&str>| value.map(str::to_owned).into_iter().collect::<Vec<_>>();
        Reach::parse(&list(n), &list(after))
    }

    fn open(n: Option<&str>, after: Option<&str>, rows: i64) -> Option<More> {
        let mut rows: Vec<i64> = (0..rows).collect();
        reach(n, after).cut(&mut rows, "/products", &[("sort", "price")], |row| After {
            value: *row,
            id: ProductId(7),
        })
    }

    #[test]
    fn a_list_opens_by_24_up_to_240_then_by_key() {
        let first = open(None, None, 25).unwrap();
        assert_eq!((first.href.as_str(), first.seen), ("/products?sort=price&n=48", 24));
        assert_eq!(first.fetch, "/products?sort=price&after=23-7&n=48");
        assert_eq!(
            open(Some("48"), Some("23-7"), 25).unwrap().href,
            "/products?sort=price&n=72"
        );
        assert_eq!(
            open(Some("240"), None, 241).unwrap().href,
            "/products?sort=price&after=239-7"
        );
        assert_eq!(
            open(None, Some("239-7"), 25).unwrap().href,
            "/products?sort=price&after=23-7"
        );
        assert!(open(None, None, 24).is_none());
    }

    #[test]
    fn nonsense_in_the_address_shows_the_beginning() {
        for (n, after) in [("-1", "x"), ("0", ""), ("999999999999999999999", "1"), ("1e3", "-")] {
            let reach = reach(Some(n), Some(after));
            assert_eq!((reach.after, reach.rows()), (None, STEP + 1));
        }
        assert_eq!(reach(Some("100000"), None).rows(), MAX_SHOWN + 1);
    }
}
