//! The list of all products, and of a category's.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

use super::{More, Reach};
use crate::catalog::{Category, Filter, ShopCard, Sort, Tile};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::web::{Page, Query, html};

#[derive(Deserialize)]
pub struct ListQuery {
    #[serde(default)]
    category: Vec<String>,
    #[serde(default)]
    stock: Vec<String>,
    #[serde(default)]
    sort: Vec<String>,
    #[serde(default)]
    n: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
}

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
    tiles: Vec<Tile>,
    more: Option<More>,
    shops: Vec<ShopCard>,
}

struct Crumb {
    label: String,
    url: Option<String>,
}

struct Filters {
    /// Where the form goes, and the page's own address.
    action: String,
    facets: Vec<Facet>,
    in_stock: bool,
    sorts: Vec<SortOption>,
    /// On a category's page the category is no filter.
    fixed_category: bool,
}

struct Facet {
    slug: String,
    label: String,
    count: i64,
    checked: bool,
}

struct SortOption {
    value: &'static str,
    label: &'static str,
    selected: bool,
}

struct Applied {
    label: String,
    /// The list without this filter.
    href: String,
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
    let reach = Reach::parse(query.n.last().map(String::as_str), query.after.last().map(String::as_str));
    let (filter, sort, now, rows) = (asked.filter(), asked.sort, page.now, reach.rows());
    let block_only = page.htmx && reach.after.is_some();
    let with_facets = asked.fixed.is_none() && !block_only;
    let (mut tiles, total, counts) = db
        .read(move |conn| {
            let tiles = Tile::list(conn, &filter, sort, reach.after, rows, now)?;
            let total = filter.count(conn)?;
            let counts = if with_facets { filter.count_by_category(conn)? } else { Vec::new() };
            Ok((tiles, total, counts))
        })
        .await?;
    let more = reach.cut(&mut tiles, &asked.action(), &asked.fields(), |tile| tile.place_in(sort));
    let partial = page.htmx;
    let view = ListingPage {
        heading: asked.heading(),
        lead: "Made by people with names, and sent by them too.".to_owned(),
        crumbs: asked.crumbs(),
        filters: asked.filters(&page, &counts),
        applied: asked.applied(),
        clear: asked.action(),
        total: total.products,
        makers: total.makers,
        shops: makers_of(&tiles),
        tiles,
        more,
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
fn makers_of(tiles: &[Tile]) -> Vec<ShopCard> {
    let mut makers: Vec<ShopCard> = Vec::new();
    for tile in tiles {
        if makers.len() < 4 && makers.iter().all(|maker| maker.url != tile.shop_url) {
            makers.push(ShopCard {
                name: tile.shop.clone(),
                url: tile.shop_url.clone(),
                tagline: String::new(),
                place: tile.place.clone(),
                products: tiles.iter().filter(|other| other.shop_url == tile.shop_url).count().try_into().unwrap_or(0),
                picture: tile.pictures.first().cloned(),
                pictures: Vec::new(),
            });
        }
    }
    makers
}

/// What the address asks for, with what is unknown left out.
struct Asked {
    fixed: Option<Category>,
    chosen: Vec<Category>,
    in_stock: bool,
    sort: Sort,
}

impl Asked {
    fn parse(query: &ListQuery, page: &Page, fixed: Option<Category>) -> Self {
        let chosen = |category: &&Category| query.category.contains(&category.slug);
        Self {
            chosen: match fixed {
                Some(_) => Vec::new(),
                None => page.categories().iter().filter(chosen).cloned().collect(),
            },
            fixed,
            in_stock: query.stock.last().is_some_and(|stock| stock == "in"),
            sort: query.sort.last().and_then(|sort| Sort::parse(sort)).unwrap_or(Sort::Newest),
        }
    }

    fn filter(&self) -> Filter {
        let codes = self.fixed.iter().chain(&self.chosen).map(|category| category.code.clone());
        Filter { categories: codes.collect(), in_stock: self.in_stock, ..Filter::default() }
    }

    fn action(&self) -> String {
        self.fixed.as_ref().map_or_else(|| "/products".to_owned(), Category::url)
    }

    /// The filters as an address has them; the newest-first order goes without saying.
    fn fields(&self) -> Vec<(&str, &str)> {
        let mut fields: Vec<(&str, &str)> = self.chosen.iter().map(|category| ("category", category.slug.as_str())).collect();
        if self.in_stock {
            fields.push(("stock", "in"));
        }
        if self.sort != Sort::Newest {
            fields.push(("sort", self.sort.as_str()));
        }
        fields
    }

    fn heading(&self) -> String {
        match (&self.fixed, self.chosen.as_slice()) {
            (Some(category), _) => category.label.clone(),
            (None, [only]) => only.label.clone(),
            (None, _) => "All products".to_owned(),
        }
    }

    fn crumbs(&self) -> Vec<Crumb> {
        let mut crumbs = vec![Crumb { label: "Home".to_owned(), url: Some("/".to_owned()) }];
        match &self.fixed {
            None => crumbs.push(Crumb { label: "All products".to_owned(), url: None }),
            Some(category) => {
                crumbs.push(Crumb { label: "All products".to_owned(), url: Some("/products".to_owned()) });
                crumbs.push(Crumb { label: category.label.clone(), url: None });
            }
        }
        crumbs
    }

    fn filters(&self, page: &Page, counts: &[(String, i64)]) -> Filters {
        let facet = |category: &Category| Facet {
            slug: category.slug.clone(),
            label: category.label.clone(),
            count: counts.iter().find(|(code, _)| *code == category.code).map_or(0, |(_, count)| *count),
            checked: self.chosen.iter().any(|chosen| chosen.code == category.code),
        };
        let sorts = Sort::ALL.map(|sort| SortOption { value: sort.as_str(), label: sort.label(), selected: sort == self.sort });
        Filters {
            action: self.action(),
            facets: match self.fixed {
                Some(_) => Vec::new(),
                None => page.categories().iter().map(facet).collect(),
            },
            in_stock: self.in_stock,
            sorts: sorts.into(),
            fixed_category: self.fixed.is_some(),
        }
    }

    fn applied(&self) -> Vec<Applied> {
        let without = |name: &str, value: &str| {
            let rest: Vec<(&str, &str)> =
                self.fields().into_iter().filter(|field| *field != (name, value)).collect();
            match rest.as_slice() {
                [] => self.action(),
                rest => format!("{}?{}", self.action(), serde_html_form::to_string(rest).unwrap_or_default()),
            }
        };
        let mut applied: Vec<Applied> = self
            .chosen
            .iter()
            .map(|category| Applied { label: category.label.clone(), href: without("category", &category.slug) })
            .collect();
        if self.in_stock {
            applied.push(Applied { label: "In stock".to_owned(), href: without("stock", "in") });
        }
        applied
    }
}
