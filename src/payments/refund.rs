//! A refund of an order line. It is recorded before the provider is called.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::PaymentStatus;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{OrderLineId, PaymentId, RefundId};
use crate::money::Money;
use crate::schema::{payments, refunds};
use crate::string_enum::string_enum;

/// How many pending refunds are read at once.
const BATCH_SIZE: i64 = 200;

string_enum! {
    RefundStatus { Pending = "PENDING", Succeeded = "SUCCEEDED" }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = refunds)]
pub struct Refund {
    pub id: RefundId,
    pub payment_id: PaymentId,
    pub order_line_id: OrderLineId,
    pub amount: Money,
    pub status: RefundStatus,
    /// The id of the refund at the provider.
    pub reference: String,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Refund {
    /// Adds the amount to what is refunded of the payment, and records a pending refund.
    ///
    /// # Errors
    /// `Refused` if less than this amount is left of the payment, or if the payment did not succeed.
    pub fn create(
        conn: &mut Conn,
        payment: PaymentId,
        line: OrderLineId,
        amount: Money,
        now: NaiveDateTime,
    ) -> Result<Self> {
        let refundable = payments::table
            .find(payment)
            .filter(payments::status.eq(PaymentStatus::Succeeded))
            .filter((payments::refunded + amount).le(payments::amount));
        let updated = diesel::update(refundable)
            .set((
                payments::refunded.eq(payments::refunded + amount),
                payments::updated_at.eq(now),
            ))
            .execute(conn)?;
        if updated == 0 {
            return Err(Error::Refused(
                "This amount is more than what's left to refund. Contact us.".into(),
            ));
        }
        let id = RefundId::new();
        let refund = Self {
            id,
            payment_id: payment,
            order_line_id: line,
            amount,
            status: RefundStatus::Pending,
            reference: format!("re_{id}"),
            created_at: now,
            updated_at: now,
        };
        diesel::insert_into(refunds::table).values(&refund).execute(conn)?;
        Ok(refund)
    }

    /// Records that the provider carried out the refund. Returns false if that was recorded before.
    pub fn settle(conn: &mut Conn, id: RefundId, now: NaiveDateTime) -> Result<bool> {
        let pending = refunds::table
            .find(id)
            .filter(refunds::status.eq(RefundStatus::Pending));
        let updated = diesel::update(pending)
            .set((refunds::status.eq(RefundStatus::Succeeded), refunds::updated_at.eq(now)))
            .execute(conn)?;
        Ok(updated == 1)
    }

    /// Refunds that the provider has not confirmed, each with the provider's id of its payment.
    pub fn list_pending(conn: &mut Conn) -> Result<Vec<(Self, String)>> {
        Ok(refunds::table
            .inner_join(payments::table)
            .filter(refunds::status.eq(RefundStatus::Pending))
            .order(refunds::id)
            .limit(BATCH_SIZE)
            .select((Self::as_select(), payments::payment_intent_id))
            .load(conn)?)
    }

    pub fn of_payment(conn: &mut Conn, payment: PaymentId) -> Result<Vec<Self>> {
        Ok(refunds::table
            .filter(refunds::payment_id.eq(payment))
            .order(refunds::id)
            .select(Self::as_select())
            .load(conn)?)
    }
}
