//! The buyer says that a parcel is there.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Deserialize;

use super::access::Key;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::ShipmentId;
use crate::mail::Outbox;
use crate::orders::{Actor, Shipment, emails};
use crate::web::{Flash, Page, redirect};

#[derive(Debug, Deserialize)]
pub struct ShipmentPath {
    shipment: String,
}

/// `POST …/shipments/{shipment}/delivery`
pub async fn deliver(
    db: Data<Db>,
    outbox: Data<Outbox>,
    session: Session,
    page: Page,
    key: Key,
    path: Path<ShipmentPath>,
) -> Result<HttpResponse> {
    let id = path.shipment.parse().map(ShipmentId).map_err(|_| Error::NotFound)?;
    let (asked, now) = (key.clone(), page.now);
    let there = db
        .write(move |conn| {
            let receipt = asked.open(conn)?;
            let shipment = Shipment::find(conn, id)?;
            if shipment.checkout_id != receipt.id {
                return Err(Error::NotFound);
            }
            let moved = Shipment::deliver(conn, id, Actor::Buyer, asked.user, now)?;
            if moved {
                emails::delivered(conn, &outbox, id, now)?;
            }
            Ok(moved.then_some(shipment.shop_name))
        })
        .await?;
    match there {
        Some(shop) => Flash::ok(&session, format!("Good to hear that it is there. {shop} sees it, too."))?,
        None => Flash::warn(&session, "Nothing of this is on its way, so nothing changed.")?,
    }
    Ok(key.seal(redirect(&key.base())))
}
