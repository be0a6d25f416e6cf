//! A shop in a list: name, location, number of products, and a few pictures.

use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::counts::ProductCounts;
use super::filter::ProductFilter;
use crate::db::{Conn, Cursor};
use crate::error::Result;
use crate::id::{ProductId, ShopId};
use crate::images::{Image, Picture};
use crate::schema::shops;
use crate::shops::ShopState;

#[derive(Debug, Clone)]
pub struct ShopCard {
    pub name: String,
    pub url: String,
    pub tagline: String,
    pub location: String,
    /// How many products visitors see in it.
    pub products: i64,
    pub picture: Option<Picture>,
    /// Up to three.
    pub pictures: Vec<Picture>,
}

/// The columns of a shop that its card and its position in the list need.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = shops)]
pub struct ListedShop {
    pub id: ShopId,
    created_at: NaiveDateTime,
    name: String,
    slug: String,
    tagline: String,
    location: String,
}

impl ListedShop {
    /// Open shops, the newest first, after a cursor.
    pub fn newest(conn: &mut Conn, after: Option<&Cursor>, limit: i64) -> Result<Vec<Self>> {
        let mut query = shops::table
            .filter(shops::state.eq(ShopState::Open))
            .order((shops::created_at.desc(), shops::id.desc()))
            .limit(limit)
            .select(Self::as_select())
            .into_boxed();
        if let Some((cursor, time)) = after.and_then(|cursor| Some((cursor, cursor.time()?))) {
            let id: ShopId = cursor.id();
            query = query
                .filter(shops::created_at.le(time))
                .filter(shops::created_at.lt(time).or(shops::id.lt(id)));
        }
        Ok(query.load(conn)?)
    }

    /// The position of this shop in the list.
    pub fn cursor(&self) -> Cursor {
        Cursor::at_time(self.created_at, self.id)
    }

    /// How many shops are open.
    pub fn count(conn: &mut Conn) -> Result<i64> {
        Ok(shops::table
            .filter(shops::state.eq(ShopState::Open))
            .select(count_star())
            .first(conn)?)
    }

    /// The cards of these shops: one statement for all of them.
    pub fn cards(conn: &mut Conn, counts: &ProductCounts, shops: Vec<Self>) -> Result<Vec<ShopCard>> {
        let products: Vec<ProductId> = (shops.iter())
            .flat_map(|shop| counts.preview_products(shop.id))
            .collect();
        let images = Image::of_products(conn, &products)?;
        Ok(Self::cards_from(shops, counts, &images))
    }

    /// The cards of these shops, with pictures from images that were read for them and others.
    pub fn cards_from(shops: Vec<Self>, counts: &ProductCounts, images: &[Image]) -> Vec<ShopCard> {
        let card = |shop: Self| {
            let mut pictures: Vec<Picture> = Vec::new();
            for product in counts.preview_products(shop.id) {
                let of_product = images.iter().filter(|image| image.product_id == product);
                pictures.extend(of_product.take(2).map(Image::picture));
            }
            pictures.truncate(3);
            let all = ProductFilter {
                shop: Some(shop.id),
                ..ProductFilter::default()
            };
            shop.card(counts.count(&all).products, pictures)
        };
        shops.into_iter().map(card).collect()
    }

    fn card(self, products: i64, pictures: Vec<Picture>) -> ShopCard {
        ShopCard {
            url: format!("/shops/{}", self.slug),
            name: self.name,
            tagline: self.tagline,
            location: self.location,
            products,
            picture: pictures.first().cloned(),
            pictures,
        }
    }
}
