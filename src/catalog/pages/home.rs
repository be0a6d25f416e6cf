//! The home page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;

use crate::catalog::{Count, Counts, Filter, ListedShop, ProductCard, ShopCard, Sort};
use crate::db::Db;
use crate::error::Result;
use crate::id::ProductId;
use crate::images::{Image, Picture};
use crate::web::{Page, html};

/// How many tiles "New" shows, and how many stand in the collage beside the welcome.
const NEWEST: usize = 8;
const COLLAGE: usize = 3;
const CATEGORIES: usize = 6;
const SHOPS: i64 = 4;

#[derive(Template)]
#[template(path = "catalog/home.html")]
struct HomePage {
    page: Page,
    hero: Vec<ProductCard>,
    categories: Vec<CategoryCard>,
    newest: Vec<ProductCard>,
    shops: Vec<ShopCard>,
    products: i64,
    makers: i64,
}

#[derive(Clone)]
struct CategoryCard {
    label: String,
    url: String,
    count: i64,
    picture: Option<Picture>,
}

/// `GET /`
pub async fn show(db: Data<Db>, page: Page) -> Result<HttpResponse> {
    let site = page.site.clone();
    let now = page.now;
    let shared = db.clone();
    let (mut newest, categories, shops, count) = db
        .read_cached("home".to_owned(), move |conn| {
            let counts = Counts::now(&shared, conn)?;
            let most = i64::try_from(NEWEST + COLLAGE).unwrap_or(0);
            let everything = Filter::default();
            let mut newest = ProductCard::rows(conn, &everything, Sort::Newest, None, most, now)?;
            let count = counts.of(&everything);
            let fullest = fullest(&counts);
            let shops = ListedShop::newest(conn, None, SHOPS)?;
            let mut shown: Vec<ProductId> = newest.iter().map(|tile| tile.id).collect();
            shown.extend(fullest.iter().filter_map(|(_, _, newest)| *newest));
            shown.extend(shops.iter().flat_map(|shop| counts.faces(shop.id)));
            let images = Image::of_products(conn, &shown)?;
            ProductCard::give_pictures(&mut newest, &images);
            let card = |(code, count, newest): (String, i64, Option<ProductId>)| {
                let category = site.categories.by_code(&code)?;
                let picture = images
                    .iter()
                    .find(|image| Some(image.product_id) == newest)
                    .map(Image::picture);
                Some(CategoryCard {
                    label: category.label.clone(),
                    url: category.url(),
                    count,
                    picture,
                })
            };
            let categories: Vec<CategoryCard> = fullest.into_iter().filter_map(card).collect();
            Ok((
                newest,
                categories,
                ListedShop::cards_from(shops, &counts, &images),
                count,
            ))
        })
        .await?;
    // The collage takes the oldest of them, so that nothing is shown twice on one screen.
    let rest = newest.len().saturating_sub(COLLAGE);
    let hero = if rest >= COLLAGE {
        newest.split_off(rest)
    } else {
        Vec::new()
    };
    let Count { products, makers } = count;
    html(
        StatusCode::OK,
        HomePage {
            page,
            hero,
            categories,
            newest,
            shops,
            products,
            makers,
        }
        .render(),
    )
}

/// The categories that hold the most: code, how many, and the newest of them.
fn fullest(counts: &Counts) -> Vec<(String, i64, Option<ProductId>)> {
    let mut fullest = counts.by_category(false);
    fullest.sort_by(|(code, count, _), (other, others, _)| others.cmp(count).then_with(|| code.cmp(other)));
    fullest.truncate(CATEGORIES);
    fullest
}
