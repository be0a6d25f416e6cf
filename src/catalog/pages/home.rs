//! The home page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use diesel::dsl::{count_star, max};
use diesel::prelude::*;

use crate::catalog::{Count, Filter, ListedShop, ShopCard, Sort, Tile, Window, on_show};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::id::ProductId;
use crate::images::{Image, Picture};
use crate::schema::products;
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
    hero: Vec<Tile>,
    categories: Vec<CategoryCard>,
    newest: Vec<Tile>,
    shops: Vec<ShopCard>,
    products: i64,
    makers: i64,
}

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
    let (mut newest, categories, shops, count) = db
        .read(move |conn| {
            let most = i64::try_from(NEWEST + COLLAGE).unwrap_or(0);
            let everything = Filter::default();
            let mut newest = Tile::rows(conn, &everything, Sort::Newest, None, most, now)?;
            let count = everything.count(conn)?;
            let fullest = fullest(conn)?;
            let shops = ListedShop::newest(conn, None, SHOPS)?;
            let windows = Window::of(conn, &shops)?;
            let mut shown: Vec<ProductId> = newest.iter().map(|tile| tile.id).collect();
            shown.extend(fullest.iter().filter_map(|(_, _, newest)| *newest));
            shown.extend(windows.iter().flat_map(Window::faces));
            let images = Image::of_products(conn, &shown)?;
            Tile::give_pictures(&mut newest, &images);
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
            let categories: Vec<CategoryCard> = fullest.into_iter().filter_map(card).take(CATEGORIES).collect();
            Ok((
                newest,
                categories,
                ListedShop::cards_from(shops, &windows, &images),
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

/// The categories that hold anything, the fullest first: code, how many, and the newest of them.
fn fullest(conn: &mut Conn) -> Result<Vec<(String, i64, Option<ProductId>)>> {
    Ok(on_show()
        .group_by(products::category)
        .order((count_star().desc(), products::category.asc()))
        .select((products::category, count_star(), max(products::id)))
        .load(conn)?)
}
