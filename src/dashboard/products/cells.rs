//! A price or a stock, changed in the list.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Path};
use askama::Template;
use serde::Deserialize;

use super::index;
use super::index::Trouble;
use super::params::Asked;
use super::row::{Cell, Row};
use crate::catalog::{MAX_STOCK, Product, SellerProductRow};
use crate::dashboard::editor::stock as history;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::ProductId;
use crate::web::{Flash, Form, Page, Seller, get, html, redirect};

pub fn routes(to: &mut web::ServiceConfig) {
    to.service(web::resource("/dashboard/products/{id}/price").route(web::post().to(price)))
        .service(
            web::resource("/dashboard/products/{id}/stock")
                .route(get().to(history::index))
                .route(web::post().to(stock)),
        );
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PriceForm {
    price: String,
    back: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct StockForm {
    quantity: String,
    /// How many there were when the shop looked.
    seen: String,
    /// The button that was pressed: one less, one more.
    step: String,
    back: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Price,
    Stock,
}

/// One cell, for htmx.
#[derive(Template)]
#[template(path = "dashboard/products/cells.html")]
struct CellAnswer {
    page: Page,
    row: Row,
    here: String,
    price: bool,
    /// For those who cannot see the cell.
    said: String,
}

impl StockForm {
    /// What was seen, and what shall be.
    fn parse(&self) -> Result<(i32, i32)> {
        let number = |typed: &str| typed.trim().parse::<i32>().ok();
        let within = |number: &i32| (0..=MAX_STOCK).contains(number);
        let step = match self.step.as_str() {
            "" => 0,
            "1" => 1,
            "-1" => -1,
            _ => return Err(Error::Refused("Use the buttons beside the number.".to_owned())),
        };
        let typed = number(&self.quantity).filter(within);
        let typed = typed.map(|typed| (typed + step).clamp(0, MAX_STOCK));
        let typed = typed
            .ok_or_else(|| Error::Refused(format!("Type how many there are, as a number from 0 to {MAX_STOCK}.")))?;
        let seen = number(&self.seen).filter(within);
        let seen = seen.ok_or_else(|| Error::Refused("Reload the page, then type the stock again.".to_owned()))?;
        Ok((seen, typed))
    }
}

/// `POST /dashboard/products/{id}/price`
async fn price(
    db: Data<Db>,
    session: Session,
    page: Page,
    seller: Seller,
    id: Path<i64>,
    Form(form): Form<PriceForm>,
) -> Result<HttpResponse> {
    let (shop, id, now) = (seller.shop.id, ProductId(*id), page.now);
    let parsed = page.site.currency.parse(&form.price);
    let done = match parsed {
        Ok(price) => db
            .write(move |conn| Product::set_price(conn, shop, id, price, now))
            .await
            .map(|()| "Saved".to_owned()),
        Err(problem) => Err(Error::Refused(format!("“{}” {problem}.", shortened(&form.price)))),
    };
    let asked = Asked::back(&form.back);
    answer(
        &db,
        &session,
        page,
        &seller,
        asked,
        (id, Which::Price, form.price),
        done,
    )
    .await
}

/// `POST /dashboard/products/{id}/stock`
async fn stock(
    db: Data<Db>,
    session: Session,
    page: Page,
    seller: Seller,
    id: Path<i64>,
    Form(form): Form<StockForm>,
) -> Result<HttpResponse> {
    let (shop, user, id, now) = (seller.shop.id, seller.visitor.user, ProductId(*id), page.now);
    let done = match form.parse() {
        Ok((seen, typed)) => db
            .write(move |conn| Product::set_stock(conn, shop, user, id, (seen, typed), now))
            .await
            .map(|left| match left - typed {
                0 => "Saved".to_owned(),
                ..0 => format!("Saved. {} went meanwhile", typed - left),
                1.. => format!("Saved. {} came back meanwhile", left - typed),
            }),
        Err(problem) => Err(problem),
    };
    let asked = Asked::back(&form.back);
    answer(
        &db,
        &session,
        page,
        &seller,
        asked,
        (id, Which::Stock, form.quantity),
        done,
    )
    .await
}

/// The cell for htmx; else the list, again or as the next page.
async fn answer(
    db: &Data<Db>,
    session: &Session,
    page: Page,
    seller: &Seller,
    asked: Asked,
    (id, which, typed): (ProductId, Which, String),
    done: Result<String>,
) -> Result<HttpResponse> {
    let shop = seller.shop.id;
    // Another's product is not found, whatever was typed for it.
    let row = db.read(move |conn| SellerProductRow::of_shop(conn, shop, id)).await?;
    let mut row = Row::new(row, page.site.currency, page.now);
    let title = row.title.clone();
    let name = if which == Which::Price { "price" } else { "quantity" };
    let (status, said) = match done {
        Ok(saved) if page.htmx => {
            let now = if which == Which::Price {
                format!("{title} costs {}.", page.money(row.price))
            } else {
                format!("{} of {title} in stock.", row.quantity)
            };
            let said = format!("{saved}. {now}");
            cell(&mut row, which).saved = saved;
            (StatusCode::OK, said)
        }
        Ok(saved) => {
            Flash::ok(session, format!("{saved}: {title}."))?;
            return Ok(redirect(&asked.here()));
        }
        Err(Error::Refused(why)) if page.htmx => {
            let refused = cell(&mut row, which);
            (refused.value, refused.error) = (typed, why.clone());
            (StatusCode::UNPROCESSABLE_ENTITY, why)
        }
        Err(Error::Refused(why)) => {
            let trouble = Trouble {
                lead: String::new(),
                errors: vec![(format!("#{name}-{id}"), format!("{title}: {why}"))],
            };
            let touch = |rows: &mut Vec<Row>| {
                // It is not always where the list begins.
                if rows.iter().all(|row| row.id != id) {
                    rows.insert(0, row);
                }
                if let Some(row) = rows.iter_mut().find(|row| row.id == id) {
                    let refused = cell(row, which);
                    (refused.value, refused.error) = (typed, why);
                }
            };
            return index::answer(db, page, seller, asked, trouble, touch).await;
        }
        Err(error) => return Err(error),
    };
    let view = CellAnswer {
        page,
        row,
        here: asked.here(),
        price: which == Which::Price,
        said,
    };
    html(status, view.render())
}

fn cell(row: &mut Row, which: Which) -> &mut Cell {
    match which {
        Which::Price => &mut row.price_cell,
        Which::Stock => &mut row.stock_cell,
    }
}

/// What was typed, as far as a message can say it.
fn shortened(typed: &str) -> String {
    typed
        .trim()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(20)
        .collect()
}
