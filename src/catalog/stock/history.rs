//! What happened to a product's stock, as its shop reads it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::movement::Reason;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{MovementId, ProductId, VariantId};
use crate::schema::{product_variants, stock_movements, users};

/// A change of one variant's stock, with whoever made it.
#[derive(Debug, Clone, Queryable)]
pub struct StockHistoryEntry {
    pub id: MovementId,
    pub variant: VariantId,
    pub reason: Reason,
    pub change: i32,
    /// How many there were afterwards.
    pub quantity: i32,
    pub created_at: NaiveDateTime,
    first_name: Option<String>,
    username: Option<String>,
}

impl StockHistoryEntry {
    /// The latest first, all variants together, before this one.
    pub fn of_product(conn: &mut Conn, product: ProductId, before: Option<MovementId>, most: i64) -> Result<Vec<Self>> {
        let mut query = stock_movements::table
            .inner_join(product_variants::table)
            .left_join(users::table)
            .filter(product_variants::product_id.eq(product))
            .order(stock_movements::id.desc())
            .limit(most)
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

    /// Who made it: a name; nobody for what the market did by itself. Buyers are not named.
    pub fn who(&self) -> String {
        let name = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        match self.reason {
            Reason::Sale | Reason::Cancel => "A buyer".to_owned(),
            _ => name(&self.first_name)
                .or_else(|| name(&self.username))
                .unwrap_or_else(|| "PocketShop".to_owned()),
        }
    }
}
