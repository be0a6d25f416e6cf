//! Who changes the products of a shop, and when.

use chrono::NaiveDateTime;

use crate::id::{ShopId, UserId};

/// A seller who works in their shop.
#[derive(Debug, Clone, Copy)]
pub struct SellerContext {
    pub shop: ShopId,
    pub user: UserId,
    pub now: NaiveDateTime,
}
