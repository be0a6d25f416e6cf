//! Which products a list holds, and in what order.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::catalog::products::visibility::ProductState;
use crate::db::{Conn, Cursor};
use crate::error::Result;
use crate::id::{ProductId, SectionId, ShopId};
use crate::schema::{products, sections};
use crate::shops::Section;
use crate::string_enum::string_enum;

string_enum! {
    /// The orders that a list of products can have.
    ProductSort { Newest = "newest", Cheapest = "price", MostExpensive = "-price" }
}

impl ProductSort {
    pub const ALL: [Self; 3] = [Self::Newest, Self::Cheapest, Self::MostExpensive];

    pub fn label(self) -> &'static str {
        match self {
            Self::Newest => "Newest",
            Self::Cheapest => "Price, low to high",
            Self::MostExpensive => "Price, high to low",
        }
    }
}

/// Which products: every condition that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct ProductFilter {
    /// Codes of categories; a product is in one of them. Empty for all categories.
    pub categories: Vec<String>,
    pub in_stock: bool,
    pub shop: Option<ShopId>,
    /// A section of the shop.
    pub section: Option<SectionId>,
    /// For the shop itself: drafts too, and products of a shop that is not open.
    pub drafts: bool,
    /// Leaves out the product whose page shows the others.
    pub except: Option<ProductId>,
}

/// One page of a list of products.
#[derive(Debug, Clone, Copy)]
pub struct ProductQuery<'a> {
    pub filter: &'a ProductFilter,
    pub sort: ProductSort,
    /// The page begins after this product.
    pub after: Option<&'a Cursor>,
    /// The largest number of products.
    pub limit: i64,
}

impl<'a> ProductQuery<'a> {
    pub fn newest(filter: &'a ProductFilter, limit: i64) -> Self {
        Self {
            filter,
            sort: ProductSort::Newest,
            after: None,
            limit,
        }
    }
}

impl ProductFilter {
    /// The shop's sections that have products, in the shop's order, each with the number of its products. Archived
    /// products are left out; drafts too, unless the filter has them.
    pub fn sections(&self, conn: &mut Conn, shop: ShopId) -> Result<Vec<(Section, i64)>> {
        let mut query = sections::table
            .inner_join(products::table)
            .filter(sections::shop_id.eq(shop))
            .group_by((sections::id, sections::name, sections::position))
            .order((sections::position, sections::id))
            .select((Section::as_select(), count_star()))
            .into_boxed();
        query = if self.drafts {
            query.filter(products::state.ne(ProductState::Archived))
        } else {
            query.filter(products::state.eq(ProductState::Active))
        };
        Ok(query.load(conn)?)
    }

    /// How many products the shop has, drafts too. `ProductCounts` counts what visitors see.
    pub fn count_with_drafts(&self, conn: &mut Conn) -> Result<i64> {
        let mut query = products::table
            .filter(products::state.ne(ProductState::Archived))
            .into_boxed();
        if let Some(shop) = self.shop {
            query = query.filter(products::shop_id.eq(shop));
        }
        Ok(query.count().get_result(conn)?)
    }
}
