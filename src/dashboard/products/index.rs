//! The list of a shop's products.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use askama::Template;

use super::params::{Asked, ListQuery};
use super::row::Row;
use crate::catalog::{SellerProductCounts, SellerProductRow, SellerProductSort, SellerProductView, SortKey};
use crate::db::Db;
use crate::error::Result;
use crate::shops::Section;
use crate::web::{Page, Query, Seller, get, html};

/// How many products a page shows.
const ROWS: i64 = 50;

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard/products").route(get().to(index)));
}

/// One view, as a link.
struct Tab {
    label: &'static str,
    href: String,
    count: i64,
    here: bool,
}

/// What is wrong, with a link to where it can be mended; and what went well all the same.
#[derive(Default)]
pub struct Trouble {
    pub lead: String,
    pub errors: Vec<(String, String)>,
}

/// The whole page; `shelf` is what a search swaps, `more` what "Show 50 more" adds.
#[derive(Template)]
#[template(path = "dashboard/products/index.html", blocks = ["shelf", "more"])]
struct ListPage {
    page: Page,
    shop: String,
    asked: Asked,
    /// The address of the list as it is.
    here: String,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    /// In the shop.
    all: i64,
    more: Option<String>,
    sections: Vec<Section>,
    trouble: Trouble,
}

impl ListPage {
    /// The link in a column's head: the column's own order, or the other way round.
    fn sort_href(&self, by: &str) -> String {
        let by = SortKey::parse(by).unwrap_or(SortKey::Changed);
        let now = self.asked.order();
        self.asked.in_order(SellerProductSort {
            by,
            reversed: now.by == by && !now.reversed,
        })
    }

    /// For `aria-sort`; empty where the column is not what the list is sorted by.
    fn sorted(&self, by: &str) -> &'static str {
        let order = self.asked.order();
        match (order.by.as_str() == by, order.descending()) {
            (false, _) => "",
            (true, true) => "descending",
            (true, false) => "ascending",
        }
    }
}

/// `GET /dashboard/products`
async fn index(db: Data<Db>, page: Page, seller: Seller, Query(query): Query<ListQuery>) -> Result<HttpResponse> {
    answer(&db, page, &seller, Asked::parse(&query), Trouble::default(), |_| ()).await
}

/// The list, as `touch` leaves its rows; 422 when there is trouble.
pub async fn answer(
    db: &Data<Db>,
    page: Page,
    seller: &Seller,
    asked: Asked,
    trouble: Trouble,
    touch: impl FnOnce(&mut Vec<Row>),
) -> Result<HttpResponse> {
    let (shop, wanted, shared) = (seller.shop.id, asked.wanted(), db.clone());
    let (counts, mut rows, sections) = db
        .read(move |conn| {
            let name = format!("shelf {shop}");
            let counts = shared.read_cached_on(conn, name, |conn| SellerProductCounts::of_shop(conn, shop))?;
            let rows = SellerProductRow::list(conn, shop, &wanted, ROWS + 1)?;
            Ok((counts, rows, Section::of_shop(conn, shop)?))
        })
        .await?;
    let shown = usize::try_from(ROWS).unwrap_or(usize::MAX);
    let more = if rows.len() > shown {
        rows.truncate(shown);
        rows.last().map(|row| asked.after(&row.place_in(asked.order())))
    } else {
        None
    };
    let (currency, now) = (page.site.currency, page.now);
    let mut rows: Vec<Row> = rows.into_iter().map(|row| Row::new(row, currency, now)).collect();
    touch(&mut rows);
    let tab = |view: SellerProductView| Tab {
        label: view.label(),
        href: asked.in_view(view),
        count: counts.in_view(view),
        here: view == asked.view(),
    };
    let status = if trouble.errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let (htmx, first) = (page.htmx, asked.is_first_page());
    let view = ListPage {
        page,
        shop: seller.shop.name.clone(),
        here: asked.here(),
        tabs: SellerProductView::ALL.map(tab).into(),
        all: counts.in_view(SellerProductView::All) + counts.archived,
        asked,
        rows,
        more,
        sections,
        trouble,
    };
    let body = match (htmx, first) {
        (true, false) => view.as_more().render(),
        (true, true) => view.as_shelf().render(),
        (false, _) => view.render(),
    };
    html(status, body)
}
