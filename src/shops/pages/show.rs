//! A shop's own page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;

use super::params::ReachQuery;
use crate::catalog::{Counts, Filter, ProductCard, Sort};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::{SectionId, ShopId};
use crate::images::Picture;
use crate::shops::{Shop, ShopState, Vacation};
use crate::text::{Email, Html, is_slug};
use crate::web::{More, Page, Query, html, moved};

/// The whole page; `more` is what "Show 24 more" adds.
#[derive(Template)]
#[template(path = "shops/show.html", blocks = ["more"])]
struct ShopPage {
    page: Page,
    shop: ShopHead,
    story: Html,
    theme_url: String,
    /// None: everyone sees the shop.
    hidden: Option<ShopState>,
    sections: Vec<SectionLink>,
    /// Empty when all products are shown.
    section: String,
    /// How many the list holds in all.
    total: i64,
    tiles: Vec<ProductCard>,
    more: Option<More>,
}

struct ShopHead {
    name: String,
    url: String,
    tagline: String,
    location: String,
    /// May be empty.
    owner: String,
    /// `November 2025`
    since: String,
    announcement: String,
    vacation: Option<Vacation>,
    products: i64,
    cover: Option<Picture>,
    logo: Option<Picture>,
    contact: String,
    /// Whether it is an email address.
    mail: bool,
    returns: String,
    care: String,
}

struct SectionLink {
    name: String,
    url: String,
    chosen: bool,
}

/// What the page is made of.
#[derive(Clone)]
struct Found {
    shop: Shop,
    owner: String,
    story: Html,
    tiles: Vec<ProductCard>,
    /// Of the whole shop.
    products: i64,
    sections: Vec<(SectionId, String, i64)>,
}

#[derive(Clone)]
enum Answer {
    Here(Box<Found>),
    Moved(String),
}

/// `GET /shops/{shop}`: by its name, or by its number as the original's links have it.
pub async fn show(db: Data<Db>, shop: Path<String>, query: Query<ReachQuery>, page: Page) -> Result<HttpResponse> {
    let slug = shop.into_inner();
    if !is_slug(&slug) {
        return Err(Error::NotFound);
    }
    let section = match query.0.section.last().map(String::as_str) {
        None | Some("") => None,
        Some(typed) => Some(SectionId(typed.parse().map_err(|_| Error::NotFound)?)),
    };
    let reach = query.0.reach();
    let now = page.now;
    let own = page.own_shop(&slug);
    let shared = db.clone();
    let name = format!("shop {slug} {}", section.map_or(0, |section| section.0));
    let read = move |conn: &mut Conn| {
        if let Ok(id) = slug.parse() {
            return Ok(Answer::Moved(Shop::slug_of(conn, ShopId(id))?));
        }
        let shop = match Shop::at(conn, &slug, own) {
            Ok(shop) => shop,
            Err(Error::NotFound) => {
                let now_at = Shop::moved_from(conn, &slug)?;
                return now_at.map(Answer::Moved).ok_or(Error::NotFound);
            }
            Err(error) => return Err(error),
        };
        let all = Filter {
            shop: Some(shop.id),
            drafts: shop.state != ShopState::Open,
            ..Filter::default()
        };
        let sections = all.sections(conn, shop.id)?;
        let known = |section| sections.iter().any(|(id, ..)| *id == section);
        if section.is_some_and(|section| !known(section)) {
            return Err(Error::NotFound);
        }
        let products = if all.drafts {
            all.count(conn)?
        } else {
            Counts::now(&shared, conn)?.of(&all).products
        };
        let filter = Filter { section, ..all };
        let tiles = ProductCard::list(conn, &filter, Sort::Newest, reach.after, reach.rows(), now)?;
        Ok(Answer::Here(Box::new(Found {
            owner: shop.owner(conn)?,
            story: Html::from_markdown(&shop.bio),
            shop,
            tiles,
            products,
            sections,
        })))
    };
    // What its owner sees is nobody else's, so it is never kept.
    let answer = match own {
        Some(_) => db.read(read).await?,
        None => reach.read(&db, name, read).await?,
    };
    let mut found = match answer {
        Answer::Moved(slug) => return Ok(moved(&format!("/shops/{slug}"))),
        Answer::Here(found) => found,
    };
    let chosen = section.map(|section| section.to_string()).unwrap_or_default();
    let filters = [("section", chosen.as_str())];
    let filters = if section.is_some() { &filters[..] } else { &[] };
    let more = reach.cut(&mut found.tiles, &found.shop.url(), filters, |tile| {
        tile.place_in(Sort::Newest)
    });
    let block_only = page.htmx;
    let view = found.page(page, section, more);
    html(
        StatusCode::OK,
        if block_only {
            view.as_more().render()
        } else {
            view.render()
        },
    )
}

impl Found {
    fn page(self, page: Page, section: Option<SectionId>, more: Option<More>) -> ShopPage {
        let Self { shop, products, .. } = self;
        let url = shop.url();
        let chosen = self.sections.iter().find(|(id, ..)| Some(*id) == section);
        let picture = |url: &str| Some(Picture::from_url(url)).filter(|picture| !picture.src.is_empty());
        ShopPage {
            section: chosen.map(|(_, name, _)| name.clone()).unwrap_or_default(),
            total: chosen.map_or(products, |(.., count)| *count),
            sections: (self.sections.iter())
                .map(|(id, name, _)| SectionLink {
                    name: name.clone(),
                    url: format!("{url}?section={id}"),
                    chosen: Some(*id) == section,
                })
                .collect(),
            hidden: Some(shop.state).filter(|state| *state != ShopState::Open),
            story: self.story,
            theme_url: shop.theme().url(&shop.slug),
            shop: ShopHead {
                url,
                owner: self.owner,
                since: shop.created_at.format("%B %Y").to_string(),
                vacation: shop.vacation(page.now),
                products,
                cover: picture(&shop.shop_image),
                logo: picture(&shop.logo),
                mail: Email::parse(&shop.contact).is_ok(),
                name: shop.name,
                tagline: shop.tagline,
                location: shop.location,
                announcement: shop.announcement,
                contact: shop.contact,
                returns: shop.returns,
                care: shop.care,
            },
            tiles: self.tiles,
            more,
            page,
        }
    }
}
