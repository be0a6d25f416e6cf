//! Numbers of products on pages, from one small table: how many products each shop shows in each category.

use std::collections::HashSet;
use std::sync::Arc;

use diesel::dsl::{case_when, count, count_star, max, min};
use diesel::prelude::*;

use super::filter::ProductFilter;
use crate::catalog::products::visibility::ProductState;
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::{ProductId, ShopId};
use crate::schema::{products, shops};
use crate::shops::ShopState;

/// How many products match a filter, and from how many shops.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProductCount {
    pub products: i64,
    pub shops: i64,
}

/// How many products a category has.
#[derive(Debug, Clone)]
pub struct CategoryCount {
    /// The category's code.
    pub code: String,
    pub products: i64,
    pub newest: Option<ProductId>,
}

/// How many active products the open shops have.
#[derive(Debug)]
pub struct ProductCounts(Vec<ShopCategory>);

/// A shop's products in a category.
#[derive(Debug, Queryable)]
struct ShopCategory {
    category: String,
    shop: ShopId,
    products: i64,
    in_stock: i64,
    oldest: Option<ProductId>,
    newest: Option<ProductId>,
}

impl ProductCounts {
    /// The current numbers. They are cached until the next write.
    pub fn cached(db: &Db, conn: &mut Conn) -> Result<Arc<Self>> {
        db.read_cached_on(conn, "counts".to_owned(), |conn| Ok(Arc::new(Self::read(conn)?)))
    }

    /// How many products the filter selects, with drafts if it selects them.
    pub fn count_products(db: &Db, conn: &mut Conn, filter: &ProductFilter) -> Result<i64> {
        if filter.drafts {
            filter.count_with_drafts(conn)
        } else {
            Ok(Self::cached(db, conn)?.count(filter).products)
        }
    }

    fn read(conn: &mut Conn) -> Result<Self> {
        let not_open = shops::table.filter(shops::state.ne(ShopState::Open)).select(shops::id);
        // There is no join, so that the index `products_counted` answers the query without reading a row.
        let rows = products::table
            .filter(products::state.eq(ProductState::Active))
            .filter(products::shop_id.ne_all(not_open))
            .group_by((products::category, products::shop_id))
            .select((
                products::category,
                products::shop_id,
                count_star(),
                count(case_when(products::quantity.gt(0), products::id)),
                min(products::id),
                max(products::id),
            ))
            .load(conn)?;
        Ok(Self(rows))
    }

    pub fn count(&self, filter: &ProductFilter) -> ProductCount {
        let mut shops = HashSet::new();
        let mut products = 0;
        for row in &self.0 {
            let in_category = filter.categories.is_empty() || filter.categories.contains(&row.category);
            let in_shop = filter.shop.is_none_or(|shop| shop == row.shop);
            if in_category && in_shop && row.count(filter.in_stock) > 0 {
                products += row.count(filter.in_stock);
                shops.insert(row.shop);
            }
        }
        ProductCount {
            products,
            shops: i64::try_from(shops.len()).unwrap_or(i64::MAX),
        }
    }

    /// Every category that has products.
    pub fn by_category(&self, in_stock: bool) -> Vec<CategoryCount> {
        let mut categories: Vec<CategoryCount> = Vec::new();
        for row in self.0.iter().filter(|row| row.count(in_stock) > 0) {
            match categories.iter_mut().find(|category| category.code == row.category) {
                Some(category) => {
                    category.products += row.count(in_stock);
                    category.newest = category.newest.max(row.newest);
                }
                None => categories.push(CategoryCount {
                    code: row.category.clone(),
                    products: row.count(in_stock),
                    newest: row.newest,
                }),
            }
        }
        categories
    }

    /// The products whose pictures stand for a shop: its newest, and its oldest if that is another one.
    pub fn preview_products(&self, shop: ShopId) -> impl Iterator<Item = ProductId> + use<> {
        let of_shop = || self.0.iter().filter(|row| row.shop == shop);
        let newest = of_shop().filter_map(|row| row.newest).max();
        let oldest = of_shop().filter_map(|row| row.oldest).min();
        newest.into_iter().chain(oldest.filter(|_| oldest != newest))
    }
}

impl ShopCategory {
    fn count(&self, in_stock: bool) -> i64 {
        if in_stock { self.in_stock } else { self.products }
    }
}
