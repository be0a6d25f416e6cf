//! The seller of a request, as the catalog needs it.

use crate::catalog::SellerContext;
use crate::web::{Request, Seller};

impl Request<Seller> {
    pub fn context(&self) -> SellerContext {
        SellerContext {
            shop: self.who.shop.id,
            user: self.who.visitor.user,
            now: self.now(),
        }
    }
}
