//! The till: pays and gives back through the provider, outside of every transaction, and finishes what was cut off.

use chrono::{NaiveDateTime, TimeDelta};

use super::settle;
use crate::db::Db;
use crate::error::Result;
use crate::id::PaymentId;
use crate::mail::Outbox;
use crate::orders::{Actor, ShopOrder, emails};
use crate::payments::{Card, Payment, PaymentProvider, PaymentResult, ProviderReply, Refund};

/// A payment younger than this may still be on its way in some process.
const IN_FLIGHT_TIMEOUT: TimeDelta = TimeDelta::minutes(1);

#[derive(Clone)]
pub struct PaymentProcessor {
    pub db: Db,
    pub provider: PaymentProvider,
    pub outbox: Outbox,
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepReport {
    pub paid: usize,
    pub failed: usize,
    pub refunded: usize,
    pub delivered: usize,
}

impl PaymentProcessor {
    /// Charges for a payment that is written already, and writes what came of it. Without an answer it stays open, until a
    /// sweep asks what became of it.
    pub async fn pay(&self, payment: Payment, card: Card, now: NaiveDateTime) -> Result<()> {
        let outcome = self.provider.charge(payment.intent(), card).await;
        if let ProviderReply::Settled(charge) = outcome {
            let outbox = self.outbox.clone();
            self.db
                .write(move |conn| settle(conn, Some(&outbox), &payment, &charge, now).map(drop))
                .await?;
        }
        Ok(())
    }

    /// Gives back what was written down to be given back; what fails is tried again by the next sweep.
    pub async fn refund(&self, refund: Refund, now: NaiveDateTime) -> Result<bool> {
        let id: PaymentId = refund.payment_id;
        let payment = self.db.read(move |conn| Payment::find(conn, id)).await?;
        self.give_back(refund, payment.payment_intent_id, now).await
    }

    async fn give_back(&self, refund: Refund, intent: String, now: NaiveDateTime) -> Result<bool> {
        let called = self.provider.refund(intent, refund.reference, refund.amount).await;
        if let Err(error) = called {
            tracing::error!(refund = refund.id.0, %error, "the payment provider did not give money back");
            return Ok(false);
        }
        let id = refund.id;
        self.db.write_uncached(move |conn| Refund::settle(conn, id, now)).await
    }

    /// All that the timers do: settles payments that nobody heard of, gives back what is owed, and counts as delivered
    /// what was sent long ago. Several processes may do it at once.
    pub async fn sweep(&self, now: NaiveDateTime) -> Result<SweepReport> {
        let mut swept = SweepReport::default();
        let open = self
            .db
            .read(move |conn| Payment::open_before(conn, now - IN_FLIGHT_TIMEOUT))
            .await?;
        for payment in open {
            let Some(charge) = self.became_of(&payment, now).await else {
                continue;
            };
            let paid = charge == PaymentResult::Succeeded;
            let outbox = self.outbox.clone();
            let settled = self
                .db
                .write(move |conn| settle(conn, Some(&outbox), &payment, &charge, now))
                .await?;
            swept.paid += usize::from(settled && paid);
            swept.failed += usize::from(settled && !paid);
        }
        for (refund, intent) in self.db.read(Refund::open).await? {
            swept.refunded += usize::from(self.give_back(refund, intent, now).await?);
        }
        for shop_order in self.db.read(move |conn| ShopOrder::due(conn, now)).await? {
            let outbox = self.outbox.clone();
            let delivered = self.db.write(move |conn| {
                let moved = ShopOrder::deliver(conn, shop_order, Actor::Market, None, now)?;
                if moved {
                    emails::delivered(conn, &outbox, shop_order, now)?;
                }
                Ok(moved)
            });
            swept.delivered += usize::from(delivered.await?);
        }
        Ok(swept)
    }

    /// Asks the provider; what it never heard of is called off when its time is over, so that nothing can come of it.
    async fn became_of(&self, payment: &Payment, now: NaiveDateTime) -> Option<PaymentResult> {
        let answer = match self.provider.find(payment.payment_intent_id.clone()).await {
            Ok(None) if payment.is_expired(now) => self.provider.cancel(payment.intent()).await.map(Some),
            other => other,
        };
        answer
            .inspect_err(|error| {
                tracing::error!(payment = payment.id.0, %error, "the payment provider could not be asked");
            })
            .ok()
            .flatten()
    }
}
