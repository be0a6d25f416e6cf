//! Stock movements: every change of the stock of a variant, with its reason and its author.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::catalog::variants::variant::Variant;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{MovementId, OrderLineId, ProductId, UserId, VariantId};
use crate::schema::{product_variants, products, stock_movements};
use crate::string_enum::string_enum;

string_enum! {
    /// Why the stock changed: initial stock, edit by the seller, sale, canceled order, import.
    Reason { Opening = "opening", Edit = "edit", Sale = "sale", Cancel = "cancel", Import = "import" }
}

impl Reason {
    /// For sellers.
    pub fn label(self) -> &'static str {
        match self {
            Self::Opening => "Initial stock",
            Self::Edit => "Manual change",
            Self::Sale => "Sold",
            Self::Cancel => "Order canceled",
            Self::Import => "Import",
        }
    }
}

/// One change of one variant's stock.
#[derive(Debug, Clone, Copy)]
pub struct StockChange {
    pub variant: VariantId,
    /// Items added. Negative: items removed.
    pub by: i32,
    pub order: Option<OrderLineId>,
}

/// A row of `stock_movements`: a change that happened.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = stock_movements, treat_none_as_default_value = false)]
pub struct StockMovement {
    pub id: MovementId,
    pub variant_id: VariantId,
    pub user_id: Option<UserId>,
    pub order_line_id: Option<OrderLineId>,
    pub reason: Reason,
    pub change: i32,
    /// The stock after the change.
    pub quantity: i32,
    pub created_at: NaiveDateTime,
}

impl StockMovement {
    /// Changes the stock of variants and the totals of their products. Returns the variants that do not have enough stock
    /// or no longer exist. Then some changes were not made, and the caller must roll back the transaction.
    ///
    /// Rows are changed in a fixed order, variants before products, so that two transactions cannot deadlock.
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
            let movement = Self {
                id: MovementId::new(),
                variant_id: change.variant,
                user_id: user,
                order_line_id: change.order,
                reason,
                change: change.by,
                quantity,
                created_at: now,
            };
            movement.insert(conn)?;
        }
        totals.sort_by_key(|(product, _)| *product);
        for (product, by) in totals {
            diesel::update(products::table.find(product))
                .set(products::quantity.eq(products::quantity + by))
                .execute(conn)?;
        }
        Ok(short)
    }

    /// Records the opening stock of a variant that was just inserted. The caller updates the product's total.
    pub fn open(conn: &mut Conn, variant: &Variant, reason: Reason, user: Option<UserId>) -> Result<()> {
        let movement = Self {
            id: MovementId::new(),
            variant_id: variant.id,
            user_id: user,
            order_line_id: None,
            reason,
            change: variant.quantity,
            quantity: variant.quantity,
            created_at: variant.created_at,
        };
        movement.insert(conn)
    }

    fn insert(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(stock_movements::table).values(self).execute(conn)?;
        Ok(())
    }
}
