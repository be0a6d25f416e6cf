//! A seller's product list: views, search, sort orders and pages.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::{case_when, count, count_star, exists, max, sum};
use diesel::prelude::*;

use super::order::{SellerProductSort, SellerProductView, SortKey};
use crate::catalog::products::visibility::ProductState;
use crate::db::{Conn, Cursor, lower, one_of};
use crate::error::Result;
use crate::id::{ProductId, ShopId};
use crate::images::{Image, Picture};
use crate::money::Money;
use crate::schema::{orders, payments, product_variants, products};

/// The number of a shop's products in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SellerProductCounts {
    pub live: i64,
    pub draft: i64,
    pub sold_out: i64,
    pub archived: i64,
}

/// Which products a list shows, and in which order.
#[derive(Debug, Clone)]
pub struct SellerProductFilter {
    pub view: SellerProductView,
    /// Part of the title or the SKU. Empty: every product.
    pub search: String,
    pub sort: SellerProductSort,
    pub after: Option<Cursor>,
}

/// A product in its seller's list.
#[derive(Debug, Clone)]
pub struct SellerProductRow {
    pub id: ProductId,
    pub title: String,
    pub state: ProductState,
    /// The lowest price of its variants.
    pub price: Money,
    pub several_prices: bool,
    /// The stock of all its variants together.
    pub quantity: i32,
    pub variants: i64,
    /// The SKU of its only variant. Empty for a product with several variants.
    pub sku: String,
    pub updated_at: NaiveDateTime,
    /// Items that were paid for and not canceled.
    pub sold: i64,
    pub picture: Option<Picture>,
}

/// The columns that one query reads.
#[derive(Queryable)]
struct ProductRow {
    id: ProductId,
    title: String,
    state: ProductState,
    price: Money,
    quantity: i32,
    updated_at: NaiveDateTime,
    several_prices: bool,
    variants: Option<i64>,
    sku: Option<String>,
}

impl SellerProductCounts {
    /// Runs one query that reads only an index.
    pub fn of_shop(conn: &mut Conn, shop: ShopId) -> Result<Self> {
        let sold_out = count(case_when(products::quantity.le(0), products::quantity));
        let states: Vec<(ProductState, i64, i64)> = products::table
            .filter(products::shop_id.eq(shop))
            .group_by(products::state)
            .select((products::state, count_star(), sold_out))
            .load(conn)?;
        let mut counts = Self::default();
        for (state, all, sold_out) in states {
            match state {
                ProductState::Active => (counts.live, counts.sold_out) = (all - sold_out, sold_out),
                ProductState::Draft => counts.draft = all,
                ProductState::Archived => counts.archived = all,
            }
        }
        Ok(counts)
    }

    pub fn in_view(&self, view: SellerProductView) -> i64 {
        match view {
            SellerProductView::All => self.live + self.draft + self.sold_out,
            SellerProductView::Live => self.live,
            SellerProductView::Draft => self.draft,
            SellerProductView::SoldOut => self.sold_out,
            SellerProductView::Archived => self.archived,
        }
    }
}

/// The columns of a `ProductRow`.
macro_rules! columns {
    () => {{
        let own = || product_variants::table.filter(product_variants::product_id.eq(products::id));
        let higher = own().filter(product_variants::price.gt(products::price));
        (
            products::id,
            products::title,
            products::state,
            products::price,
            products::quantity,
            products::updated_at,
            exists(higher.select(product_variants::id)),
            own().count().single_value(),
            own().select(max(product_variants::sku)).single_value(),
        )
    }};
}

impl SellerProductRow {
    /// A page of a shop's products. Runs three queries.
    pub fn list(conn: &mut Conn, shop: ShopId, filter: &SellerProductFilter, limit: i64) -> Result<Vec<Self>> {
        let mut query = products::table
            .filter(products::shop_id.eq(shop))
            .select(columns!())
            .limit(limit)
            .into_boxed();
        // These conditions match most rows of a shop. They are written so that the database uses the index of the sort
        // order instead of an index of the condition.
        query = match filter.view {
            SellerProductView::All => query.filter(products::state.ne(ProductState::Archived)),
            SellerProductView::Live => query
                .filter(products::state.ne(ProductState::Draft))
                .filter(products::state.ne(ProductState::Archived))
                .filter((products::quantity + 0).gt(0)),
            SellerProductView::Draft => query.filter(products::state.eq(ProductState::Draft)),
            SellerProductView::SoldOut => query
                .filter(products::state.ne(ProductState::Draft))
                .filter(products::state.ne(ProductState::Archived))
                .filter(products::quantity.le(0)),
            SellerProductView::Archived => query.filter(products::state.eq(ProductState::Archived)),
        };
        if !filter.search.is_empty() {
            let [first, second, third] = patterns(&filter.search);
            let code = product_variants::table
                .filter(product_variants::product_id.eq(products::id))
                .filter(lower(product_variants::sku).like(first.clone()).escape('\\'))
                .select(product_variants::id);
            query = query.filter(
                lower(products::title)
                    .like(first)
                    .escape('\\')
                    .or(lower(products::title).like(second).escape('\\'))
                    .or(lower(products::title).like(third).escape('\\'))
                    .or(exists(code)),
            );
        }
        // The first condition of each pair limits the index scan. The second one orders rows with the same value.
        macro_rules! sorted {
            ($column:expr, $value:expr) => {{
                query = if filter.sort.descending() {
                    query.order(($column.desc(), products::id.desc()))
                } else {
                    query.order(($column.asc(), products::id.asc()))
                };
                let after = filter.after.as_ref();
                if let Some((id, value)) = after.and_then(|cursor| Some((cursor.id::<ProductId>(), $value(cursor)?))) {
                    query = if filter.sort.descending() {
                        query
                            .filter($column.le(value.clone()))
                            .filter($column.lt(value).or(products::id.lt(id)))
                    } else {
                        query
                            .filter($column.ge(value.clone()))
                            .filter($column.gt(value).or(products::id.gt(id)))
                    };
                }
            }};
        }
        match filter.sort.by {
            SortKey::Changed => sorted!(products::updated_at, Cursor::time),
            SortKey::Title => sorted!(products::title, |cursor: &Cursor| Some(cursor.text().to_owned())),
            SortKey::Price => sorted!(products::price, Cursor::money),
            SortKey::Stock => sorted!(products::quantity, |cursor: &Cursor| i32::try_from(cursor.number()?)
                .ok()),
        }
        let rows: Vec<ProductRow> = query.load(conn)?;
        Self::complete(conn, rows)
    }

