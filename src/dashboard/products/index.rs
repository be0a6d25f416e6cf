//! The list of a seller's products.

use actix_web::HttpResponse;
use actix_web::web;
use askama::Template;

use super::params::{ListFilter, ListParams};
use super::row::ListRow;
use crate::catalog::{SellerProductCounts, SellerProductRow, SellerProductSort, SellerProductView, SortKey};
use crate::db::{next_page, page_limit};
use crate::error::Result;
use crate::id::ProductId;
use crate::shops::Section;
use crate::web::{Page, Query, SellerRequest, View, get, show};

/// Products on a page.
const PAGE_SIZE: usize = 50;

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/dashboard/products").route(get().to(index)));
}

/// A link to a view of the list.
struct Tab {
    label: &'static str,
    href: String,
    count: i64,
    current: bool,
}

/// What failed and what succeeded in a change of several products.
#[derive(Default)]
pub struct ListProblems {
    pub lead: String,
    /// Addresses of what is wrong, with messages.
    pub errors: Vec<(String, String)>,
}

impl ListProblems {
    pub fn one(href: String, message: String) -> Self {
        Self {
            lead: String::new(),
            errors: vec![(href, message)],
        }
    }
}

/// The whole page. A search gets the block `list`, the button "Show 50 more" the block `more`.
#[derive(Template)]
#[template(path = "dashboard/products/index.html", blocks = ["list", "more"])]
pub struct ListPage {
    page: Page,
    shop: String,
    filter: ListFilter,
    /// The address of the list.
    here: String,
    tabs: Vec<Tab>,
    pub rows: Vec<ListRow>,
    /// Products of the shop.
    all: i64,
    more: Option<String>,
    sections: Vec<Section>,
    pub problems: ListProblems,
}

impl View for ListPage {
    fn is_htmx(&self) -> bool {
        self.page.htmx
    }

    fn render_block(&self) -> Option<askama::Result<String>> {
        Some(if self.filter.is_first_page() {
            self.as_list().render()
        } else {
            self.as_more().render()
        })
    }
}

/// `GET /dashboard/products`
async fn index(request: SellerRequest, Query(params): Query<ListParams>) -> Result<HttpResponse> {
    show(&ListPage::load(request, ListFilter::parse(&params)).await?)
}

impl ListPage {
    pub async fn load(request: SellerRequest, filter: ListFilter) -> Result<Self> {
        let (shop, catalog_filter, db) = (request.who.shop.id, filter.to_catalog(), request.services.db.clone());
        let (counts, mut rows, sections) = request
            .read(move |conn| {
                let name = format!("products of shop {shop}");
                let counts = db.read_cached_on(conn, name, |conn| SellerProductCounts::of_shop(conn, shop))?;
                let rows = SellerProductRow::list(conn, shop, &catalog_filter, page_limit(PAGE_SIZE))?;
                Ok((counts, rows, Section::of_shop(conn, shop)?))
            })
            .await?;
        let next = next_page(&mut rows, PAGE_SIZE, |row| row.cursor(filter.sort()));
        let more = next.map(|next| filter.after_url(&next));
        let (currency, now) = (request.page.site.currency, request.now());
        let tab = |view: SellerProductView| Tab {
            label: view.label(),
            href: filter.view_url(view),
            count: counts.in_view(view),
            current: view == filter.view(),
        };
        Ok(Self {
            shop: request.who.shop.name.clone(),
            here: filter.url(),
            tabs: SellerProductView::ALL.map(tab).into(),
            all: counts.in_view(SellerProductView::All) + counts.archived,
            rows: rows.into_iter().map(|row| ListRow::new(row, currency, now)).collect(),
            filter,
            more,
            sections,
            problems: ListProblems::default(),
            page: request.page,
        })
    }

    /// Selects these products.
    pub fn select(&mut self, ids: &[ProductId]) {
        for row in &mut self.rows {
            row.selected = ids.contains(&row.id);
        }
    }

    /// The link in the head of a column. It sorts by the column, or reverses the order.
    fn sort_href(&self, key: &str) -> String {
        let by = SortKey::parse(key).unwrap_or(SortKey::Changed);
        let current = self.filter.sort();
        self.filter.sort_url(SellerProductSort {
            by,
            reversed: current.by == by && !current.reversed,
        })
    }

    /// The value of `aria-sort`. Empty if the list is not sorted by the column.
    fn sorted(&self, key: &str) -> &'static str {
        let sort = self.filter.sort();
        match (sort.by.as_str() == key, sort.descending()) {
            (false, _) => "",
            (true, true) => "descending",
            (true, false) => "ascending",
        }
    }
}
