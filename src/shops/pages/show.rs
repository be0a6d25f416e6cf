//! A shop's own page.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDateTime;

use super::params::ShopListParams;
use crate::catalog::{ProductCard, ProductCounts, ProductFilter, ProductQuery, ProductSort};
use crate::db::{Conn, Cursor, Db};
use crate::error::{Error, Result};
use crate::id::{SectionId, ShopId};
use crate::images::Picture;
use crate::shops::{Section, Shop, ShopState, Vacation};
use crate::text::{EmailAddress, Html, is_slug};
use crate::web::{self, AnyRequest, LoadMore, Page, PageParams, Query, moved, view};

/// The shop's page. htmx gets the block `more` for "Show 24 more".
#[derive(Template)]
#[template(path = "shops/show.html", blocks = ["more"])]
struct ShopPage {
    page: Page,
    shop: ShopHead,
    story: Html,
    theme_url: String,
    /// The shop's state, if only its owner sees the page.
    hidden: Option<ShopState>,
    sections: Vec<SectionLink>,
    /// The name of the chosen section. Empty when all products are shown.
    section: String,
    /// How many products the whole list has.
    total: i64,
    products: Arc<[ProductCard]>,
    more: Option<LoadMore>,
}

view!(ShopPage, as_more);

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
    contact_is_email: bool,
    returns: String,
    care: String,
}

struct SectionLink {
    name: String,
    url: String,
    chosen: bool,
}

/// What the page shows to everyone.
#[derive(Clone)]
struct ShopData {
    shop: Shop,
    owner: String,
    story: Html,
    products: Arc<[ProductCard]>,
    /// The cursor of the products after these.
    next: Option<Cursor>,
    /// How many products the shop has.
    product_count: i64,
    sections: Vec<(Section, i64)>,
}

/// What an address leads to.
#[derive(Clone)]
enum ShopLookup {
    Shop(Box<ShopData>),
    /// The slug that the shop has now.
    Moved(String),
}

/// `GET /shops/{shop}`: by its slug, or by its id as the original's links have it.
pub async fn show(request: AnyRequest, shop: Path<String>, query: Query<ShopListParams>) -> Result<HttpResponse> {
    let slug = shop.into_inner();
    if !is_slug(&slug) {
        return Err(Error::NotFound);
    }
    let section = match query.0.section.last().map(String::as_str) {
        None | Some("") => None,
        Some(id) => Some(SectionId(id.parse().map_err(|_| Error::NotFound)?)),
    };
    let page_params = query.0.page();
    let own_shop = request.page.own_shop(&slug);
    let db = &request.services.db;
    let name = format!("shop {slug} {section:?}");
    let (shared, params, now) = (db.clone(), page_params.clone(), request.now());
    let read = move |conn: &mut Conn| {
        if let Ok(id) = slug.parse() {
            return Ok(ShopLookup::Moved(Shop::slug_of(conn, ShopId(id))?));
        }
        match Shop::by_slug(conn, &slug, own_shop) {
            Ok(shop) => {
                let list = ShopProducts { section, params, now };
                Ok(ShopLookup::Shop(Box::new(list.read(conn, &shared, shop)?)))
            }
            Err(Error::NotFound) => Shop::moved_from(conn, &slug)?
                .map(ShopLookup::Moved)
                .ok_or(Error::NotFound),
            Err(error) => Err(error),
        }
    };
    let lookup = match own_shop {
        // The owner's own view is never cached: nobody else may see it.
        Some(_) => db.read(read).await?,
        None => page_params.read_cached(db, name, read).await?,
    };
    match lookup {
        ShopLookup::Moved(slug) => Ok(moved(&format!("/shops/{slug}"))),
        ShopLookup::Shop(data) => web::show(&ShopPage::new(*data, request.page, section, &page_params)),
    }
}

/// Which of the shop's products the page shows.
struct ShopProducts {
    section: Option<SectionId>,
    params: PageParams,
    now: NaiveDateTime,
}

impl ShopProducts {
    fn read(&self, conn: &mut Conn, db: &Db, shop: Shop) -> Result<ShopData> {
        let of_shop = ProductFilter {
            shop: Some(shop.id),
            drafts: shop.state != ShopState::Open,
            ..ProductFilter::default()
        };
        let sections = of_shop.sections(conn, shop.id)?;
        let known = |id| sections.iter().any(|(section, _)| section.id == id);
        if self.section.is_some_and(|id| !known(id)) {
            return Err(Error::NotFound);
        }
        let product_count = ProductCounts::count_products(db, conn, &of_shop)?;
        let filter = ProductFilter {
            section: self.section,
            ..of_shop
        };
        let query = ProductQuery {
            filter: &filter,
            sort: ProductSort::Newest,
            after: self.params.after.as_ref(),
            limit: self.params.limit(),
        };
        let mut products = ProductCard::list(conn, &query, self.now)?;
        Ok(ShopData {
            next: self.params.next(&mut products, |card| card.cursor(ProductSort::Newest)),
            products: products.into(),
            owner: shop.owner_name(conn)?,
            story: Html::from_markdown(&shop.bio),
            shop,
            product_count,
            sections,
        })
    }
}

impl ShopPage {
    fn new(data: ShopData, page: Page, section: Option<SectionId>, params: &PageParams) -> Self {
        let url = data.shop.url();
        let section_id = section.map(|section| section.to_string()).unwrap_or_default();
        let filters = [("section", section_id.as_str())];
        let filters = if section.is_some() { &filters[..] } else { &[] };
        let more = params.load_more(data.next, &url, filters);
        let chosen = data.sections.iter().find(|(known, _)| Some(known.id) == section);
        let link = |(known, _): &(Section, i64)| SectionLink {
            name: known.name.clone(),
            url: format!("{url}?section={}", known.id),
            chosen: Some(known.id) == section,
        };
        Self {
            section: chosen.map(|(known, _)| known.name.clone()).unwrap_or_default(),
            total: chosen.map_or(data.product_count, |(_, count)| *count),
            sections: data.sections.iter().map(link).collect(),
            hidden: Some(data.shop.state).filter(|state| *state != ShopState::Open),
            story: data.story,
            theme_url: data.shop.theme.url(&data.shop.slug),
            shop: ShopHead::new(data.shop, data.owner, data.product_count, page.now),
            products: data.products,
            more,
            page,
        }
    }
}

impl ShopHead {
    fn new(shop: Shop, owner: String, products: i64, now: NaiveDateTime) -> Self {
        let picture = |url: &str| Some(Picture::from_url(url)).filter(|picture| !picture.src.is_empty());
        Self {
            url: shop.url(),
            owner,
            since: shop.created_at.format("%B %Y").to_string(),
            vacation: shop.vacation(now),
            products,
            cover: picture(&shop.shop_image),
            logo: picture(&shop.logo),
            contact_is_email: EmailAddress::parse(&shop.contact).is_ok(),
            name: shop.name,
            tagline: shop.tagline,
            location: shop.location,
            announcement: shop.announcement,
            contact: shop.contact,
            returns: shop.returns,
            care: shop.care,
        }
    }
}
