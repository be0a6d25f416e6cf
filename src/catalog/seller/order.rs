//! The views and sort orders of a seller's product list.

use std::fmt;

use crate::string_enum::string_enum;

string_enum! {
    /// Which products the list shows. `All` leaves out archived products.
    SellerProductView { All = "all", Live = "live", Draft = "draft", SoldOut = "sold-out", Archived = "archived" }
}

string_enum! {
    /// What the list is sorted by.
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

/// A sort order. In an address it is `price`, or `-price` reversed. The default shows the latest change first.
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

    /// Every sort order, for a list of choices.
    pub fn all() -> impl Iterator<Item = Self> {
        let by = [SortKey::Changed, SortKey::Title, SortKey::Price, SortKey::Stock];
        by.into_iter()
            .flat_map(|by| [false, true].map(|reversed| Self { by, reversed }))
    }

    pub fn parse(input: &str) -> Option<Self> {
        let (word, reversed) = input.strip_prefix('-').map_or((input, false), |word| (word, true));
        SortKey::parse(word).map(|by| Self { by, reversed })
    }

    pub fn descending(self) -> bool {
        (self.by == SortKey::Changed) != self.reversed
    }

    pub fn label(self) -> &'static str {
        match (self.by, self.reversed) {
            (SortKey::Changed, false) => "Recently edited",
            (SortKey::Changed, true) => "Least recently edited",
            (SortKey::Title, false) => "Title, A to Z",
            (SortKey::Title, true) => "Title, Z to A",
            (SortKey::Price, false) => "Price, low to high",
            (SortKey::Price, true) => "Price, high to low",
            (SortKey::Stock, false) => "Stock, low to high",
            (SortKey::Stock, true) => "Stock, high to low",
        }
    }
}

impl fmt::Display for SellerProductSort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.reversed { "-" } else { "" }, self.by.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sort_order_parses_from_its_text() {
        for sort in SellerProductSort::all() {
            assert_eq!(SellerProductSort::parse(&sort.to_string()), Some(sort));
        }
        assert_eq!(SellerProductSort::parse("--price"), None);
        assert!(SellerProductSort::DEFAULT.descending());
    }
}
