//! Cancelling: it asks first, and says what comes back.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

use super::access::Key;
use super::view::Whole;
use crate::checkout::PaymentProcessor;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::id::OrderLineId;
use crate::mail::Outbox;
use crate::money::Money;
use crate::orders::{OrderLine, emails};
use crate::payments;
use crate::web::{Flash, Page, html, redirect};

#[derive(Template)]
#[template(path = "orders/cancel.html")]
struct CancelPage {
    page: Page,
    base: String,
    number: String,
    shop: String,
    order: OrderLine,
    back: Money,
    /// What of it is the delivery.
    delivery: Money,
}

#[derive(Debug, Deserialize)]
pub struct LinePath {
    order: String,
}

impl LinePath {
    fn order(&self) -> Result<OrderLineId> {
        self.order.parse().map(OrderLineId).map_err(|_| Error::NotFound)
    }
}

/// `GET …/lines/{order}/cancellation`: what it means.
pub async fn ask(db: Data<Db>, session: Session, page: Page, key: Key, path: Path<LinePath>) -> Result<HttpResponse> {
    let (id, asked) = (path.order()?, key.clone());
    let whole = db
        .read(move |conn| {
            let purchase = asked.open(conn)?;
            Whole::read(conn, purchase)
        })
        .await?;
    let (parcel, line) = whole.line(id).ok_or(Error::NotFound)?;
    let Some(back) = line.back else {
        Flash::warn(&session, "This cannot be cancelled here any more.")?;
        return Ok(key.seal(redirect(&key.base())));
    };
    let view = CancelPage {
        page,
        base: key.base(),
        number: whole.purchase.number.clone(),
        shop: parcel.shop_order.shop_name.clone(),
        delivery: Money(back.0 - line.order.subtotal.0),
        order: line.order.clone(),
        back,
    };
    html(StatusCode::OK, view.render()).map(|answer| key.seal(answer))
}

/// `POST …/lines/{order}/cancellation`: once; the money goes back after it is written down.
pub async fn create(
    db: Data<Db>,
    processor: Data<PaymentProcessor>,
    outbox: Data<Outbox>,
    session: Session,
    page: Page,
    key: Key,
    path: Path<LinePath>,
) -> Result<HttpResponse> {
    let (id, asked, now) = (path.order()?, key.clone(), page.now);
    let cancelled = db
        .write(move |conn| {
            let purchase = asked.open(conn)?;
            let refund = payments::cancel(conn, purchase.id, id, asked.user, now)?;
            let order = OrderLine::find(conn, purchase.id, id)?;
            emails::cancelled(conn, &outbox, &order, refund.amount, now)?;
            Ok((refund, order.title))
        })
        .await;
    match cancelled {
        Ok((refund, title)) => {
            let amount = page.money(refund.amount);
            // What fails here stays written down, and is tried again by itself.
            if let Err(error) = processor.refund(refund, now).await {
                tracing::error!(%error, "a refund waits for the next sweep");
            }
            let said = format!("Cancelled: {title}. {amount} goes back to your card.");
            Flash::ok(&session, said)?;
        }
        Err(Error::Refused(why)) => Flash::warn(&session, why)?,
        Err(error) => return Err(error),
    }
    Ok(key.seal(redirect(&key.base())))
}
