//! The list of shops, a shop's own page, and the style sheet of its look.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::web::{self, Data, Path};
use askama::Template;
use serde::Deserialize;

use super::{Shop, Vacation};
use crate::catalog::{After, Count, Counts, Filter, ListedShop, ShopCard, Sort, Tile};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::{ProductId, ShopId};
use crate::images::Picture;
use crate::text::{Html, is_slug};
use crate::web::{More, Page, Query, Reach, get, html, moved};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/shops").route(get().to(index)))
        .service(web::resource("/shops/{shop}").route(get().to(show)))
        .service(web::resource("/shops/{shop}/theme.{hash}.css").route(get().to(theme)));
}

#[derive(Deserialize)]
struct ReachQuery {
    #[serde(default)]
    n: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
}

impl ReachQuery {
    fn reach(&self) -> Reach {
        Reach::parse(&self.n, &self.after)
    }
}

/// The whole page; `more` is what "Show 24 more" adds.
#[derive(Template)]
#[template(path = "shops/index.html", blocks = ["more"])]
struct ShopsPage {
    page: Page,
    shops: Vec<ShopCard>,
    total: i64,
    more: Option<More>,
}

/// `GET /shops`
async fn index(db: Data<Db>, query: Query<ReachQuery>, page: Page) -> Result<HttpResponse> {
    let reach = query.0.reach();
    let shared = db.clone();
    let read = move |conn: &mut Conn| {
        let counts = Counts::now(&shared, conn)?;
        let after = reach.after.map(|after| (after.time(), ShopId(after.id.0)));
        let mut shops = ListedShop::newest(conn, after, reach.rows())?;
        let total = ListedShop::count(conn)?;
        let more = reach.cut(&mut shops, "/shops", &[], |shop| After {
            value: shop.created_at.and_utc().timestamp_micros(),
            id: ProductId(shop.id.0),
        });
        Ok((ListedShop::cards(conn, &counts, shops)?, total, more))
    };
    let (shops, total, more) = reach.read(&db, "shops".to_owned(), read).await?;
    let block_only = page.htmx;
    let view = ShopsPage {
        page,
        shops,
        total,
        more,
    };
    html(
        StatusCode::OK,
        if block_only {
            view.as_more().render()
        } else {
            view.render()
        },
    )
}

/// The whole page; `more` is what "Show 24 more" adds.
#[derive(Template)]
#[template(path = "shops/show.html", blocks = ["more"])]
struct ShopPage {
    page: Page,
    shop: ShopHead,
    story: Html,
    theme_url: String,
    tiles: Vec<Tile>,
    more: Option<More>,
}

struct ShopHead {
    name: String,
    url: String,
    tagline: String,
    place: String,
    /// May be empty.
    owner: String,
    /// `November 2025`
    since: String,
    announcement: String,
    vacation: Option<Vacation>,
    products: i64,
    cover: Option<Picture>,
}

#[derive(Clone)]
enum Answer {
    Here(Box<(Shop, String, Html, Vec<Tile>, Count)>),
    Moved(String),
}

/// `GET /shops/{shop}`: by its name, or by its number as the original's links have it.
async fn show(db: Data<Db>, shop: Path<String>, query: Query<ReachQuery>, page: Page) -> Result<HttpResponse> {
    let slug = shop.into_inner();
    if !is_slug(&slug) {
        return Err(Error::NotFound);
    }
    let reach = query.0.reach();
    let now = page.now;
    let shared = db.clone();
    let name = format!("shop {slug}");
    let read = move |conn: &mut Conn| {
        if let Ok(id) = slug.parse() {
            return Ok(Answer::Moved(Shop::slug_of(conn, ShopId(id))?));
        }
        match Shop::open_at(conn, &slug) {
            Ok(shop) => {
                let filter = Filter {
                    shop: Some(shop.id),
                    ..Filter::default()
                };
                let tiles = Tile::list(conn, &filter, Sort::Newest, reach.after, reach.rows(), now)?;
                let count = Counts::now(&shared, conn)?.of(&filter);
                let owner = shop.owner(conn)?;
                let story = Html::from_markdown(&shop.bio);
                Ok(Answer::Here(Box::new((shop, owner, story, tiles, count))))
            }
            Err(Error::NotFound) => Shop::moved_from(conn, &slug)?.map(Answer::Moved).ok_or(Error::NotFound),
            Err(error) => Err(error),
        }
    };
    let answer = reach.read(&db, name, read).await?;
    let (shop, owner, story, mut tiles, count) = match answer {
        Answer::Moved(slug) => return Ok(moved(&format!("/shops/{slug}"))),
        Answer::Here(found) => *found,
    };
    let more = reach.cut(&mut tiles, &shop.url(), &[], |tile| tile.place_in(Sort::Newest));
    let block_only = page.htmx;
    let view = ShopPage {
        story,
        theme_url: shop.theme().url(&shop.slug),
        shop: ShopHead {
            url: shop.url(),
            owner,
            since: shop.created_at.format("%B %Y").to_string(),
            vacation: shop.vacation(page.now),
            products: count.products,
            cover: Some(Picture::of(&shop.shop_image)).filter(|cover| !cover.src.is_empty()),
            name: shop.name,
            tagline: shop.tagline,
            place: shop.place,
            announcement: shop.announcement,
        },
        tiles,
        more,
        page,
    };
    html(
        StatusCode::OK,
        if block_only {
            view.as_more().render()
        } else {
            view.render()
        },
    )
}

/// `GET /shops/{shop}/theme.{hash}.css`: the shop's look. An old hash leads to the sheet of today.
async fn theme(db: Data<Db>, path: Path<(String, String)>) -> Result<HttpResponse> {
    let (slug, hash) = path.into_inner();
    if !is_slug(&slug) {
        return Err(Error::NotFound);
    }
    let theme = db.read(move |conn| Ok(Shop::open_at(conn, &slug)?.theme())).await?;
    let caching = if hash == theme.hash() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static(caching)))
        .body(theme.css()))
}
