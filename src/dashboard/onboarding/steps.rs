//! The addresses of the steps, and the shop that they fill.

use crate::error::Result;
use crate::shops::{Shop, ShopState};
use crate::web::SellerRequest;

pub const NAME: &str = "/dashboard/shop/new/name";
pub const THEME: &str = "/dashboard/shop/new/look";
pub const PRODUCT: &str = "/dashboard/shop/new/product";
pub const READY: &str = "/dashboard/shop/new/opening";
/// For a seller whose shop was opened before.
pub const SETTINGS: &str = "/dashboard/shop";

/// The seller's shop while it is a draft. None after it was opened.
pub async fn draft_shop(request: &SellerRequest) -> Result<Option<Shop>> {
    let id = request.who.shop.id;
    let shop = request.read(move |conn| Shop::find(conn, id)).await?;
    Ok(Some(shop).filter(|shop| shop.state == ShopState::Draft))
}
