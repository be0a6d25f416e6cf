//! Purchases that nobody paid for: after a while they go, with the address in them.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::db::{Conn, one_of};
use crate::error::Result;
use crate::id::CheckoutId;
use crate::payments::PaymentStatus;
use crate::schema::{checkouts, orders, payments, shipments};

/// How long a purchase waits for a payment that succeeds.
const KEPT_FOR: TimeDelta = TimeDelta::days(90);
/// How many go in one sweep.
const AT_ONCE: i64 = 500;

/// Takes away what was given up long ago. A payment that is under way, or was tried lately, keeps its purchase; one that
/// begins at this very moment breaks a foreign key here, and the next sweep looks again.
pub fn tidy(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    let limit = now - KEPT_FOR;
    let old: Vec<CheckoutId> = checkouts::table
        .filter(checkouts::placed_at.is_null())
        .filter(checkouts::created_at.lt(limit))
        .order(checkouts::id)
        .limit(AT_ONCE)
        .select(checkouts::id)
        .load(conn)?;
    let kept: Vec<CheckoutId> = payments::table
        .filter(one_of(payments::checkout_id, numbers(&old)))
        .filter(
            payments::status
                .ne(PaymentStatus::Failed)
                .or(payments::created_at.ge(limit)),
        )
        .select(payments::checkout_id)
        .load(conn)?;
    let gone: Vec<CheckoutId> = old.into_iter().filter(|one| !kept.contains(one)).collect();
    if gone.is_empty() {
        return Ok(());
    }
    diesel::delete(orders::table.filter(one_of(orders::checkout_id, numbers(&gone)))).execute(conn)?;
    diesel::delete(shipments::table.filter(one_of(shipments::checkout_id, numbers(&gone)))).execute(conn)?;
    let failed = payments::table
        .filter(one_of(payments::checkout_id, numbers(&gone)))
        .filter(payments::status.eq(PaymentStatus::Failed));
    diesel::delete(failed).execute(conn)?;
    diesel::delete(checkouts::table.filter(one_of(checkouts::id, numbers(&gone)))).execute(conn)?;
    Ok(())
}

fn numbers(checkouts: &[CheckoutId]) -> impl Iterator<Item = i64> + use<'_> {
    checkouts.iter().map(|checkout| checkout.0)
}
