//! Changes a price or a stock in the list.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Path};
use askama::Template;
use serde::Deserialize;

use super::index::{ListPage, ListProblems};
use super::params::ListFilter;
use super::row::{Cell, ListRow};
use crate::catalog::{MAX_STOCK, Product, SellerProductRow, StockEdit};
use crate::dashboard::editor::stock as history;
use crate::error::{Error, Result};
use crate::id::ProductId;
use crate::web::{Flash, Form, Page, SellerRequest, get, redirect, respond, view};

pub fn routes(cfg: &mut web::ServiceConfig) {
    cfg.service(web::resource("/dashboard/products/{id}/price").route(web::post().to(update_price)))
        .service(
            web::resource("/dashboard/products/{id}/stock")
                .route(get().to(history::index))
                .route(web::post().to(update_stock)),
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
    /// The stock that the seller saw.
    seen: String,
    /// The button that was pressed: `1`, `-1` or none.
    step: String,
    back: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CellKind {
    Price,
    Stock,
}

/// What a seller typed into a cell.
struct CellEdit {
    id: ProductId,
    kind: CellKind,
    input: String,
    /// The list that the cell is in.
    filter: ListFilter,
}

/// One cell, for htmx.
#[derive(Template)]
#[template(path = "dashboard/products/cells.html")]
struct CellBlock {
    page: Page,
    row: ListRow,
    here: String,
    price: bool,
    /// For screen readers.
    announcement: String,
}

view!(CellBlock);

impl StockForm {
    fn parse(&self) -> Result<StockEdit> {
        let number = |input: &str| input.trim().parse::<i32>().ok();
        let in_range = |number: &i32| (0..=MAX_STOCK).contains(number);
        let step = match self.step.as_str() {
            "" => 0,
            "1" => 1,
            "-1" => -1,
            _ => return Err(Error::Refused("Use the buttons next to the number.".to_owned())),
        };
        let quantity = number(&self.quantity).filter(in_range);
        let quantity = quantity.map(|quantity| (quantity + step).clamp(0, MAX_STOCK));
        let quantity = quantity
            .ok_or_else(|| Error::Refused(format!("Quantity must be a whole number from 0 to {MAX_STOCK}.")))?;
        let seen = number(&self.seen).filter(in_range);
        let seen = seen.ok_or_else(|| Error::Refused("Reload the page, then enter the stock again.".to_owned()))?;
        Ok(StockEdit { seen, quantity })
    }
}

/// `POST /dashboard/products/{id}/price`
async fn update_price(
    request: SellerRequest,
    id: Path<ProductId>,
    Form(form): Form<PriceForm>,
) -> Result<HttpResponse> {
    let (seller, id) = (request.context(), *id);
    let saved = match request.page.site.currency.parse(&form.price) {
        Ok(price) => request
            .write(move |conn| Product::set_price(conn, seller, id, price))
            .await
            .map(|()| "Saved".to_owned()),
        Err(problem) => Err(Error::Refused(format!("“{}” {problem}.", shorten(&form.price)))),
    };
    let edit = CellEdit {
        id,
        kind: CellKind::Price,
        input: form.price,
        filter: ListFilter::from_url(&form.back),
    };
    edit.respond(request, saved).await
}

/// `POST /dashboard/products/{id}/stock`
async fn update_stock(
    request: SellerRequest,
    id: Path<ProductId>,
    Form(form): Form<StockForm>,
) -> Result<HttpResponse> {
    let (seller, id) = (request.context(), *id);
    let saved = match form.parse() {
        Ok(edit) => request
            .write(move |conn| Product::set_stock(conn, seller, id, edit))
            .await
            .map(|left| match left - edit.quantity {
                0 => "Saved".to_owned(),
                ..0 => format!("Saved. {} sold in the meantime", edit.quantity - left),
                1.. => format!("Saved. {} returned in the meantime", left - edit.quantity),
            }),
        Err(error) => Err(error),
    };
    let edit = CellEdit {
        id,
        kind: CellKind::Stock,
        input: form.quantity,
        filter: ListFilter::from_url(&form.back),
    };
    edit.respond(request, saved).await
}

impl CellEdit {
    /// htmx gets the cell. Without a script, the list is shown again.
    async fn respond(self, request: SellerRequest, saved: Result<String>) -> Result<HttpResponse> {
        let (shop, id) = (request.who.shop.id, self.id);
        // A product of another shop is not found, whatever was typed.
        let row = request
            .read(move |conn| SellerProductRow::of_shop(conn, shop, id))
            .await?;
        let row = ListRow::new(row, request.page.site.currency, request.now());
        if request.page.htmx {
            return self.show_cell(request.page, row, saved);
        }
        let (title, list) = (row.title.clone(), self.filter.url());
        request
            .respond_to_form(
                saved,
                |request, message| {
                    Flash::ok(&request.session, format!("{message}: {title}."))?;
                    Ok(redirect(&list))
                },
                async |request, errors| self.show_list(request, row, errors.get("")).await,
            )
            .await
    }

    fn show_cell(self, page: Page, mut row: ListRow, saved: Result<String>) -> Result<HttpResponse> {
        let (status, announcement) = match saved {
            Ok(message) => {
                let value = match self.kind {
                    CellKind::Price => format!("{} costs {}.", row.title, page.money(row.price)),
                    CellKind::Stock => format!("{} of {} in stock.", row.quantity, row.title),
                };
                let announcement = format!("{message}. {value}");
                self.kind.cell(&mut row).saved = message;
                (StatusCode::OK, announcement)
            }
            Err(Error::Refused(message)) => {
                self.kind.cell(&mut row).refuse(self.input, message.clone());
                (StatusCode::UNPROCESSABLE_ENTITY, message)
            }
            Err(error) => return Err(error),
        };
        let block = CellBlock {
            page,
            row,
            here: self.filter.url(),
            price: self.kind == CellKind::Price,
            announcement,
        };
        respond(status, &block)
    }

    /// The list with the refused value. The row comes first if the page of the list does not contain it.
    async fn show_list(self, request: SellerRequest, row: ListRow, message: &str) -> Result<ListPage> {
        let name = match self.kind {
            CellKind::Price => "price",
            CellKind::Stock => "quantity",
        };
        let mut page = ListPage::load(request, self.filter).await?;
        page.problems = ListProblems::one(format!("#{name}-{}", self.id), format!("{}: {message}", row.title));
        if page.rows.iter().all(|row| row.id != self.id) {
            page.rows.insert(0, row);
        }
        if let Some(row) = page.rows.iter_mut().find(|row| row.id == self.id) {
            self.kind.cell(row).refuse(self.input, message.to_owned());
        }
        Ok(page)
    }
}

impl CellKind {
    fn cell(self, row: &mut ListRow) -> &mut Cell {
        match self {
            Self::Price => &mut row.price_cell,
            Self::Stock => &mut row.stock_cell,
        }
    }
}

/// The input as a message quotes it.
fn shorten(input: &str) -> String {
    input
        .trim()
        .chars()
        .filter(|letter| !letter.is_control())
        .take(20)
        .collect()
}
