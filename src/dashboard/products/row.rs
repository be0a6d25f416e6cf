//! A row of the list of products, with its cells.

use chrono::{Datelike, NaiveDateTime};

use crate::catalog::{ProductState, SellerProductRow};
use crate::id::ProductId;
use crate::images::Picture;
use crate::money::{Currency, Money};

/// A cell with a price or a stock, which can be changed in the list.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// The value of the field.
    pub value: String,
    /// Empty: no error.
    pub error: String,
    /// A message after the value was saved. Empty: none.
    pub saved: String,
}

impl Cell {
    /// Shows a value that was not saved.
    pub fn refuse(&mut self, value: String, error: String) {
        (self.value, self.error) = (value, error);
    }
}

pub struct ListRow {
    pub id: ProductId,
    pub title: String,
    pub edit_url: String,
    /// The kind of badge and its label.
    pub badge: (&'static str, &'static str),
    pub archived: bool,
    pub selected: bool,
    pub picture: Option<Picture>,
    pub price: Money,
    pub several_prices: bool,
    /// The stock.
    pub quantity: i32,
    /// The number of variants. The list can change a product with one.
    pub variants: i64,
    pub sku: String,
    pub sold: i64,
    pub updated: String,
    pub price_cell: Cell,
    pub stock_cell: Cell,
}

impl ListRow {
    pub fn new(row: SellerProductRow, currency: Currency, now: NaiveDateTime) -> Self {
        let badge = match (row.state, row.quantity) {
            (ProductState::Draft, _) => ("", "Draft"),
            (ProductState::Archived, _) => ("plain", "Archived"),
            (ProductState::Active, ..=0) => ("warn", "Sold out"),
            (ProductState::Active, _) => ("ok", "Live"),
        };
        let cell = |value: String| Cell {
            value,
            ..Cell::default()
        };
        let format = if row.updated_at.year() == now.year() {
            "%b %-d"
        } else {
            "%b %-d, %Y"
        };
        Self {
            edit_url: format!("/dashboard/products/{}/edit", row.id),
            badge,
            selected: false,
            archived: row.state == ProductState::Archived,
            price_cell: cell(currency.plain(row.price)),
            stock_cell: cell(row.quantity.to_string()),
            updated: row.updated_at.format(format).to_string(),
            id: row.id,
            title: row.title,
            picture: row.picture,
            price: row.price,
            several_prices: row.several_prices,
            quantity: row.quantity,
            variants: row.variants,
            sku: row.sku,
            sold: row.sold,
        }
    }

    /// Whether the list can change price and stock.
    pub fn is_simple(&self) -> bool {
        self.variants == 1
    }
}
