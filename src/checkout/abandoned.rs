//! Deletes purchases that were never paid, with the addresses in them.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::PurchaseId;
use crate::payments::PaymentStatus;
use crate::schema::{orders, payments, purchases, shop_orders};

/// How long an unpaid purchase is stored.
const ABANDONED_TTL: TimeDelta = TimeDelta::days(90);
/// How many purchases are deleted at once.
const BATCH_SIZE: i64 = 500;

/// Deletes purchases that were created before `ABANDONED_TTL` and never placed, except those with a pending or recent
/// payment. If a payment starts at the same time, a foreign key makes this fail, and the next run retries it.
pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    let created_before = now - ABANDONED_TTL;
    let old: Vec<PurchaseId> = purchases::table
        .filter(purchases::placed_at.is_null())
        .filter(purchases::created_at.lt(created_before))
        .order(purchases::id)
        .limit(BATCH_SIZE)
        .select(purchases::id)
        .load(conn)?;
    let in_use: Vec<PurchaseId> = payments::table
        .filter(one_of(payments::purchase_id, ids(&old)))
        .filter(
            payments::status
                .ne(PaymentStatus::Failed)
                .or(payments::created_at.ge(created_before)),
        )
        .select(payments::purchase_id)
        .load(conn)?;
    let abandoned: Vec<PurchaseId> = old.into_iter().filter(|id| !in_use.contains(id)).collect();
    if abandoned.is_empty() {
        return Ok(());
    }
    diesel::delete(orders::table.filter(one_of(orders::purchase_id, ids(&abandoned)))).execute(conn)?;
    diesel::delete(shop_orders::table.filter(one_of(shop_orders::purchase_id, ids(&abandoned)))).execute(conn)?;
    let failed = payments::table
        .filter(one_of(payments::purchase_id, ids(&abandoned)))
        .filter(payments::status.eq(PaymentStatus::Failed));
    diesel::delete(failed).execute(conn)?;
    diesel::delete(purchases::table.filter(one_of(purchases::id, ids(&abandoned)))).execute(conn)?;
    Ok(())
}

fn ids(purchases: &[PurchaseId]) -> impl Iterator<Item = i64> + use<'_> {
    purchases.iter().map(|purchase| purchase.0)
}
