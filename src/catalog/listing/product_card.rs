//! A product in a list: picture, title, maker, price.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::filter::{After, Filter, Sort};
use crate::catalog::products::visibility::ProductState;
use crate::db::Conn;
use crate::error::Result;
use crate::id::ProductId;
use crate::images::{Image, Picture};
use crate::money::Money;
use crate::schema::{product_variants, products, shops};
use crate::shops::ShopState;

/// How long a product counts as new, in days.
const NEW_DAYS: i64 = 14;
/// How many pictures a tile can show.
const PICTURES: usize = 3;

#[derive(Debug, Clone)]
pub struct ProductCard {
    pub id: ProductId,
    pub url: String,
    pub title: String,
    pub shop: String,
    pub shop_url: String,
    /// Where the shop is; may be empty.
    pub location: String,
    /// The lowest.
    pub price: Money,
    pub several_prices: bool,
    pub flag: Option<Flag>,
    /// Up to three.
    pub pictures: Vec<Picture>,
    published_at: NaiveDateTime,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    LastOne,
    SoldOut,
    New,
}

impl Flag {
    pub fn of(quantity: i32, published_at: NaiveDateTime, now: NaiveDateTime) -> Option<Self> {
        match quantity {
            0 => Some(Self::SoldOut),
            1 => Some(Self::LastOne),
            _ => (now - published_at < TimeDelta::days(NEW_DAYS)).then_some(Self::New),
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::LastOne => "Last one",
            Self::SoldOut => "Sold out",
            Self::New => "New",
        }
    }
}

#[derive(Queryable)]
struct Row {
    id: ProductId,
    slug: String,
    title: String,
    price: Money,
    quantity: i32,
    published_at: NaiveDateTime,
    several_prices: bool,
    shop: String,
    shop_slug: String,
    location: String,
}

impl ProductCard {
    /// The products that `filter` lets through, after `after`, at most `most`: two queries.
    pub fn list(
        conn: &mut Conn,
        filter: &Filter,
        sort: Sort,
        after: Option<After>,
        most: i64,
        now: NaiveDateTime,
    ) -> Result<Vec<Self>> {
        let mut tiles = Self::rows(conn, filter, sort, after, most, now)?;
        Self::add_pictures(conn, &mut tiles)?;
        Ok(tiles)
    }

    /// As `list`, without the pictures.
    pub fn rows(
        conn: &mut Conn,
        filter: &Filter,
        sort: Sort,
        after: Option<After>,
        most: i64,
        now: NaiveDateTime,
    ) -> Result<Vec<Self>> {
        let dearer = product_variants::table
            .filter(product_variants::product_id.eq(products::id))
            .filter(product_variants::price.gt(products::price))
            .select(product_variants::id);
        let mut query = products::table
            .inner_join(shops::table)
            .select((
                products::id,
                products::slug,
                products::title,
                products::price,
                products::quantity,
                products::published_at,
                exists(dearer),
                shops::name,
                shops::slug,
                shops::location,
            ))
            .limit(most)
            .into_boxed();
        query = if filter.drafts {
            query.filter(products::state.ne(ProductState::Archived))
        } else {
            query
                .filter(products::state.eq(ProductState::Active))
                .filter(shops::state.eq(ShopState::Open))
        };
        if !filter.categories.is_empty() {
            query = query.filter(products::category.eq_any(filter.categories.clone()));
        }
        if filter.in_stock {
            query = query.filter(products::quantity.gt(0));
        }
        if let Some(shop) = filter.shop {
            query = query.filter(products::shop_id.eq(shop));
        }
        if let Some(section) = filter.section {
            query = query.filter(products::section_id.eq(section));
        }
        if let Some(except) = filter.except {
            query = query.filter(products::id.ne(except));
        }
        // The first condition of each pair bounds the index; the second breaks ties.
        query = match sort {
            Sort::Newest => query.order((products::published_at.desc(), products::id.desc())),
            Sort::Cheapest => query.order((products::price.asc(), products::id.asc())),
            Sort::Dearest => query.order((products::price.desc(), products::id.desc())),
        };
        if let Some(after) = after {
            let (price, time, id) = (Money(after.value), after.time(), after.id);
            query = match sort {
                Sort::Newest => query
                    .filter(products::published_at.le(time))
                    .filter(products::published_at.lt(time).or(products::id.lt(id))),
                Sort::Cheapest => query
                    .filter(products::price.ge(price))
                    .filter(products::price.gt(price).or(products::id.gt(id))),
                Sort::Dearest => query
                    .filter(products::price.le(price))
                    .filter(products::price.lt(price).or(products::id.lt(id))),
            };
        }
        let rows: Vec<Row> = query.load(conn)?;
        Ok(rows.into_iter().map(|row| row.tile(now)).collect())
    }

    /// One query for all of them.
    fn add_pictures(conn: &mut Conn, tiles: &mut [Self]) -> Result<()> {
        let ids: Vec<ProductId> = tiles.iter().map(|tile| tile.id).collect();
        Self::give_pictures(tiles, &Image::of_products(conn, &ids)?);
        Ok(())
    }

    /// Hands out pictures that were read together with others'.
    pub fn give_pictures(tiles: &mut [Self], images: &[Image]) {
        let mut places: HashMap<ProductId, &mut Self> = tiles.iter_mut().map(|tile| (tile.id, tile)).collect();
        for image in images {
            if let Some(tile) = places.get_mut(&image.product_id)
                && tile.pictures.len() < PICTURES
            {
                tile.pictures.push(image.picture());
            }
        }
    }

    /// The place of this one in a list.
    pub fn place_in(&self, sort: Sort) -> After {
        let value = match sort {
            Sort::Newest => self.published_at.and_utc().timestamp_micros(),
            Sort::Cheapest | Sort::Dearest => self.price.0,
        };
        After { value, id: self.id }
    }
}

impl Row {
    fn tile(self, now: NaiveDateTime) -> ProductCard {
        ProductCard {
            url: format!("/shops/{}/{}", self.shop_slug, self.slug),
            shop_url: format!("/shops/{}", self.shop_slug),
            flag: Flag::of(self.quantity, self.published_at, now),
            id: self.id,
            title: self.title,
            shop: self.shop,
            location: self.location,
            price: self.price,
            several_prices: self.several_prices,
            pictures: Vec::new(),
            published_at: self.published_at,
        }
    }
}
