//! A seller's product list, and the changes that are made in it.

pub mod bulk;
pub mod edit_cell;
pub mod list;
pub mod order;
pub mod repricing;

use chrono::NaiveDateTime;

use crate::id::{ShopId, UserId};

/// A seller who works in their shop: who changes its products, and when.
#[derive(Debug, Clone, Copy)]
pub struct SellerContext {
    pub shop: ShopId,
    pub user: UserId,
    pub now: NaiveDateTime,
}