    /// A shop's product.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, id: ProductId) -> Result<Self> {
        let row: ProductRow = products::table
            .filter(products::shop_id.eq(shop))
            .filter(products::id.eq(id))
            .select(columns!())
            .first(conn)?;
        let mut rows = Self::complete(conn, vec![row])?;
        rows.pop().ok_or(crate::error::Error::NotFound)
    }

    /// Adds what other tables hold: the cover and the number of items sold.
    fn complete(conn: &mut Conn, rows: Vec<ProductRow>) -> Result<Vec<Self>> {
        let ids: Vec<ProductId> = rows.iter().map(|row| row.id).collect();
        let mut pictures: HashMap<ProductId, Picture> = HashMap::new();
        for image in Image::of_products(conn, &ids)? {
            pictures.entry(image.product_id).or_insert_with(|| image.picture());
        }
        let mut sold = count_sold(conn, &ids)?;
        let complete = rows.into_iter().map(|row| Self {
            sku: row.sku.filter(|_| row.variants == Some(1)).unwrap_or_default(),
            variants: row.variants.unwrap_or(0),
            picture: pictures.remove(&row.id),
            sold: sold.remove(&row.id).unwrap_or(0),
            id: row.id,
            title: row.title,
            state: row.state,
            price: row.price,
            several_prices: row.several_prices,
            quantity: row.quantity,
            updated_at: row.updated_at,
        });
        Ok(complete.collect())
    }

    /// The position of this product in a list.
    pub fn cursor(&self, sort: SellerProductSort) -> Cursor {
        match sort.by {
            SortKey::Changed => Cursor::at_time(self.updated_at, self.id),
            SortKey::Title => Cursor::at_text(self.title.clone(), self.id),
            SortKey::Price => Cursor::at_number(self.price.0, self.id),
            SortKey::Stock => Cursor::at_number(self.quantity, self.id),
        }
    }
}

fn count_sold(conn: &mut Conn, products: &[ProductId]) -> Result<HashMap<ProductId, i64>> {
    if products.is_empty() {
        return Ok(HashMap::new());
    }
    let sold: Vec<(Option<ProductId>, Option<i64>)> = orders::table
        .inner_join(payments::table)
        .filter(one_of(
            orders::product_id.assume_not_null(),
            products.iter().map(|id| id.0),
        ))
        .filter(orders::status.ne("Cancelled"))
        .filter(payments::status.ne("PENDING"))
        .filter(payments::status.ne("FAILED"))
        .group_by(orders::product_id)
        .select((orders::product_id, sum(orders::quantity)))
        .load(conn)?;
    Ok(sold.into_iter().filter_map(|(id, sold)| Some((id?, sold?))).collect())
}

/// Patterns for LIKE in lower-case text. SQLite lowers ASCII letters only, so two more patterns have the other letters in
/// upper case, or only the first one.
fn patterns(search: &str) -> [String; 3] {
    let escaped = search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let small = escaped.to_lowercase();
    let ascii_small = |letter: char| letter.to_ascii_lowercase();
    let large: String = escaped.to_uppercase().chars().map(ascii_small).collect();
    let mut rest = small.chars();
    let first: String = rest
        .next()
        .map_or_else(String::new, |letter| letter.to_uppercase().collect());
    let first: String = first.chars().map(ascii_small).chain(rest).collect();
    [small, large, first].map(|pattern| format!("%{pattern}%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_matches_in_any_case() {
        assert_eq!(patterns("50%_\\"), ["%50\\%\\_\\\\%"; 3]);
        assert_eq!(patterns("Écharpe"), ["%écharpe%", "%Écharpe%", "%Écharpe%"]);
        assert_eq!(patterns("Mug"), ["%mug%"; 3]);
    }
}
