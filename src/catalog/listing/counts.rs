//! How much there is: all the numbers of products on pages, from one small table of what each shop shows in each category.

use std::collections::HashSet;
use std::sync::Arc;

use diesel::dsl::{case_when, count, count_star, max, min};
use diesel::prelude::*;

use super::filter::Filter;
use crate::catalog::products::visibility::ProductState;
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::{ProductId, ShopId};
use crate::schema::{products, shops};
use crate::shops::ShopState;

/// How many products a filter lets through, and from how many shops.
#[derive(Debug, Clone, Copy, Default)]
pub struct Count {
    pub products: i64,
    pub makers: i64,
}

/// What the open shops show.
#[derive(Debug)]
pub struct Counts(Vec<Share>);

/// One shop's part of one category.
#[derive(Debug, Queryable)]
struct Share {
    category: String,
    shop: ShopId,
    products: i64,
    in_stock: i64,
    oldest: Option<ProductId>,
    newest: Option<ProductId>,
}

impl Counts {
    /// Read anew only after something was written.
    pub fn now(db: &Db, conn: &mut Conn) -> Result<Arc<Self>> {
        db.read_cached_on(conn, "counts".to_owned(), |conn| Ok(Arc::new(Self::read(conn)?)))
    }

    fn read(conn: &mut Conn) -> Result<Self> {
        let not_open = shops::table.filter(shops::state.ne(ShopState::Open)).select(shops::id);
        // Without a join: the index `products_counted` holds all of it, so that no row is read.
        let shares = products::table
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
        Ok(Self(shares))
    }

    pub fn of(&self, filter: &Filter) -> Count {
        let mut makers = HashSet::new();
        let mut products = 0;
        for share in &self.0 {
            let category = filter.categories.is_empty() || filter.categories.contains(&share.category);
            let shop = filter.shop.is_none_or(|shop| shop == share.shop);
            if category && shop && share.shown(filter.in_stock) > 0 {
                products += share.shown(filter.in_stock);
                makers.insert(share.shop);
            }
        }
        Count {
            products,
            makers: i64::try_from(makers.len()).unwrap_or(i64::MAX),
        }
    }

    /// Each category that holds anything: code, how many, and the newest of them.
    pub fn by_category(&self, in_stock: bool) -> Vec<(String, i64, Option<ProductId>)> {
        let mut categories: Vec<(String, i64, Option<ProductId>)> = Vec::new();
        for share in self.0.iter().filter(|share| share.shown(in_stock) > 0) {
            match categories.iter_mut().find(|(code, ..)| *code == share.category) {
                Some((_, count, newest)) => {
                    *count += share.shown(in_stock);
                    *newest = (*newest).max(share.newest);
                }
                None => categories.push((share.category.clone(), share.shown(in_stock), share.newest)),
            }
        }
        categories
    }

    /// The newest and the oldest product of a shop, if they are two.
    pub fn faces(&self, shop: ShopId) -> impl Iterator<Item = ProductId> + use<> {
        let of_shop = || self.0.iter().filter(|share| share.shop == shop);
        let newest = of_shop().filter_map(|share| share.newest).max();
        let oldest = of_shop().filter_map(|share| share.oldest).min();
        newest.into_iter().chain(oldest.filter(|_| oldest != newest))
    }
}

impl Share {
    fn shown(&self, in_stock: bool) -> i64 {
        if in_stock { self.in_stock } else { self.products }
    }
}
