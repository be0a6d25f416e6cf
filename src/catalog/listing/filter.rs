//! Which products a list holds, in which order, and where its next page begins.

use chrono::{DateTime, NaiveDateTime};
use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::catalog::products::visibility::ProductState;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{ProductId, SectionId, ShopId};
use crate::schema::{products, sections};
use crate::string_enum::string_enum;

string_enum! {
    /// The orders a list can have.
    Sort { Newest = "newest", Cheapest = "price", Dearest = "-price" }
}

impl Sort {
    pub const ALL: [Self; 3] = [Self::Newest, Self::Cheapest, Self::Dearest];

    pub fn label(self) -> &'static str {
        match self {
            Self::Newest => "Newest",
            Self::Cheapest => "Price, low first",
            Self::Dearest => "Price, high first",
        }
    }
}

/// Which products: every condition that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Any of these categories, by code; empty for all.
    pub categories: Vec<String>,
    pub in_stock: bool,
    pub shop: Option<ShopId>,
    /// One of the shop's own.
    pub section: Option<SectionId>,
    /// For the shop alone: also what is not live yet, and a shop that is not open.
    pub drafts: bool,
    /// Leaves one out: the product whose page shows the others.
    pub except: Option<ProductId>,
}

impl Filter {
    /// The sections of a shop that hold anything which the filter shows, in their order, and how many.
    pub fn sections(&self, conn: &mut Conn, shop: ShopId) -> Result<Vec<(SectionId, String, i64)>> {
        let mut query = sections::table
            .inner_join(products::table)
            .filter(sections::shop_id.eq(shop))
            .group_by((sections::id, sections::name, sections::position))
            .order((sections::position, sections::id))
            .select((sections::id, sections::name, count_star()))
            .into_boxed();
        query = if self.drafts {
            query.filter(products::state.ne(ProductState::Archived))
        } else {
            query.filter(products::state.eq(ProductState::Active))
        };
        Ok(query.load(conn)?)
    }

    /// How many of a shop's own there are, live or not; what is on show is counted by `Counts`.
    pub fn count(&self, conn: &mut Conn) -> Result<i64> {
        let mut query = products::table
            .filter(products::state.ne(ProductState::Archived))
            .into_boxed();
        if let Some(shop) = self.shop {
            query = query.filter(products::shop_id.eq(shop));
        }
        Ok(query.count().get_result(conn)?)
    }
}

/// The place in a list after which a page begins: what the list is sorted by (microseconds since 1970, or minor
/// units), then the id. Written `1760000000000000-42`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    pub value: i64,
    pub id: ProductId,
}

/// The last microsecond of the year 9999: beyond, databases disagree about time.
const LATEST: i64 = 253_402_300_799_999_999;

impl After {
    pub fn parse(typed: &str) -> Option<Self> {
        let (value, id) = typed.rsplit_once('-')?;
        let value = value.parse().ok().filter(|value| (0..=LATEST).contains(value))?;
        Some(Self {
            value,
            id: ProductId(id.parse().ok()?),
        })
    }

    pub fn time(self) -> NaiveDateTime {
        DateTime::from_timestamp_micros(self.value)
            .unwrap_or_default()
            .naive_utc()
    }
}

impl std::fmt::Display for After {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.value, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_list_reads_back() {
        let after = After {
            value: 1_760_000_000_000_000,
            id: ProductId(42),
        };
        assert_eq!(After::parse(&after.to_string()), Some(after));
        for typed in [
            "",
            "-",
            "x-1",
            "1",
            "1-",
            "99999999999999999999-1",
            "-5-1",
            "253402300800000000-1",
            "1-99999999999999999999",
        ] {
            assert_eq!(After::parse(typed), None, "{typed}");
        }
    }
}
