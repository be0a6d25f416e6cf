//! The list of all products, and the list of a category.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::params::{AppliedFilter, Crumb, FilterForm, ListParams, ProductList};
use crate::catalog::{Category, ListedShop, ProductCard, ProductCount, ProductCounts, ProductQuery, ShopCard};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::web::{self, AnyRequest, LoadMore, Page, Query, View};

/// How many shops are shown below the list.
const MAX_SHOPS: usize = 4;

/// The page of a list. htmx gets the block `results` when a filter changes, and `more` for "Show 24 more".
#[derive(Template)]
#[template(path = "catalog/listing.html", blocks = ["results", "more"])]
struct ListingPage {
    page: Page,
    heading: String,
    lead: String,
    crumbs: Vec<Crumb>,
    filters: FilterForm,
    applied: Vec<AppliedFilter>,
    /// The address without filters.
    clear: String,
    count: ProductCount,
    products: Arc<[ProductCard]>,
    more: Option<LoadMore>,
    shops: Vec<ShopCard>,
    /// The market has no open shop.
    no_shops: bool,
    /// The page begins after a cursor.
    continued: bool,
}

impl View for ListingPage {
    fn is_htmx(&self) -> bool {
        self.page.htmx
    }

    fn render_block(&self) -> Option<askama::Result<String>> {
        Some(if self.continued {
            self.as_more().render()
        } else {
            self.as_results().render()
        })
    }
}

/// `GET /products`
pub async fn index(request: AnyRequest, query: Query<ListParams>) -> Result<HttpResponse> {
    list(request, &query.0, None).await
}

/// `GET /categories/{slug}`
pub async fn category(request: AnyRequest, slug: Path<String>, query: Query<ListParams>) -> Result<HttpResponse> {
    let category = request.page.site.categories.by_slug(&slug).cloned();
    list(request, &query.0, Some(category.ok_or(Error::NotFound)?)).await
}

async fn list(request: AnyRequest, params: &ListParams, fixed_category: Option<Category>) -> Result<HttpResponse> {
    let (page, db) = (request.page, &request.services.db);
    let list = ProductList::new(params, &page, fixed_category);
    let page_params = params.page();
    let (filter, sort, now) = (list.filter(), list.sort, page.now);
    let name = format!("list {filter:?} {sort:?}");
    let (shared, list_filter, limit) = (db.clone(), filter.clone(), page_params.limit());
    let params = page_params.clone();
    let read = move |conn: &mut Conn| {
        let query = ProductQuery {
            filter: &list_filter,
            sort,
            after: params.after.as_ref(),
            limit,
        };
        let mut products = ProductCard::list(conn, &query, now)?;
        let next = params.next(&mut products, |card| card.cursor(sort));
        Ok((products.into(), next, ProductCounts::cached(&shared, conn)?))
    };
    let (products, next, counts): (Arc<[ProductCard]>, _, _) = page_params.read_cached(db, name, read).await?;
    let count = counts.count(&filter);
    let no_shops = count.products == 0 && db.read(ListedShop::count).await? == 0;
    let more = page_params.load_more(next, &list.action(), &list.fields());
    web::show(&ListingPage {
        heading: list.heading(),
        lead: "Made and shipped by independent makers.".to_owned(),
        crumbs: list.crumbs(),
        filters: list.filter_form(&page, &counts),
        applied: list.applied_filters(),
        clear: list.action(),
        count,
        shops: shops_of(&products),
        products,
        more,
        no_shops,
        continued: page_params.after.is_some(),
        page,
    })
}

/// The first shops among these products, each with a picture of a product in the list.
fn shops_of(products: &[ProductCard]) -> Vec<ShopCard> {
    let mut shops: Vec<ShopCard> = Vec::new();
    for product in products {
        if shops.len() < MAX_SHOPS && shops.iter().all(|shop| shop.url != product.shop_url) {
            let of_shop = products.iter().filter(|other| other.shop_url == product.shop_url);
            shops.push(ShopCard {
                name: product.shop.clone(),
                url: product.shop_url.clone(),
                tagline: String::new(),
                location: product.location.clone(),
                products: of_shop.count().try_into().unwrap_or(0),
                picture: product.pictures.first().cloned(),
                pictures: Vec::new(),
            });
        }
    }
    shops
}
