//! A payment: one attempt to pay for a purchase. It is recorded before the provider is called.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::request::{PaymentRequest, PaymentResult};
use crate::accounts::random;
use crate::catalog::{Reason, StockChange, StockMovement};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{OrderLineId, PaymentId, PurchaseId, UserId, VariantId};
use crate::money::Money;
use crate::schema::{orders, payments};
use crate::string_enum::string_enum;

/// How long stock is held for a payment whose result is unknown.
const HOLD_TTL: TimeDelta = TimeDelta::minutes(15);
/// How many pending payments are read at once.
const BATCH_SIZE: i64 = 200;

string_enum! {
    /// The values are those of the original schema. Refunds do not change the status; see `Payment::refunded`.
    PaymentStatus { Pending = "PENDING", Succeeded = "SUCCEEDED", Failed = "FAILED" }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = payments)]
pub struct Payment {
    pub id: PaymentId,
    /// The buyer's account; None for a guest.
    pub owner_id: Option<UserId>,
    pub purchase_id: PurchaseId,
    pub amount: Money,
    /// The sum of all refunds.
    pub refunded: Money,
    pub currency: String,
    pub status: PaymentStatus,
    /// The name of the provider.
    pub provider: String,
    /// The provider's id of the payment.
    pub payment_intent_id: String,
    /// Counts the attempts to pay for the same purchase, from 1.
    pub attempt: i32,
    /// When the stock hold ends. None for an imported payment, which our providers do not know.
    pub expires_at: Option<NaiveDateTime>,
    /// The message for the buyer if the payment failed; otherwise empty.
    pub error: String,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// The fields of a new payment that its caller decides.
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
    /// Inserts the payment as pending.
    pub fn insert(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<Payment> {
        let payment = Payment {
            id: PaymentId::new(),
            owner_id: self.owner,
            purchase_id: self.purchase,
            amount: self.amount,
            refunded: Money(0),
            currency: self.currency.to_owned(),
            status: PaymentStatus::Pending,
            provider: self.provider.to_owned(),
            payment_intent_id: format!("pi_{}", random()?),
            attempt: self.attempt,
            expires_at: Some(now + HOLD_TTL),
            error: String::new(),
            created_at: now,
            updated_at: now,
        };
        diesel::insert_into(payments::table).values(&payment).execute(conn)?;
        Ok(payment)
    }
}

impl Payment {
    pub fn find(conn: &mut Conn, id: PaymentId) -> Result<Self> {
        Ok(payments::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// The latest attempt to pay for a purchase.
    pub fn latest_of_purchase(conn: &mut Conn, purchase: PurchaseId) -> Result<Option<Self>> {
        Ok(payments::table
            .filter(payments::purchase_id.eq(purchase))
            .order(payments::attempt.desc())
            .select(Self::as_select())
            .first(conn)
            .optional()?)
    }

    /// Pending payments that were created before this time.
    pub fn list_pending(conn: &mut Conn, before: NaiveDateTime) -> Result<Vec<Self>> {
        Ok(payments::table
            .filter(payments::status.eq(PaymentStatus::Pending))
            .filter(payments::expires_at.is_not_null())
            .filter(payments::created_at.lt(before))
            .order(payments::id)
            .limit(BATCH_SIZE)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// The request to the provider.
    pub fn request(&self) -> PaymentRequest {
        PaymentRequest {
            id: self.payment_intent_id.clone(),
            amount: self.amount,
            currency: self.currency.clone(),
        }
    }

    /// Whether the stock hold has ended.
    pub fn is_expired(&self, now: NaiveDateTime) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Takes the stock of the purchase's lines. Returns the variants that do not have enough; if there are any, the
    /// caller must roll the transaction back.
    pub fn hold_stock(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<Vec<VariantId>> {
        let changes = stock_changes(conn, self.id, -1)?;
        StockMovement::make(conn, &changes, Reason::Sale, self.owner_id, now)
    }

    /// Records the result exactly once. Returns false if a result was recorded before. A failure returns the stock.
    pub fn settle(&self, conn: &mut Conn, result: &PaymentResult, now: NaiveDateTime) -> Result<bool> {
        let (status, error) = match result {
            PaymentResult::Succeeded => (PaymentStatus::Succeeded, ""),
            PaymentResult::Failed(message) => (PaymentStatus::Failed, message.as_str()),
        };
        let pending = payments::table
            .find(self.id)
            .filter(payments::status.eq(PaymentStatus::Pending));
        let updated = diesel::update(pending)
            .set((
                payments::status.eq(status),
                payments::error.eq(error),
                payments::updated_at.eq(now),
            ))
            .execute(conn)?;
        if updated == 1 && status == PaymentStatus::Failed {
            let changes = stock_changes(conn, self.id, 1)?;
            // Variants that were deleted meanwhile are skipped.
            StockMovement::make(conn, &changes, Reason::Cancel, None, now)?;
        }
        Ok(updated == 1)
    }
}

/// The stock changes of a payment's lines: `sign` is -1 to take stock, 1 to return it.
fn stock_changes(conn: &mut Conn, payment: PaymentId, sign: i32) -> Result<Vec<StockChange>> {
    let lines: Vec<(OrderLineId, Option<VariantId>, i32)> = orders::table
        .filter(orders::payment_id.eq(payment))
        .order(orders::id)
        .select((orders::id, orders::variant_id, orders::quantity))
        .load(conn)?;
    Ok(lines
        .into_iter()
        .filter_map(|(line, variant, quantity)| {
            Some(StockChange {
                variant: variant?,
                by: sign * quantity,
                order: Some(line),
            })
        })
        .collect())
}
