//! The stock history of a product, as its seller reads it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::movement::Reason;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{MovementId, ProductId, VariantId};
use crate::schema::{product_variants, stock_movements, users};

/// A change of a variant's stock, with the name of its author.
#[derive(Debug, Clone, Queryable)]
pub struct StockHistoryEntry {
    pub id: MovementId,
    pub variant: VariantId,
    pub reason: Reason,
    pub change: i32,
    /// The stock after the change.
    pub quantity: i32,
    pub created_at: NaiveDateTime,
    first_name: Option<String>,
    username: Option<String>,
}

impl StockHistoryEntry {
    /// The movements of all variants of a product, latest first, that come before one.
    pub fn of_product(
        conn: &mut Conn,
        product: ProductId,
        before: Option<MovementId>,
        limit: i64,
    ) -> Result<Vec<Self>> {
        let mut query = stock_movements::table
            .inner_join(product_variants::table)
            .left_join(users::table)
            .filter(product_variants::product_id.eq(product))
            .order(stock_movements::id.desc())
            .limit(limit)
            .select((
                stock_movements::id,
                stock_movements::variant_id,
                stock_movements::reason,
                stock_movements::change,
                stock_movements::quantity,
                stock_movements::created_at,
                users::first_name.nullable(),
                users::username.nullable(),
            ))
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(stock_movements::id.lt(before));
        }
        Ok(query.load(conn)?)
    }

    /// The author of the change. Buyers are not named.
    pub fn author(&self) -> String {
        let name = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        match self.reason {
            Reason::Sale | Reason::Cancel => "A buyer".to_owned(),
            _ => name(&self.first_name)
                .or_else(|| name(&self.username))
                .unwrap_or_else(|| "PocketShop".to_owned()),
        }
    }
}
