//! Deleting an account: after two weeks, personal data is erased and only the shops' orders remain.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::action_context::ActionContext;
use super::security_event::{EventKind, SecurityEvent};
use super::sessions::origin::Origin;
use super::user::User;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{PurchaseId, UserId};
use crate::jobs;
use crate::mail::{Outbox, emails};
use crate::schema::{orders, purchases, shop_orders, tokens, users};

/// The kind of job that erases an account. Its payload is the user's id.
pub const JOB: &str = "erase";
const DELETION_GRACE_PERIOD: TimeDelta = TimeDelta::days(14);

/// Schedules the deletion of an account and tells its owner by email. Returns when it will happen.
pub fn schedule(conn: &mut Conn, action: &ActionContext, user: UserId) -> Result<NaiveDateTime> {
    let delete_at = action.now + DELETION_GRACE_PERIOD;
    diesel::update(users::table.find(user))
        .set((users::delete_at.eq(delete_at), users::updated_at.eq(action.now)))
        .execute(conn)?;
    jobs::enqueue(conn, JOB, &user.to_string(), delete_at, action.now)?;
    action.record(conn, user, EventKind::DeletionPlanned)?;
    let user = User::find(conn, user)?;
    let email = emails::deletion_planned(
        user.display_name(),
        &delete_at.format("%B %-d, %Y").to_string(),
        &action.link("/account/deletion"),
    );
    action.send(conn, &user.email, &email)?;
    Ok(delete_at)
}

/// Cancels a scheduled deletion. Returns false when none was scheduled.
pub fn cancel(conn: &mut Conn, action: &ActionContext, user: UserId) -> Result<bool> {
    let scheduled = users::table.find(user).filter(users::delete_at.is_not_null());
    let updated = diesel::update(scheduled)
        .set((
            users::delete_at.eq(None::<NaiveDateTime>),
            users::updated_at.eq(action.now),
        ))
        .execute(conn)?;
    if updated == 0 {
        return Ok(false);
    }
    action.record(conn, user, EventKind::DeletionUndone)?;
    let user = User::find(conn, user)?;
    let email = emails::deletion_undone(user.display_name(), &action.link("/forgot"));
    action.send(conn, &user.email, &email)?;
    Ok(true)
}

/// The user whom a job is to erase; None when the deletion was canceled.
pub fn due_user(conn: &mut Conn, payload: &str, now: NaiveDateTime) -> Result<Option<User>> {
    let id = payload
        .parse()
        .map_err(|_| Error::Internal(anyhow::anyhow!("the payload of a deletion job is not a user id")))?;
    let id = UserId(id);
    // This update locks the row, so that a cancellation at the same moment comes either before or after it.
    let due = users::table.find(id).filter(users::delete_at.le(now));
    let locked = diesel::update(due).set(users::updated_at.eq(now)).execute(conn)?;
    (locked == 1).then(|| User::find(conn, id)).transpose()
}

/// Deletes the user, and with the row their sessions, tokens, cart and addresses. Orders stay, without personal data.
pub fn erase(conn: &mut Conn, outbox: &Outbox, user: &User, now: NaiveDateTime) -> Result<()> {
    anonymize_purchases(conn, user, now)?;
    SecurityEvent::anonymize(conn, user.id)?;
    let no_origin = Origin {
        address: String::new(),
        agent: String::new(),
    };
    SecurityEvent::record(conn, user.id, EventKind::Deleted, &no_origin, now)?;
    outbox.enqueue(conn, &user.email, &emails::account_deleted(user.display_name()), now)?;
    // Other accounts may have asked to change to this address.
    diesel::delete(tokens::table.filter(tokens::email.eq(&user.email))).execute(conn)?;
    diesel::delete(users::table.find(user.id)).execute(conn)?;
    Ok(())
}

/// Removes personal data from the user's purchases and, if their address is verified, from guest purchases under it.
fn anonymize_purchases(conn: &mut Conn, user: &User, now: NaiveDateTime) -> Result<()> {
    let mut purchases: Vec<PurchaseId> = purchases::table
        .filter(purchases::buyer_id.eq(user.id))
        .select(purchases::id)
        .load(conn)?;
    if user.email_verified_at.is_some() {
        let as_guest = purchases::table
            .filter(purchases::email.eq(&user.email))
            .filter(purchases::buyer_id.is_null());
        purchases.extend(as_guest.select(purchases::id).load::<PurchaseId>(conn)?);
    }
    let empty = "";
    for purchase in purchases {
        diesel::update(purchases::table.find(purchase))
            .set((
                purchases::email.eq(empty),
                purchases::name.eq(empty),
                purchases::street.eq(empty),
                purchases::line2.eq(empty),
                purchases::postal_code.eq(empty),
                purchases::town.eq(empty),
                purchases::region.eq(empty),
                // The hash is computed from the above, and the token opens the purchase's page.
                purchases::body_hash.eq(empty),
                purchases::token_hash.eq(None::<String>),
                purchases::updated_at.eq(now),
            ))
            .execute(conn)?;
        diesel::update(orders::table.filter(orders::purchase_id.eq(purchase)))
            .set((orders::personalization.eq(empty), orders::updated_at.eq(now)))
            .execute(conn)?;
        diesel::update(shop_orders::table.filter(shop_orders::purchase_id.eq(purchase)))
            .set((shop_orders::note.eq(empty), shop_orders::updated_at.eq(now)))
            .execute(conn)?;
    }
    // An imported order may belong to somebody else's purchase.
    diesel::update(orders::table.filter(orders::buyer_id.eq(user.id)))
        .set((orders::personalization.eq(empty), orders::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}
