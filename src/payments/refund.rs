//! A refund: money given back for an order, written down before the provider is asked.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{OrderLineId, PaymentId, RefundId};
use crate::money::Money;
use crate::schema::{payments, refunds};
use crate::string_enum::string_enum;

use super::PaymentStatus;

/// How many are looked at in one go.
const BATCH_SIZE: i64 = 200;

string_enum! {
    RefundStatus { Pending = "PENDING", Succeeded = "SUCCEEDED" }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = refunds)]
pub struct Refund {
    pub id: RefundId,
    pub payment_id: PaymentId,
    pub order_line_id: OrderLineId,
    pub amount: Money,
    pub status: RefundStatus,
    /// What the provider knows it by.
    pub reference: String,
    pub created_at: NaiveDateTime,
}

impl Refund {
    /// Takes the amount out of what is left of the payment, and writes down that it is to be given back.
    ///
    /// # Errors
    /// Refused when less than that is left, or nothing was paid.
    pub fn intend(
        conn: &mut Conn,
        payment: PaymentId,
        order: OrderLineId,
        amount: Money,
        now: NaiveDateTime,
    ) -> Result<Self> {
        let left = payments::table
            .find(payment)
            .filter(payments::status.eq(PaymentStatus::Succeeded))
            .filter((payments::refunded + amount).le(payments::amount));
        let taken = diesel::update(left)
            .set((
                payments::refunded.eq(payments::refunded + amount),
                payments::updated_at.eq(now),
            ))
            .execute(conn)?;
        if taken == 0 {
            return Err(Error::Refused(
                "So much of this payment is not left to give back. Write to us, and we look into it.".into(),
            ));
        }
        let id = RefundId::new();
        let refund = Self {
            id,
            payment_id: payment,
            order_line_id: order,
            amount,
            status: RefundStatus::Pending,
            reference: format!("re_{id}"),
            created_at: now,
        };
        diesel::insert_into(refunds::table)
            .values((
                refunds::id.eq(refund.id),
                refunds::payment_id.eq(payment),
                refunds::order_line_id.eq(order),
                refunds::amount.eq(amount),
                refunds::status.eq(refund.status),
                refunds::reference.eq(&refund.reference),
                refunds::created_at.eq(now),
                refunds::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(refund)
    }

    /// The provider gave it back.
    pub fn settle(conn: &mut Conn, id: RefundId, now: NaiveDateTime) -> Result<bool> {
        let open = refunds::table
            .find(id)
            .filter(refunds::status.eq(RefundStatus::Pending));
        let settled = diesel::update(open)
            .set((refunds::status.eq(RefundStatus::Succeeded), refunds::updated_at.eq(now)))
            .execute(conn)?;
        Ok(settled == 1)
    }

    /// Those that the provider has not confirmed, with the intent they belong to.
    pub fn open(conn: &mut Conn) -> Result<Vec<(Self, String)>> {
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
