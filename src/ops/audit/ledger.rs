//! Our payments beside the mock provider's own books.

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

/// A payment of ours, as the provider should know it.
#[derive(Queryable)]
pub(super) struct Paid {
    id: PaymentId,
    intent: String,
    amount: Money,
    currency: String,
    status: PaymentStatus,
    expires_at: Option<NaiveDateTime>,
    /// What was meant to be given back, and what of it was confirmed.
    refunded: Money,
    confirmed: Money,
}

/// Every payment made here; imported ones no provider of ours knows.
pub(super) fn paid(conn: &mut Conn) -> Result<Vec<Paid>> {
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
    let paid = |(id, intent, amount, currency, status, expires_at, refunded): Row| Paid {
        id,
        intent,
        amount,
        currency,
        status,
        expires_at,
        refunded,
        confirmed: Money(confirmed.get(&id).copied().unwrap_or(0)),
    };
    Ok(rows.into_iter().map(paid).collect())
}

/// The books were read before and after our own rows: what was in them before must be known here, and what is settled
/// here must be in them afterwards.
pub(super) fn findings(
    paid: &[Paid],
    before: &[MockBookEntry],
    after: &[MockBookEntry],
    now: NaiveDateTime,
) -> Vec<Finding> {
    let ours: HashMap<&str, &Paid> = paid.iter().map(|paid| (paid.intent.as_str(), paid)).collect();
    let theirs: HashMap<&str, &MockBookEntry> = after.iter().map(|entry| (entry.intent.as_str(), entry)).collect();
    let taken = before.iter().filter(|entry| entry.captured()).filter_map(|entry| {
        let Some(paid) = ours.get(entry.intent.as_str()) else {
            return Some(format!(
                "intent {} of {} is captured, and not known here",
                entry.intent, entry.amount.0
            ));
        };
        let open = paid.status == PaymentStatus::Pending && paid.expires_at.is_some_and(|at| at > now);
        let known = paid.status == PaymentStatus::Succeeded || open;
        let same = (entry.amount, &entry.currency) == (paid.amount, &paid.currency);
        (!known || !same).then(|| {
            format!(
                "payment {} of {} is {}, its intent is captured with {}",
                paid.id,
                paid.amount.0,
                paid.status.as_str(),
                entry.amount.0
            )
        })
    });
    let succeeded = paid.iter().filter(|paid| paid.status == PaymentStatus::Succeeded);
    let missing = succeeded.filter_map(|paid| {
        let captured = theirs.get(paid.intent.as_str()).is_some_and(|entry| entry.captured());
        (!captured).then(|| {
            format!(
                "payment {} of {} succeeded, its intent is not captured",
                paid.id, paid.amount.0
            )
        })
    });
    let early = before.iter().filter_map(|entry| {
        let paid = ours.get(entry.intent.as_str())?;
        (entry.refunded > paid.refunded).then(|| said(paid, entry))
    });
    let late = paid.iter().filter_map(|paid| {
        let entry = theirs.get(paid.intent.as_str())?;
        (entry.refunded < paid.confirmed).then(|| said(paid, entry))
    });
    vec![
        Finding::of(
            "What the mock provider captured is paid here, or still open",
            taken.collect(),
        ),
        Finding::of("What is paid here was captured by the mock provider", missing.collect()),
        Finding::of(
            "The mock provider gave back what was refunded here",
            early.chain(late).collect(),
        ),
    ]
}

fn said(paid: &Paid, entry: &MockBookEntry) -> String {
    format!(
        "payment {} gave back {} of {}, the provider {}",
        paid.id, paid.confirmed.0, paid.refunded.0, entry.refunded.0
    )
}
