//! Purchases that nobody paid for: they are deleted after a while, with the addresses in them.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::PurchaseId;
use crate::payments::PaymentStatus;
use crate::schema::{orders, payments, purchases, shop_orders};

/// How long a purchase may wait for a payment that succeeds.
const ABANDONED_TTL: TimeDelta = TimeDelta::days(90);
/// How many purchases are deleted at once.
const BATCH_SIZE: i64 = 500;

/// Deletes abandoned purchases. A payment that is pending or recent keeps its purchase. A payment that starts at this
/// very moment breaks a foreign key here, and the next run tries again.
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
        .filter(one_of(payments::purchase_id, numbers(&old)))
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
    diesel::delete(orders::table.filter(one_of(orders::purchase_id, numbers(&abandoned)))).execute(conn)?;
    diesel::delete(shop_orders::table.filter(one_of(shop_orders::purchase_id, numbers(&abandoned)))).execute(conn)?;
    let failed = payments::table
        .filter(one_of(payments::purchase_id, numbers(&abandoned)))
        .filter(payments::status.eq(PaymentStatus::Failed));
    diesel::delete(failed).execute(conn)?;
    diesel::delete(purchases::table.filter(one_of(purchases::id, numbers(&abandoned)))).execute(conn)?;
    Ok(())
}

fn numbers(purchases: &[PurchaseId]) -> impl Iterator<Item = i64> + use<'_> {
    purchases.iter().map(|purchase| purchase.0)
}
