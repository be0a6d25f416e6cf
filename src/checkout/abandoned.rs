//! Purchases that nobody paid for: after a while they go, with the address in them.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::PurchaseId;
use crate::payments::PaymentStatus;
use crate::schema::{orders, payments, purchases, shop_orders};

/// How long a purchase waits for a payment that succeeds.
const ABANDONED_TTL: TimeDelta = TimeDelta::days(90);
/// How many go in one sweep.
const BATCH_SIZE: i64 = 500;

/// Takes away what was given up long ago. A payment that is under way, or was tried lately, keeps its purchase; one that
/// begins at this very moment breaks a foreign key here, and the next sweep looks again.
pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    let limit = now - ABANDONED_TTL;
    let old: Vec<PurchaseId> = purchases::table
        .filter(purchases::placed_at.is_null())
        .filter(purchases::created_at.lt(limit))
        .order(purchases::id)
        .limit(BATCH_SIZE)
        .select(purchases::id)
        .load(conn)?;
    let kept: Vec<PurchaseId> = payments::table
        .filter(one_of(payments::purchase_id, numbers(&old)))
        .filter(
            payments::status
                .ne(PaymentStatus::Failed)
                .or(payments::created_at.ge(limit)),
        )
        .select(payments::purchase_id)
        .load(conn)?;
    let gone: Vec<PurchaseId> = old.into_iter().filter(|one| !kept.contains(one)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    diesel::delete(orders::table.filter(one_of(orders::purchase_id, numbers(&gone)))).execute(conn)?;
    diesel::delete(shop_orders::table.filter(one_of(shop_orders::purchase_id, numbers(&gone)))).execute(conn)?;
    let failed = payments::table
        .filter(one_of(payments::purchase_id, numbers(&gone)))
        .filter(payments::status.eq(PaymentStatus::Failed));
    diesel::delete(failed).execute(conn)?;
    diesel::delete(purchases::table.filter(one_of(purchases::id, numbers(&gone)))).execute(conn)?;
    Ok(())
}

fn numbers(purchases: &[PurchaseId]) -> impl Iterator<Item = i64> + use<'_> {
    purchases.iter().map(|checkout| checkout.0)
}
