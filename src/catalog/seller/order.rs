//! Views of a shop's own list, its orders, and places in it.

use std::fmt;

use chrono::{DateTime, NaiveDateTime};

use crate::id::ProductId;
use crate::string_enum::string_enum;

string_enum! {
    /// A part of the list. All but what was archived goes by default.
    SellerProductView { All = "all", Live = "live", Draft = "draft", SoldOut = "sold-out", Archived = "archived" }
}

string_enum! {
    SortKey { Changed = "changed", Title = "title", Price = "price", Stock = "stock" }
}

impl SellerProductView {
    pub const ALL: [Self; 5] = [Self::All, Self::Live, Self::Draft, Self::SoldOut, Self::Archived];

    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Live => "Live",
            Self::Draft => "Drafts",
            Self::SoldOut => "Sold out",
            Self::Archived => "Archived",
        }
    }
}

/// Written `price`, and `-price` for the other way round. The newest change comes first by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SellerProductSort {
    pub by: SortKey,
    pub reversed: bool,
}

impl SellerProductSort {
    pub const DEFAULT: Self = Self {
        by: SortKey::Changed,
        reversed: false,
    };

    /// Every order, for a list to choose from.
    pub fn all() -> impl Iterator<Item = Self> {
        let by = [SortKey::Changed, SortKey::Title, SortKey::Price, SortKey::Stock];
        by.into_iter()
            .flat_map(|by| [false, true].map(|reversed| Self { by, reversed }))
    }

    pub fn parse(typed: &str) -> Option<Self> {
        let (word, reversed) = typed.strip_prefix('-').map_or((typed, false), |word| (word, true));
        SortKey::parse(word).map(|by| Self { by, reversed })
    }

    pub fn descending(self) -> bool {
        (self.by == SortKey::Changed) != self.reversed
    }

    pub fn label(self) -> &'static str {
        match (self.by, self.reversed) {
            (SortKey::Changed, false) => "Newest change",
            (SortKey::Changed, true) => "Oldest change",
            (SortKey::Title, false) => "Title, A to Z",
            (SortKey::Title, true) => "Title, Z to A",
            (SortKey::Price, false) => "Price, low first",
            (SortKey::Price, true) => "Price, high first",
            (SortKey::Stock, false) => "Stock, low first",
            (SortKey::Stock, true) => "Stock, high first",
        }
    }
}

impl fmt::Display for SellerProductSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.reversed { "-" } else { "" }, self.by.as_str())
    }
}

/// The place in a list after which a page begins: what the list is sorted by, then the id. Written `Mug, blue-42`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub(super) value: String,
    pub(super) id: ProductId,
}

/// The last microsecond of the year 9999: beyond, databases disagree about time.
const LATEST: i64 = 253_402_300_799_999_999;

impl Place {
    pub fn parse(typed: &str) -> Option<Self> {
        let (value, id) = typed.rsplit_once('-')?;
        let fits = value.len() <= 1_000 && !value.chars().any(char::is_control);
        Some(Self {
            value: fits.then(|| value.to_owned())?,
            id: ProductId(id.parse().ok()?),
        })
    }

    pub(super) fn text(&self) -> String {
        self.value.clone()
    }

    pub(super) fn number(&self) -> Option<i64> {
        self.value.parse().ok()
    }

    pub(super) fn time(&self) -> Option<NaiveDateTime> {
        let micros = self.number().filter(|value| (0..=LATEST).contains(value))?;
        Some(DateTime::from_timestamp_micros(micros)?.naive_utc())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.value, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_orders_read_back() {
        for place in ["Mug - blue, 10 %-42", "1760000000000000-42", "-42"] {
            assert_eq!(Place::parse(place).unwrap().to_string(), place);
        }
        for place in [
            "",
            "42",
            "Mug-",
            "Mug-x",
            "a\0b-42",
            &format!("{}-42", "a".repeat(1_001)),
        ] {
            assert_eq!(Place::parse(place), None, "{place}");
        }
        assert_eq!(Place::parse("253402300800000000-1").unwrap().time(), None);
        for order in SellerProductSort::all() {
            assert_eq!(SellerProductSort::parse(&order.to_string()), Some(order));
        }
        assert_eq!(SellerProductSort::parse("--price"), None);
        assert!(SellerProductSort::DEFAULT.descending());
    }
}
