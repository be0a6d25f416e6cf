//! The steps of opening a shop, and the draft that they fill.

use crate::db::Conn;
use crate::error::Result;
use crate::shops::{Shop, ShopState};
use crate::web::Seller;

pub const NAME: &str = "/dashboard/shop/new/name";
pub const LOOK: &str = "/dashboard/shop/new/look";
pub const PRODUCT: &str = "/dashboard/shop/new/product";
pub const OPENING: &str = "/dashboard/shop/new/opening";
/// For those who have an open shop already.
pub const SETTINGS: &str = "/dashboard/shop";

/// The seller's shop while it is a draft; whoever has opened theirs has its settings.
pub fn draft(conn: &mut Conn, seller: &Seller) -> Result<Option<Shop>> {
    let shop = Shop::find(conn, seller.shop.id)?;
    Ok(Some(shop).filter(|shop| shop.state == ShopState::Draft))
}
