//! The payment processor: charges and refunds payments, and settles those that were interrupted. It calls the provider
//! outside transactions.

use chrono::{NaiveDateTime, TimeDelta};

use super::settle;
use crate::db::Db;
use crate::error::Result;
use crate::id::PaymentId;
use crate::mail::Outbox;
use crate::orders::{OrderAction, ShopOrder, emails};
use crate::payments::{Card, Payment, PaymentProvider, PaymentResult, ProviderReply, Refund};

/// A younger payment may still be waiting for the provider's reply, in this process or another.
const IN_FLIGHT_TIMEOUT: TimeDelta = TimeDelta::minutes(1);

#[derive(Clone)]
pub struct PaymentProcessor {
    pub db: Db,
    pub provider: PaymentProvider,
    pub outbox: Outbox,
}

/// The number of payments, refunds and shop orders that `settle_open` changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SettleReport {
    pub paid: usize,
    pub failed: usize,
    pub refunded: usize,
    pub delivered: usize,
}

impl PaymentProcessor {
    /// Charges the card for a recorded payment, and records the result. Without a reply the payment stays pending, and
    /// `settle_open` gets its status later.
    pub async fn pay(&self, payment: Payment, card: Card, now: NaiveDateTime) -> Result<()> {
        let reply = self.provider.charge(payment.request(), card).await;
        if let ProviderReply::Settled(result) = reply {
            self.record(payment, result, now).await?;
        }
        Ok(())
    }

    /// Sends a recorded refund to the provider. Returns whether this call settled it. If the provider fails, the refund
    /// stays pending, and `settle_open` retries it.
    pub async fn refund(&self, refund: Refund, now: NaiveDateTime) -> Result<bool> {
        let id: PaymentId = refund.payment_id;
        let payment = self.db.read(move |conn| Payment::find(conn, id)).await?;
        self.send_refund(refund, payment.payment_intent_id, now).await
    }

    async fn send_refund(&self, refund: Refund, payment_id: String, now: NaiveDateTime) -> Result<bool> {
        let sent = self.provider.refund(payment_id, refund.reference, refund.amount).await;
        if let Err(error) = sent {
            tracing::error!(refund = refund.id.0, %error, "a refund failed; the sweep will retry it");
            return Ok(false);
        }
        let id = refund.id;
        self.db.write_uncached(move |conn| Refund::settle(conn, id, now)).await
    }

    async fn record(&self, payment: Payment, result: PaymentResult, now: NaiveDateTime) -> Result<bool> {
        let outbox = self.outbox.clone();
        self.db
            .write(move |conn| settle(conn, Some(&outbox), &payment, &result, now))
            .await
    }

    /// Settles payments without a reply, sends pending refunds, and marks shop orders that were shipped long ago as
    /// delivered. Several processes may run this at the same time.
    pub async fn settle_open(&self, now: NaiveDateTime) -> Result<SettleReport> {
        let mut report = SettleReport::default();
        self.settle_payments(&mut report, now).await?;
        for (refund, payment_id) in self.db.read(Refund::list_pending).await? {
            report.refunded += usize::from(self.send_refund(refund, payment_id, now).await?);
        }
        for shop_order in self.db.read(move |conn| ShopOrder::delivery_overdue(conn, now)).await? {
            let outbox = self.outbox.clone();
            let delivered = self.db.write(move |conn| {
                let delivered = ShopOrder::deliver(conn, shop_order, OrderAction::by_market(now))?;
                if delivered {
                    emails::send_delivered(conn, &outbox, shop_order, now)?;
                }
                Ok(delivered)
            });
            report.delivered += usize::from(delivered.await?);
        }
        Ok(report)
    }

    async fn settle_payments(&self, report: &mut SettleReport, now: NaiveDateTime) -> Result<()> {
        let pending = self
            .db
            .read(move |conn| Payment::list_pending(conn, now - IN_FLIGHT_TIMEOUT))
            .await?;
        for payment in pending {
            let Some(result) = self.final_result(&payment, now).await else {
                continue;
            };
            let succeeded = result == PaymentResult::Succeeded;
            let settled = self.record(payment, result, now).await?;
            report.paid += usize::from(settled && succeeded);
            report.failed += usize::from(settled && !succeeded);
        }
        Ok(())
    }

    /// Gets the result from the provider. None if there is no final result yet. A payment that the provider does not
    /// know is canceled once its stock hold has ended, so that it cannot succeed later.
    async fn final_result(&self, payment: &Payment, now: NaiveDateTime) -> Option<PaymentResult> {
        let result = match self.provider.status(payment.payment_intent_id.clone()).await {
            Ok(None) if payment.is_expired(now) => self.provider.cancel(payment.request()).await.map(Some),
            other => other,
        };
        result
            .inspect_err(|error| {
                tracing::error!(payment = payment.id.0, %error, "the status of a payment could not be read");
            })
            .ok()
            .flatten()
    }
}
