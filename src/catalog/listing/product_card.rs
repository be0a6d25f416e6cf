//! A product in a list: pictures, title, shop, price.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::filter::{ProductQuery, ProductSort};
use crate::catalog::products::visibility::ProductState;
use crate::db::{Conn, Cursor};
use crate::error::Result;
use crate::id::ProductId;
use crate::images::{Image, Picture};
use crate::money::Money;
use crate::schema::{product_variants, products, shops};
use crate::shops::ShopState;

/// How long a product counts as new.
const NEW_PRODUCT_TTL: TimeDelta = TimeDelta::days(14);
/// How many pictures a card shows.
const MAX_PICTURES: usize = 3;

#[derive(Debug, Clone)]
pub struct ProductCard {
    pub id: ProductId,
    pub url: String,
    pub title: String,
    pub shop: String,
    pub shop_url: String,
    /// Where the shop is; may be empty.
    pub location: String,
    /// The lowest price of its variants.
    pub price: Money,
    /// Some variants cost more.
    pub several_prices: bool,
    pub flag: Option<ProductFlag>,
    /// Up to three.
    pub pictures: Vec<Picture>,
    published_at: NaiveDateTime,
}

/// What a card points out about a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProductFlag {
    LastOne,
    SoldOut,
    New,
}

impl ProductFlag {
    pub fn new(quantity: i32, published_at: NaiveDateTime, now: NaiveDateTime) -> Option<Self> {
        match quantity {
            0 => Some(Self::SoldOut),
            1 => Some(Self::LastOne),
            _ => (now - published_at < NEW_PRODUCT_TTL).then_some(Self::New),
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
    /// A page of a list of products, with their pictures: two statements.
    pub fn list(conn: &mut Conn, query: &ProductQuery<'_>, now: NaiveDateTime) -> Result<Vec<Self>> {
        let mut cards = Self::list_without_pictures(conn, query, now)?;
        let ids: Vec<ProductId> = cards.iter().map(|card| card.id).collect();
        Self::add_pictures(&mut cards, &Image::of_products(conn, &ids)?);
        Ok(cards)
    }

    /// As `list`, for a caller that reads the pictures together with others.
    pub fn list_without_pictures(conn: &mut Conn, query: &ProductQuery<'_>, now: NaiveDateTime) -> Result<Vec<Self>> {
        let ProductQuery {
            filter,
            sort,
            after,
            limit,
        } = *query;
        let more_expensive = product_variants::table
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
                exists(more_expensive),
                shops::name,
                shops::slug,
                shops::location,
            ))
            .limit(limit)
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
            ProductSort::Newest => query.order((products::published_at.desc(), products::id.desc())),
            ProductSort::Cheapest => query.order((products::price.asc(), products::id.asc())),
            ProductSort::MostExpensive => query.order((products::price.desc(), products::id.desc())),
        };
        if let Some(cursor) = after {
            let id: ProductId = cursor.id();
            query = match (sort, cursor.time(), cursor.money()) {
                (ProductSort::Newest, Some(time), _) => query
                    .filter(products::published_at.le(time))
                    .filter(products::published_at.lt(time).or(products::id.lt(id))),
                (ProductSort::Cheapest, _, Some(price)) => query
                    .filter(products::price.ge(price))
                    .filter(products::price.gt(price).or(products::id.gt(id))),
                (ProductSort::MostExpensive, _, Some(price)) => query
                    .filter(products::price.le(price))
                    .filter(products::price.lt(price).or(products::id.lt(id))),
                // The cursor belongs to another kind of list: begin at the start.
                _ => query,
            };
        }
        let rows: Vec<Row> = query.load(conn)?;
        Ok(rows.into_iter().map(|row| row.card(now)).collect())
    }

    /// Adds pictures from images that were read for these products and others.
    pub fn add_pictures(cards: &mut [Self], images: &[Image]) {
        let mut by_id: HashMap<ProductId, &mut Self> = cards.iter_mut().map(|card| (card.id, card)).collect();
        for image in images {
            if let Some(card) = by_id.get_mut(&image.product_id)
                && card.pictures.len() < MAX_PICTURES
            {
                card.pictures.push(image.picture());
            }
        }
    }

    /// The position of this product in a list with this order.
    pub fn cursor(&self, sort: ProductSort) -> Cursor {
        match sort {
            ProductSort::Newest => Cursor::at_time(self.published_at, self.id),
            ProductSort::Cheapest | ProductSort::MostExpensive => Cursor::at_number(self.price.0, self.id),
        }
    }
}

impl Row {
    fn card(self, now: NaiveDateTime) -> ProductCard {
        ProductCard {
            url: format!("/shops/{}/{}", self.shop_slug, self.slug),
            shop_url: format!("/shops/{}", self.shop_slug),
            flag: ProductFlag::new(self.quantity, self.published_at, now),
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
