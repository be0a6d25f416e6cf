//! One product as a row of the list, and what its cells say after they were changed.

use chrono::{Datelike, NaiveDateTime};

use crate::catalog::{ProductState, SellerProductRow};
use crate::id::ProductId;
use crate::images::Picture;
use crate::money::{Currency, Money};

/// What a cell of a row shows.
#[derive(Debug, Clone, Default)]
pub struct Cell {
    /// What stands in the field.
    pub value: String,
    /// Empty: all is well.
    pub error: String,
    /// Empty: nothing was just saved.
    pub saved: String,
}

pub struct Row {
    pub id: ProductId,
    pub title: String,
    pub edit_url: String,
    /// The kind of badge, and its words.
    pub badge: (&'static str, &'static str),
    pub archived: bool,
    pub ticked: bool,
    pub picture: Option<Picture>,
    pub price: Money,
    pub several_prices: bool,
    /// In stock.
    pub quantity: i32,
    /// How many kinds there are; one can be changed in the list.
    pub variants: i64,
    pub sku: String,
    pub sold: i64,
    pub changed: String,
    pub price_cell: Cell,
    pub stock_cell: Cell,
}

impl Row {
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
        let format = if row.changed.year() == now.year() {
            "%-d %b"
        } else {
            "%-d %b %Y"
        };
        Self {
            edit_url: format!("/dashboard/products/{}/edit", row.id),
            badge,
            ticked: false,
            archived: row.state == ProductState::Archived,
            price_cell: cell(currency.plain(row.price)),
            stock_cell: cell(row.quantity.to_string()),
            changed: row.changed.format(format).to_string(),
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

    /// Whether price and stock can be changed in the list.
    pub fn simple(&self) -> bool {
        self.variants == 1
    }
}
