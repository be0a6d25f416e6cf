//! Compares our payments with the mock provider's books.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::report::Finding;
use crate::db::Conn;
use crate::error::Result;
use crate::id::PaymentId;
use crate::money::Money;
use crate::payments::{MockBookEntry, PaymentStatus, RefundStatus};
use crate::schema::{payments, refunds};

/// One of our payments, with what the provider's books should say about it.
#[derive(Queryable)]
pub(super) struct OurPayment {
    id: PaymentId,
    provider_id: String,
    amount: Money,
    currency: String,
    status: PaymentStatus,
    expires_at: Option<NaiveDateTime>,
    /// The sum of all refunds.
    refunded: Money,
    /// The sum of the refunds that the provider confirmed.
    refund_confirmed: Money,
}

/// All payments at the mock provider, without imported ones.
pub(super) fn payments(conn: &mut Conn) -> Result<Vec<OurPayment>> {
    type Row = (
        PaymentId,
        String,
        Money,
        String,
        PaymentStatus,
        Option<NaiveDateTime>,
        Money,
    );
    let confirmed: HashMap<PaymentId, i64> = refunds::table
        .filter(refunds::status.eq(RefundStatus::Succeeded))
        .group_by(refunds::payment_id)
        .select((
            refunds::payment_id,
            sql::<BigInt>("CAST(COALESCE(SUM(amount), 0) AS BIGINT)"),
        ))
        .load::<(PaymentId, i64)>(conn)?
        .into_iter()
        .collect();
    let rows: Vec<Row> = payments::table
        .filter(payments::expires_at.is_not_null())
        .filter(payments::provider.eq("mockpay"))
        .order(payments::id)
        .select((
            payments::id,
            payments::payment_intent_id,
            payments::amount,
            payments::currency,
            payments::status,
            payments::expires_at,
            payments::refunded,
        ))
        .load(conn)?;
    let payment = |(id, provider_id, amount, currency, status, expires_at, refunded): Row| OurPayment {
        id,
        provider_id,
        amount,
        currency,
        status,
        expires_at,
        refunded,
        refund_confirmed: Money(confirmed.get(&id).copied().unwrap_or(0)),
    };
    Ok(rows.into_iter().map(payment).collect())
}

/// Compares our payments with the books, which were read before and after our rows. Each entry of the first reading
/// must agree with our payment, and each payment that is settled here must be in the second reading.
pub(super) fn findings(
    payments: &[OurPayment],
    before: &[MockBookEntry],
    after: &[MockBookEntry],
    now: NaiveDateTime,
) -> Vec<Finding> {
    let payments_by_id: HashMap<&str, &OurPayment> =
        payments.iter().map(|paid| (paid.provider_id.as_str(), paid)).collect();
    let entries_by_id: HashMap<&str, &MockBookEntry> =
        after.iter().map(|entry| (entry.intent.as_str(), entry)).collect();
    let captured = before.iter().filter(|entry| entry.captured()).filter_map(|entry| {
        let Some(paid) = payments_by_id.get(entry.intent.as_str()) else {
            return Some(format!(
                "payment {} of {} is captured, but not known here",
                entry.intent, entry.amount.0
            ));
        };
        let is_pending = paid.status == PaymentStatus::Pending && paid.expires_at.is_some_and(|at| at > now);
        let known = paid.status == PaymentStatus::Succeeded || is_pending;
        let same = (entry.amount, &entry.currency) == (paid.amount, &paid.currency);
        (!known || !same).then(|| {
            format!(
                "payment {} of {} is {}, but the provider captured {}",
                paid.id,
                paid.amount.0,
                paid.status.as_str(),
                entry.amount.0
            )
        })
    });
    let succeeded = payments.iter().filter(|paid| paid.status == PaymentStatus::Succeeded);
    let not_captured = succeeded.filter_map(|paid| {
        let captured = entries_by_id
            .get(paid.provider_id.as_str())
            .is_some_and(|entry| entry.captured());
        (!captured).then(|| {
            format!(
                "payment {} of {} succeeded, but is not captured",
                paid.id, paid.amount.0
            )
        })
    });
    let refunded_too_much = before.iter().filter_map(|entry| {
        let paid = payments_by_id.get(entry.intent.as_str())?;
        (entry.refunded > paid.refunded).then(|| refund_line(paid, entry))
    });
    let refunded_too_little = payments.iter().filter_map(|paid| {
        let entry = entries_by_id.get(paid.provider_id.as_str())?;
        (entry.refunded < paid.refund_confirmed).then(|| refund_line(paid, entry))
    });
    vec![
        Finding::new(
            "What the mock provider captured is paid here, or still pending",
            captured.collect(),
        ),
        Finding::new(
            "What is paid here was captured by the mock provider",
            not_captured.collect(),
        ),
        Finding::new(
            "The mock provider refunded what was refunded here",
            refunded_too_much.chain(refunded_too_little).collect(),
        ),
    ]
}

fn refund_line(paid: &OurPayment, entry: &MockBookEntry) -> String {
    format!(
        "payment {} has {} of {} refunded, the provider {}",
        paid.id, paid.refund_confirmed.0, paid.refunded.0, entry.refunded.0
    )
}
