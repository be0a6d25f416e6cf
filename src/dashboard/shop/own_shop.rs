//! The shop that its seller changes.

use crate::error::Result;
use crate::shops::Shop;
use crate::web::SellerRequest;

pub async fn own_shop(request: &SellerRequest) -> Result<Shop> {
    let id = request.who.shop.id;
    request.read(move |conn| Shop::find(conn, id)).await
}
