//! The shop that its seller changes.

use crate::db::Db;
use crate::error::Result;
use crate::shops::Shop;
use crate::web::Seller;

/// The seller's own shop.
pub async fn own(db: &Db, seller: &Seller) -> Result<Shop> {
    let id = seller.shop.id;
    db.read(move |conn| Shop::find(conn, id)).await
}
