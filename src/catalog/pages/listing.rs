//! The list of all products, and of a category's.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;

use super::params::{Applied, Asked, Crumb, Filters, ListQuery};
use crate::catalog::{Category, Counts, ListedShop, ProductCard, ShopCard};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::web::{More, Page, Query, html};

/// The whole page; `results` is what a changed filter swaps, `more` what "Show 24 more" adds.
#[derive(Template)]
#[template(path = "catalog/listing.html", blocks = ["results", "more"])]
struct ListingPage {
    page: Page,
    heading: String,
    lead: String,
    crumbs: Vec<Crumb>,
    filters: Filters,
    applied: Vec<Applied>,
    /// The address without any filter.
    clear: String,
    total: i64,
    makers: i64,
    tiles: Vec<ProductCard>,
    more: Option<More>,
    shops: Vec<ShopCard>,
    /// The market has no open shop at all.
    no_shops: bool,
}

/// `GET /products`
pub async fn index(db: Data<Db>, query: Query<ListQuery>, page: Page) -> Result<HttpResponse> {
    list(&db, query.0, page, None).await
}

/// `GET /categories/{slug}`
pub async fn category(db: Data<Db>, slug: Path<String>, query: Query<ListQuery>, page: Page) -> Result<HttpResponse> {
    let category = page.site.categories.by_slug(&slug).cloned().ok_or(Error::NotFound)?;
    list(&db, query.0, page, Some(category)).await
}

async fn list(db: &Db, query: ListQuery, page: Page, fixed: Option<Category>) -> Result<HttpResponse> {
    let asked = Asked::parse(&query, &page, fixed);
    let reach = query.reach();
    let (filter, sort, now, rows) = (asked.filter(), asked.sort, page.now, reach.rows());
    let block_only = page.htmx && reach.after.is_some();
    let with_facets = asked.fixed.is_none() && !block_only;
    let (shared, wanted) = (db.clone(), filter.clone());
    let name = format!("list {filter:?} {sort:?}");
    let read = move |conn: &mut Conn| {
        let tiles = ProductCard::list(conn, &wanted, sort, reach.after, rows, now)?;
        Ok((tiles, Counts::now(&shared, conn)?))
    };
    let (mut tiles, counts) = reach.read(db, name, read).await?;
    let total = counts.of(&filter);
    let facets = if with_facets {
        counts.by_category(filter.in_stock)
    } else {
        Vec::new()
    };
    let no_shops = total.products == 0 && db.read(ListedShop::count).await? == 0;
    let more = reach.cut(&mut tiles, &asked.action(), &asked.fields(), |tile| tile.place_in(sort));
    let partial = page.htmx;
    let view = ListingPage {
        heading: asked.heading(),
        lead: "Made by people with names, and sent by them too.".to_owned(),
        crumbs: asked.crumbs(),
        filters: asked.filters(&page, &facets),
        applied: asked.applied(),
        clear: asked.action(),
        total: total.products,
        makers: total.makers,
        shops: makers_of(&tiles),
        tiles,
        more,
        no_shops,
        page,
    };
    let body = match (partial, block_only) {
        (true, true) => view.as_more().render(),
        (true, false) => view.as_results().render(),
        (false, _) => view.render(),
    };
    html(StatusCode::OK, body)
}

/// The first four shops among these products, with a picture of what is shown here.
fn makers_of(tiles: &[ProductCard]) -> Vec<ShopCard> {
    let mut makers: Vec<ShopCard> = Vec::new();
    for tile in tiles {
        if makers.len() < 4 && makers.iter().all(|maker| maker.url != tile.shop_url) {
            makers.push(ShopCard {
                name: tile.shop.clone(),
                url: tile.shop_url.clone(),
                tagline: String::new(),
                location: tile.location.clone(),
                products: tiles
                    .iter()
                    .filter(|other| other.shop_url == tile.shop_url)
                    .count()
                    .try_into()
                    .unwrap_or(0),
                picture: tile.pictures.first().cloned(),
                pictures: Vec::new(),
            });
        }
    }
    makers
}
