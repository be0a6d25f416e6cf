//! The home page.

use std::sync::Arc;

use actix_web::HttpResponse;
use askama::Template;
use chrono::NaiveDateTime;

use crate::catalog::{
    Categories, CategoryCount, ListedShop, ProductCard, ProductCount, ProductCounts, ProductFilter, ProductQuery,
    ShopCard,
};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::ProductId;
use crate::images::{Image, Picture};
use crate::web::{self, AnyRequest, Page, view};

/// How many products the list "Newest products" shows.
const MAX_NEWEST: usize = 8;
/// How many products the collage beside the welcome shows.
const COLLAGE_SIZE: usize = 3;
const MAX_CATEGORIES: usize = 6;
const MAX_SHOPS: i64 = 4;

#[derive(Template)]
#[template(path = "catalog/home.html")]
struct HomePage {
    page: Page,
    data: Arc<HomeData>,
}

view!(HomePage);

/// What the home page shows to everyone.
struct HomeData {
    /// The collage beside the welcome.
    hero: Vec<ProductCard>,
    newest: Vec<ProductCard>,
    categories: Vec<CategoryCard>,
    shops: Vec<ShopCard>,
    count: ProductCount,
}

struct CategoryCard {
    label: String,
    url: String,
    count: i64,
    picture: Option<Picture>,
}

/// `GET /`
pub async fn show(request: AnyRequest) -> Result<HttpResponse> {
    let (site, db, now) = (request.page.site.clone(), request.services.db.clone(), request.now());
    let read = move |conn: &mut Conn| HomeData::read(conn, &db, &site.categories, now).map(Arc::new);
    let data = request.services.db.read_cached("home".to_owned(), read).await?;
    web::show(&HomePage {
        page: request.page,
        data,
    })
}

impl HomeData {
    fn read(conn: &mut Conn, db: &Db, categories: &Categories, now: NaiveDateTime) -> Result<Self> {
        let counts = ProductCounts::cached(db, conn)?;
        let everything = ProductFilter::default();
        let limit = i64::try_from(MAX_NEWEST + COLLAGE_SIZE).unwrap_or(0);
        let query = ProductQuery::newest(&everything, limit);
        let mut newest = ProductCard::list_without_pictures(conn, &query, now)?;
        let largest = largest_categories(&counts);
        let shops = ListedShop::newest(conn, None, MAX_SHOPS)?;
        // One statement reads the images for all parts of the page.
        let mut products: Vec<ProductId> = newest.iter().map(|card| card.id).collect();
        products.extend(largest.iter().filter_map(|category| category.newest));
        products.extend(shops.iter().flat_map(|shop| counts.preview_products(shop.id)));
        let images = Image::of_products(conn, &products)?;
        ProductCard::add_pictures(&mut newest, &images);
        let card = |largest: &CategoryCount| {
            let category = categories.by_code(&largest.code)?;
            let image = images.iter().find(|image| Some(image.product_id) == largest.newest);
            Some(CategoryCard {
                label: category.label.clone(),
                url: category.url(),
                count: largest.products,
                picture: image.map(Image::picture),
            })
        };
        // The collage takes the oldest of them, so that no product is on the page twice.
        let rest = newest.len().saturating_sub(COLLAGE_SIZE);
        let hero = if rest >= COLLAGE_SIZE {
            newest.split_off(rest)
        } else {
            Vec::new()
        };
        Ok(Self {
            hero,
            newest,
            categories: largest.iter().filter_map(card).collect(),
            count: counts.count(&everything),
            shops: ListedShop::cards_from(shops, &counts, &images),
        })
    }
}

/// The categories with the most products.
fn largest_categories(counts: &ProductCounts) -> Vec<CategoryCount> {
    let mut categories = counts.by_category(false);
    categories.sort_by(|one, other| {
        let by_size = other.products.cmp(&one.products);
        by_size.then_with(|| one.code.cmp(&other.code))
    });
    categories.truncate(MAX_CATEGORIES);
    categories
}
