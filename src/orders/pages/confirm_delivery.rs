//! The buyer confirms that a shop order was delivered.

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde::Deserialize;

use super::access::PurchaseRequest;
use crate::error::{Error, Result};
use crate::id::ShopOrderId;
use crate::orders::{OrderAction, ShopOrder, emails};

#[derive(Debug, Deserialize)]
pub struct ShopOrderPath {
    shop_order: String,
}

/// `POST …/shipments/{shop_order}/delivery`: marks the shop order as delivered.
pub async fn create(request: PurchaseRequest, path: Path<ShopOrderPath>) -> Result<HttpResponse> {
    let id = path.shop_order.parse().map(ShopOrderId).map_err(|_| Error::NotFound)?;
    let (access, now) = (request.who.clone(), request.now());
    let outbox = request.services.outbox.clone();
    let delivered = request
        .write(move |conn| {
            let purchase = access.open(conn)?;
            let shop_order = ShopOrder::find(conn, id)?;
            if shop_order.purchase_id != purchase.id {
                return Err(Error::NotFound);
            }
            let delivered = ShopOrder::deliver(conn, id, OrderAction::by_buyer(access.user, now))?;
            if delivered {
                emails::send_delivered(conn, &outbox, id, now)?;
            }
            Ok(delivered.then_some(shop_order.shop_name))
        })
        .await?;
    let (access, session) = (&request.who, &request.session);
    match delivered {
        Some(shop) => access.redirect_with_flash(session, format!("Marked as delivered. {shop} can see it, too.")),
        None => access.redirect_with_warning(session, "Nothing here was in transit, so nothing changed."),
    }
}
