//! A payment: one attempt to pay for a checkout, written down before the provider is asked.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::charge::{PaymentRequest, PaymentResult};
use crate::catalog::{Reason, StockChange, StockMovement};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{OrderLineId, PaymentId, PurchaseId, UserId, VariantId};
use crate::money::Money;
use crate::schema::{orders, payments};
use crate::string_enum::string_enum;

/// So long the stock is kept for a payment that nothing is known of.
const HOLD_TTL: TimeDelta = TimeDelta::minutes(15);
/// How many are looked at in one go.
const BATCH_SIZE: i64 = 200;

string_enum! {
    /// As the original wrote them. What was given back is in `refunded`.
    PaymentStatus { Pending = "PENDING", Succeeded = "SUCCEEDED", Failed = "FAILED" }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = payments)]
pub struct Payment {
    pub id: PaymentId,
    pub owner_id: Option<UserId>,
    pub purchase_id: PurchaseId,
    pub amount: Money,
    pub refunded: Money,
    pub currency: String,
    pub status: PaymentStatus,
    pub provider: String,
    pub payment_intent_id: String,
    pub attempt: i32,
    /// None: it was imported, and no provider of ours knows it.
    pub expires_at: Option<NaiveDateTime>,
    /// Why it failed, for the buyer.
    pub error: String,
    pub created_at: NaiveDateTime,
}

/// An attempt to pay, as it is written before anyone is asked.
#[derive(Debug, Clone)]
pub struct NewPayment<'a> {
    pub purchase: PurchaseId,
    pub owner: Option<UserId>,
    pub amount: Money,
    pub currency: &'a str,
    pub provider: &'static str,
    pub attempt: i32,
}

impl NewPayment<'_> {
    pub fn write(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<Payment> {
        let payment = Payment {
            id: PaymentId::new(),
            owner_id: self.owner,
            purchase_id: self.purchase,
            amount: self.amount,
            refunded: Money(0),
            currency: self.currency.to_owned(),
            status: PaymentStatus::Pending,
            provider: self.provider.to_owned(),
            payment_intent_id: format!("pi_{}", crate::accounts::random()?),
            attempt: self.attempt,
            expires_at: Some(now + HOLD_TTL),
            error: String::new(),
            created_at: now,
        };
        diesel::insert_into(payments::table)
            .values((
                payments::id.eq(payment.id),
                payments::owner_id.eq(payment.owner_id),
                payments::purchase_id.eq(payment.purchase_id),
                payments::amount.eq(payment.amount),
                payments::refunded.eq(payment.refunded),
                payments::currency.eq(&payment.currency),
                payments::status.eq(payment.status),
                payments::provider.eq(&payment.provider),
                payments::payment_intent_id.eq(&payment.payment_intent_id),
                payments::attempt.eq(payment.attempt),
                payments::expires_at.eq(payment.expires_at),
                payments::error.eq(&payment.error),
                payments::created_at.eq(now),
                payments::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(payment)
    }
}

impl Payment {
    pub fn find(conn: &mut Conn, id: PaymentId) -> Result<Self> {
        Ok(payments::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// The last attempt to pay for a checkout.
    pub fn last_of(conn: &mut Conn, checkout: PurchaseId) -> Result<Option<Self>> {
        Ok(payments::table
            .filter(payments::purchase_id.eq(checkout))
            .order(payments::attempt.desc())
            .select(Self::as_select())
            .first(conn)
            .optional()?)
    }

    /// Those that still wait for an answer and began before.
    pub fn open_before(conn: &mut Conn, before: NaiveDateTime) -> Result<Vec<Self>> {
        Ok(payments::table
            .filter(payments::status.eq(PaymentStatus::Pending))
            .filter(payments::expires_at.is_not_null())
            .filter(payments::created_at.lt(before))
            .order(payments::id)
            .limit(BATCH_SIZE)
            .select(Self::as_select())
            .load(conn)?)
    }

    pub fn intent(&self) -> PaymentRequest {
        PaymentRequest {
            id: self.payment_intent_id.clone(),
            amount: self.amount,
            currency: self.currency.clone(),
        }
    }

    /// Nothing is known of it, and the stock was kept for long enough.
    pub fn is_expired(&self, now: NaiveDateTime) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Takes what the checkout's orders need off the shelf; gives back the variants of which there is not enough. Then the
    /// caller must undo the transaction.
    pub fn take_stock(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<Vec<VariantId>> {
        let changes = changes(conn, self.id, -1)?;
        StockMovement::make(conn, &changes, Reason::Sale, self.owner_id, now)
    }

    /// Writes down what became of it, once: tells whether this was the time. What failed gives its stock back.
    pub fn settle(&self, conn: &mut Conn, charge: &PaymentResult, now: NaiveDateTime) -> Result<bool> {
        let (status, error) = match charge {
            PaymentResult::Succeeded => (PaymentStatus::Succeeded, ""),
            PaymentResult::Failed(why) => (PaymentStatus::Failed, why.as_str()),
        };
        let open = payments::table
            .find(self.id)
            .filter(payments::status.eq(PaymentStatus::Pending));
        let settled = diesel::update(open)
            .set((
                payments::status.eq(status),
                payments::error.eq(error),
                payments::updated_at.eq(now),
            ))
            .execute(conn)?;
        if settled == 1 && status == PaymentStatus::Failed {
            let changes = changes(conn, self.id, 1)?;
            // A variant that is gone takes nothing back.
            StockMovement::make(conn, &changes, Reason::Cancel, None, now)?;
        }
        Ok(settled == 1)
    }
}

/// What a payment's orders do to the shelf: `sign` is -1 when they take, 1 when they give back.
fn changes(conn: &mut Conn, payment: PaymentId, sign: i32) -> Result<Vec<StockChange>> {
    let sold: Vec<(OrderLineId, Option<VariantId>, i32)> = orders::table
        .filter(orders::payment_id.eq(payment))
        .order(orders::id)
        .select((orders::id, orders::variant_id, orders::quantity))
        .load(conn)?;
    Ok(sold
        .into_iter()
        .filter_map(|(order, variant, quantity)| {
            Some(StockChange {
                variant: variant?,
                by: sign * quantity,
                order: Some(order),
            })
        })
        .collect())
}
