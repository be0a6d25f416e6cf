//! The buyer says that a parcel is there.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Deserialize;

use super::access::Key;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::ShopOrderId;
use crate::mail::Outbox;
use crate::orders::{Actor, ShopOrder, emails};
use crate::web::{Flash, Page, redirect};

#[derive(Debug, Deserialize)]
pub struct ShipmentPath {
    shop_order: String,
}

/// `POST …/shop orders/{shop order}/delivery`
pub async fn deliver(
    db: Data<Db>,
    outbox: Data<Outbox>,
    session: Session,
    page: Page,
    key: Key,
    path: Path<ShipmentPath>,
) -> Result<HttpResponse> {
    let id = path.shop_order.parse().map(ShopOrderId).map_err(|_| Error::NotFound)?;
    let (asked, now) = (key.clone(), page.now);
    let there = db
        .write(move |conn| {
            let purchase = asked.open(conn)?;
            let shop_order = ShopOrder::find(conn, id)?;
            if shop_order.purchase_id != purchase.id {
                return Err(Error::NotFound);
            }
            let moved = ShopOrder::deliver(conn, id, Actor::Buyer, asked.user, now)?;
            if moved {
                emails::delivered(conn, &outbox, id, now)?;
            }
            Ok(moved.then_some(shop_order.shop_name))
        })
        .await?;
    match there {
        Some(shop) => Flash::ok(&session, format!("Good to hear that it is there. {shop} sees it, too."))?,
        None => Flash::warn(&session, "Nothing of this is on its way, so nothing changed.")?,
    }
    Ok(key.seal(redirect(&key.base())))
}
