//! A shop in a list: name, place, how much there is, and a few pictures.

use chrono::NaiveDateTime;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::counts::Counts;
use super::filter::Filter;
use crate::db::Conn;
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
    /// How many products it shows.
    pub products: i64,
    pub picture: Option<Picture>,
    /// Up to three.
    pub pictures: Vec<Picture>,
}

/// What a card needs of a shop's row; its place in the list of shops too.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = shops)]
pub struct ListedShop {
    pub id: ShopId,
    pub created_at: NaiveDateTime,
    name: String,
    slug: String,
    tagline: String,
    location: String,
}

impl ListedShop {
    /// Open shops, the youngest first, after the one at `after`.
    pub fn newest(conn: &mut Conn, after: Option<(NaiveDateTime, ShopId)>, most: i64) -> Result<Vec<Self>> {
        let mut query = shops::table
            .filter(shops::state.eq(ShopState::Open))
            .order((shops::created_at.desc(), shops::id.desc()))
            .limit(most)
            .select(Self::as_select())
            .into_boxed();
        if let Some((at, id)) = after {
            query = query
                .filter(shops::created_at.le(at))
                .filter(shops::created_at.lt(at).or(shops::id.lt(id)));
        }
        Ok(query.load(conn)?)
    }

    /// How many shops are open.
    pub fn count(conn: &mut Conn) -> Result<i64> {
        Ok(shops::table
            .filter(shops::state.eq(ShopState::Open))
            .select(count_star())
            .first(conn)?)
    }

    /// Makes the cards: one query, however many there are.
    pub fn cards(conn: &mut Conn, counts: &Counts, shops: Vec<Self>) -> Result<Vec<ShopCard>> {
        let faces: Vec<ProductId> = shops.iter().flat_map(|shop| counts.faces(shop.id)).collect();
        let images = Image::of_products(conn, &faces)?;
        Ok(Self::cards_from(shops, counts, &images))
    }

    /// Makes the cards from what was read together with others'.
    pub fn cards_from(shops: Vec<Self>, counts: &Counts, images: &[Image]) -> Vec<ShopCard> {
        let card = |shop: Self| {
            let mut pictures: Vec<Picture> = Vec::new();
            for product in counts.faces(shop.id) {
                let of_it = images.iter().filter(|image| image.product_id == product);
                pictures.extend(of_it.take(2).map(Image::picture));
            }
            pictures.truncate(3);
            let all = Filter {
                shop: Some(shop.id),
                ..Filter::default()
            };
            shop.card(counts.of(&all).products, pictures)
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
