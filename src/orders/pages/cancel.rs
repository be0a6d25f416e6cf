//! Canceling an order line: a page that asks for confirmation, and the cancellation itself.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

use super::access::PurchaseRequest;
use super::details::PurchaseDetails;
use crate::error::{Error, Result};
use crate::id::OrderLineId;
use crate::money::Money;
use crate::orders::{OrderLine, emails};
use crate::payments::cancel_line;
use crate::web::{Flash, Page, show, view};

#[derive(Template)]
#[template(path = "orders/cancel.html")]
struct CancelPage {
    page: Page,
    base: String,
    number: String,
    shop: String,
    order_line: OrderLine,
    /// The amount that is refunded.
    refund: Money,
    /// The part of the refund that is delivery.
    delivery: Money,
}

view!(CancelPage);

#[derive(Debug, Deserialize)]
pub struct LinePath {
    order: String,
}

impl LinePath {
    fn id(&self) -> Result<OrderLineId> {
        self.order.parse().map(OrderLineId).map_err(|_| Error::NotFound)
    }
}

/// `GET …/lines/{order}/cancellation`: asks for confirmation and shows the refund.
pub async fn new(request: PurchaseRequest, path: Path<LinePath>) -> Result<HttpResponse> {
    let (id, access) = (path.id()?, request.who.clone());
    let opened = access.clone();
    let details = request
        .read(move |conn| {
            let purchase = opened.open(conn)?;
            PurchaseDetails::load(conn, purchase)
        })
        .await?;
    let (entry, line) = details.line(id).ok_or(Error::NotFound)?;
    let Some(refund) = line.refundable else {
        return access.redirect_with_warning(&request.session, "This can no longer be canceled here.");
    };
    let response = show(&CancelPage {
        page: request.page,
        base: access.base(),
        number: details.purchase.number.clone(),
        shop: entry.shop_order.shop_name.clone(),
        delivery: Money(refund.0 - line.order_line.subtotal.0),
        order_line: line.order_line.clone(),
        refund,
    })?;
    Ok(access.protect(response))
}

/// `POST …/lines/{order}/cancellation`: cancels the line, and sends the refund after the transaction.
pub async fn create(request: PurchaseRequest, path: Path<LinePath>) -> Result<HttpResponse> {
    let (id, access, now) = (path.id()?, request.who.clone(), request.now());
    let outbox = request.services.outbox.clone();
    let canceled = request
        .write(move |conn| {
            let purchase = access.open(conn)?;
            let refund = cancel_line(conn, purchase.id, id, access.user, now)?;
            let line = OrderLine::find(conn, purchase.id, id)?;
            emails::send_canceled(conn, &outbox, &line, refund.amount, now)?;
            Ok((refund, line.title))
        })
        .await;
    let canceled = match canceled {
        Ok((refund, title)) => {
            let amount = request.page.money(refund.amount);
            // A refund that fails here stays pending, and `settle_open` retries it.
            if let Err(error) = request.services.processor.refund(refund, now).await {
                tracing::error!(%error, "the refund could not be completed and will be retried");
            }
            Ok(format!("Canceled: {title}. We are refunding {amount} to your card."))
        }
        Err(error) => Err(error),
    };
    Flash::result(&request.session, canceled)?;
    Ok(request.who.redirect(&request.who.base()))
}
