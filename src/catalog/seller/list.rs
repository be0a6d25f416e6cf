//! A shop's own list of its products: in views, searched, sorted, page by page.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::{exists, max, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::order::{Place, SellerProductSort, SellerProductView, SortKey};
use crate::catalog::products::visibility::ProductState;
use crate::db::{Conn, lower, one_of};
use crate::error::Result;
use crate::id::{ProductId, ShopId};
use crate::images::{Image, Picture};
use crate::money::Money;
use crate::schema::{orders, payments, product_variants, products};

/// How many products of a shop are in each view.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SellerProductCounts {
    pub live: i64,
    pub draft: i64,
    pub sold_out: i64,
    pub archived: i64,
}

/// Which products, and in which order.
#[derive(Debug, Clone)]
pub struct SellerProductFilter {
    pub view: SellerProductView,
    /// A part of the title or of a code, tidied; empty for all.
    pub search: String,
    pub order: SellerProductSort,
    pub after: Option<Place>,
}

/// A product as its shop sees it in the list.
#[derive(Debug, Clone)]
pub struct SellerProductRow {
    pub id: ProductId,
    pub title: String,
    pub state: ProductState,
    /// The lowest.
    pub price: Money,
    pub several_prices: bool,
    /// In stock, of all its variants together.
    pub quantity: i32,
    pub variants: i64,
    /// Of its only variant; may be empty.
    pub sku: String,
    pub changed: NaiveDateTime,
    pub sold: i64,
    pub picture: Option<Picture>,
}

#[derive(Queryable)]
struct Row {
    id: ProductId,
    title: String,
    state: ProductState,
    price: Money,
    quantity: i32,
    changed: NaiveDateTime,
    several_prices: bool,
    variants: Option<i64>,
    sku: Option<String>,
}

