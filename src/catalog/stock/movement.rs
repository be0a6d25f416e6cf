//! Stock movements: every change of how many there are of a variant, by whom and why; and the only way to make one.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::id::{MovementId, OrderLineId, ProductId, UserId, VariantId};
use crate::schema::{product_variants, products, stock_movements};
use crate::string_enum::string_enum;

string_enum! {
    /// Why the stock changed: it was counted first, set by the shop, sold, given back, brought in from elsewhere.
    Reason { Opening = "opening", Edit = "edit", Sale = "sale", Cancel = "cancel", Import = "import" }
}

impl Reason {
    /// For the shop.
    pub fn label(self) -> &'static str {
        match self {
            Self::Opening => "First count",
            Self::Edit => "Changed by hand",
            Self::Sale => "Sold",
            Self::Cancel => "Given back",
            Self::Import => "Import",
        }
    }
}

/// One change of one variant's stock.
#[derive(Debug, Clone, Copy)]
pub struct StockChange {
    pub variant: VariantId,
    /// Pieces; below zero when they leave.
    pub by: i32,
    pub order: Option<OrderLineId>,
}

/// A change that happened.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = stock_movements)]
pub struct StockMovement {
    pub reason: Reason,
    pub user_id: Option<UserId>,
    pub order_line_id: Option<OrderLineId>,
    pub change: i32,
    /// How many there were afterwards.
    pub quantity: i32,
    pub created_at: NaiveDateTime,
}

impl StockMovement {
    /// Makes the changes and keeps their products' totals true. Gives back the variants that have too few left or are
    /// gone: then not all was done, and the caller must undo the transaction.
    ///
    /// Rows are changed in one fixed order, variants first, so that two of these never wait for each other in a circle.
    pub fn make(
        conn: &mut Conn,
        changes: &[StockChange],
        reason: Reason,
        user: Option<UserId>,
        now: NaiveDateTime,
    ) -> Result<Vec<VariantId>> {
        let mut ordered: Vec<StockChange> = changes.iter().copied().filter(|change| change.by != 0).collect();
        ordered.sort_by_key(|change| change.variant);
        let mut short = Vec::new();
        let mut totals: Vec<(ProductId, i32)> = Vec::new();
        for change in ordered {
            let enough = product_variants::table
                .find(change.variant)
                .filter((product_variants::quantity + change.by).ge(0));
            let done = diesel::update(enough)
                .set((
                    product_variants::quantity.eq(product_variants::quantity + change.by),
                    product_variants::updated_at.eq(now),
                ))
                .execute(conn)?;
            if done == 0 {
                short.push(change.variant);
                continue;
            }
            let (product, quantity): (ProductId, i32) = product_variants::table
                .find(change.variant)
                .select((product_variants::product_id, product_variants::quantity))
                .first(conn)?;
            totals.push((product, change.by));
            Self::record(conn, change, quantity, reason, user, now)?;
        }
        totals.sort_by_key(|(product, _)| *product);
        for (product, by) in totals {
            diesel::update(products::table.find(product))
                .set(products::quantity.eq(products::quantity + by))
                .execute(conn)?;
        }
        Ok(short)
    }

    /// The first movement of a variant whose row was just inserted with so many; its product's total is the caller's.
    pub fn open(
        conn: &mut Conn,
        variant: VariantId,
        quantity: i32,
        reason: Reason,
        user: Option<UserId>,
        now: NaiveDateTime,
    ) -> Result<()> {
        let change = StockChange {
            variant,
            by: quantity,
            order: None,
        };
        Self::record(conn, change, quantity, reason, user, now)
    }

    fn record(
        conn: &mut Conn,
        change: StockChange,
        quantity: i32,
        reason: Reason,
        user: Option<UserId>,
        now: NaiveDateTime,
    ) -> Result<()> {
        diesel::insert_into(stock_movements::table)
            .values((
                stock_movements::id.eq(MovementId::new()),
                stock_movements::variant_id.eq(change.variant),
                stock_movements::user_id.eq(user),
                stock_movements::order_line_id.eq(change.order),
                stock_movements::reason.eq(reason),
                stock_movements::change.eq(change.by),
                stock_movements::quantity.eq(quantity),
                stock_movements::created_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// What happened to a variant's stock, the latest first.
    pub fn of_variant(conn: &mut Conn, variant: VariantId, most: i64) -> Result<Vec<Self>> {
        Ok(stock_movements::table
            .filter(stock_movements::variant_id.eq(variant))
            .order(stock_movements::id.desc())
            .limit(most)
            .select(Self::as_select())
            .load(conn)?)
    }
}