impl SellerProductCounts {
    /// One query, answered from an index alone.
    pub fn of_shop(conn: &mut Conn, shop: ShopId) -> Result<Self> {
        let gone =
            sql::<BigInt>("CAST(COALESCE(SUM(CASE WHEN products.quantity <= 0 THEN 1 ELSE 0 END), 0) AS BIGINT)");
        let states: Vec<(ProductState, i64, i64)> = products::table
            .filter(products::shop_id.eq(shop))
            .group_by(products::state)
            .select((products::state, diesel::dsl::count_star(), gone))
            .load(conn)?;
        let mut counts = Self::default();
        for (state, all, gone) in states {
            match state {
                ProductState::Active => (counts.live, counts.sold_out) = (all - gone, gone),
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

/// The columns of a `Row`.
macro_rules! columns {
    () => {{
        let own = || product_variants::table.filter(product_variants::product_id.eq(products::id));
        let dearer = own().filter(product_variants::price.gt(products::price));
        (
            products::id,
            products::title,
            products::state,
            products::price,
            products::quantity,
            products::updated_at,
            exists(dearer.select(product_variants::id)),
            own().count().single_value(),
            own().select(max(product_variants::sku)).single_value(),
        )
    }};
}

impl SellerProductRow {
    /// At most so many of a shop's products: three queries.
    pub fn list(conn: &mut Conn, shop: ShopId, wanted: &SellerProductFilter, most: i64) -> Result<Vec<Self>> {
        let mut query = products::table
            .filter(products::shop_id.eq(shop))
            .select(columns!())
            .limit(most)
            .into_boxed();
        // Where most rows of a shop are let through, the condition must not tempt the database away from the order's index.
        query = match wanted.view {
            SellerProductView::All => query.filter(products::state.ne(ProductState::Archived)),
            SellerProductView::Live => query
                .filter(products::state.ne_all([ProductState::Draft, ProductState::Archived]))
                .filter((products::quantity + 0).gt(0)),
            SellerProductView::Draft => query.filter(products::state.eq(ProductState::Draft)),
            SellerProductView::SoldOut => query
                .filter(products::state.ne_all([ProductState::Draft, ProductState::Archived]))
                .filter(products::quantity.le(0)),
            SellerProductView::Archived => query.filter(products::state.eq(ProductState::Archived)),
        };
        if !wanted.search.is_empty() {
            let [first, second, third] = patterns(&wanted.search);
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
        // The first condition of each pair bounds the index; the second breaks ties.
        macro_rules! sorted {
            ($column:expr, $value:expr) => {{
                query = if wanted.order.descending() {
                    query.order(($column.desc(), products::id.desc()))
                } else {
                    query.order(($column.asc(), products::id.asc()))
                };
                if let Some((place, value)) = wanted
                    .after
                    .as_ref()
                    .and_then(|place| Some((place, $value(place)?)))
                {
                    query = if wanted.order.descending() {
                        query
                            .filter($column.le(value.clone()))
                            .filter($column.lt(value).or(products::id.lt(place.id)))
                    } else {
                        query
                            .filter($column.ge(value.clone()))
                            .filter($column.gt(value).or(products::id.gt(place.id)))
                    };
                }
            }};
        }
        match wanted.order.by {
            SortKey::Changed => sorted!(products::updated_at, Place::time),
            SortKey::Title => sorted!(products::title, |place: &Place| Some(place.text())),
            SortKey::Price => sorted!(products::price, |place: &Place| place.number().map(Money)),
            SortKey::Stock => sorted!(products::quantity, |place: &Place| i32::try_from(place.number()?).ok()),
        }
        let rows: Vec<Row> = query.load(conn)?;
        Self::finish(conn, rows)
    }

    /// One of a shop's products.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, id: ProductId) -> Result<Self> {
        let row: Row = products::table
            .filter(products::shop_id.eq(shop))
            .filter(products::id.eq(id))
            .select(columns!())
            .first(conn)?;
        let mut rows = Self::finish(conn, vec![row])?;
        rows.pop().ok_or(crate::error::Error::NotFound)
    }

    /// Adds what is kept elsewhere: pictures, and how many were paid for and not canceled.
    fn finish(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Self>> {
        let ids: Vec<ProductId> = rows.iter().map(|row| row.id).collect();
        let mut pictures: HashMap<ProductId, Picture> = HashMap::new();
        for image in Image::of_products(conn, &ids)? {
            pictures.entry(image.product_id).or_insert_with(|| image.picture());
        }
        let sold = sold(conn, &ids)?;
        let finished = rows.into_iter().map(|row| Self {
            sku: row.sku.filter(|_| row.variants == Some(1)).unwrap_or_default(),
            variants: row.variants.unwrap_or(0),
            picture: pictures.remove(&row.id),
            sold: sold.get(&row.id).copied().unwrap_or(0),
            id: row.id,
            title: row.title,
            state: row.state,
            price: row.price,
            several_prices: row.several_prices,
            quantity: row.quantity,
            changed: row.changed,
        });
        Ok(finished.collect())
    }

    /// The place of this one in a list.
    pub fn place_in(&self, order: SellerProductSort) -> Place {
        let value = match order.by {
            SortKey::Changed => self.changed.and_utc().timestamp_micros().to_string(),
            SortKey::Title => self.title.clone(),
            SortKey::Price => self.price.0.to_string(),
            SortKey::Stock => self.quantity.to_string(),
        };
        Place { value, id: self.id }
    }
}

fn sold(conn: &mut Conn, products: &[ProductId]) -> Result<HashMap<ProductId, i64>> {
    if products.is_empty() {
        return Ok(HashMap::new());
    }
    let sum = sql::<BigInt>("CAST(COALESCE(SUM(orders.quantity), 0) AS BIGINT)");
    let sold: Vec<(Option<ProductId>, i64)> = orders::table
        .inner_join(payments::table)
        .filter(one_of(
            orders::product_id.assume_not_null(),
            products.iter().map(|id| id.0),
        ))
        .filter(orders::status.ne("Cancelled"))
        .filter(payments::status.ne_all(["PENDING", "FAILED"]))
        .group_by(orders::product_id)
        .select((orders::product_id, sum))
        .load(conn)?;
    Ok(sold.into_iter().filter_map(|(id, sold)| Some((id?, sold))).collect())
}

/// What LIKE looks for in lowered text: as it is, and for a database that lowers no letter but those of ASCII, with the
/// others large, or only the first of them.
fn patterns(search: &str) -> [String; 3] {
    let escaped = search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let small = escaped.to_lowercase();
    let ascii_small = |letter: char| letter.to_ascii_lowercase();
    let large: String = escaped.to_uppercase().chars().map(ascii_small).collect();
    let mut characters = small.chars();
    let first: String = characters
        .next()
        .map_or_else(String::new, |letter| letter.to_uppercase().collect());
    let first: String = first.chars().map(ascii_small).chain(characters).collect();
    [small, large, first].map(|pattern| format!("%{pattern}%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_itself_in_any_case() {
        assert_eq!(patterns("50%_\\"), ["%50\\%\\_\\\\%"; 3]);
        assert_eq!(patterns("Écharpe"), ["%écharpe%", "%Écharpe%", "%Écharpe%"]);
        assert_eq!(patterns("Mug"), ["%mug%"; 3]);
    }
}
