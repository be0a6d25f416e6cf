//! Leaving: two weeks to think again, then the person is gone and only the shops' books remain.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::security_event::{Event, EventKind};
use super::sessions::origin::Origin;
use super::user::User;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{PurchaseId, UserId};
use crate::jobs;
use crate::mail::{Outbox, emails};
use crate::schema::{orders, purchases, shop_orders, tokens, users};

/// The job that erases; its payload is the user's id.
pub const JOB: &str = "erase";
const DELETION_GRACE_PERIOD: TimeDelta = TimeDelta::days(14);

/// Asks for it; tells when it will be.
pub fn plan(
    conn: &mut Conn,
    outbox: &Outbox,
    user: UserId,
    origin: &Origin,
    now: NaiveDateTime,
) -> Result<NaiveDateTime> {
    let at = now + DELETION_GRACE_PERIOD;
    diesel::update(users::table.find(user))
        .set((users::delete_at.eq(at), users::updated_at.eq(now)))
        .execute(conn)?;
    jobs::enqueue(conn, JOB, &user.to_string(), at, now)?;
    Event::record(conn, user, EventKind::DeletionPlanned, "", origin, now)?;
    let user = User::find(conn, user)?;
    let letter = emails::deletion_planned(
        user.called(),
        &at.format("%-d %B %Y").to_string(),
        &outbox.link("/account/deletion"),
    );
    outbox.post(conn, &user.email, &letter, now)?;
    Ok(at)
}

/// Thought again; false when nothing was planned.
pub fn undo(conn: &mut Conn, outbox: &Outbox, user: UserId, origin: &Origin, now: NaiveDateTime) -> Result<bool> {
    let planned = users::table.find(user).filter(users::delete_at.is_not_null());
    let done = diesel::update(planned)
        .set((users::delete_at.eq(None::<NaiveDateTime>), users::updated_at.eq(now)))
        .execute(conn)?;
    if done == 0 {
        return Ok(false);
    }
    Event::record(conn, user, EventKind::DeletionUndone, "", origin, now)?;
    let user = User::find(conn, user)?;
    outbox.post(
        conn,
        &user.email,
        &emails::deletion_undone(user.called(), &outbox.link("/forgot")),
        now,
    )?;
    Ok(true)
}

/// Whose time has come, if they did not think again.
pub fn due(conn: &mut Conn, payload: &str, now: NaiveDateTime) -> Result<Option<User>> {
    let id = payload
        .parse()
        .map_err(|_| Error::Internal(anyhow::anyhow!("the job to erase somebody names nobody")))?;
    let id = UserId(id);
    // The row count decides: who thinks again at this very moment comes before or after, not between.
    let due = users::table.find(id).filter(users::delete_at.le(now));
    let held = diesel::update(due).set(users::updated_at.eq(now)).execute(conn)?;
    (held == 1).then(|| User::find(conn, id)).transpose()
}

/// Takes the person out: their row, and with it sign-ins, tokens, cart and addresses. Orders stay, for nobody's name.
pub fn erase(conn: &mut Conn, outbox: &Outbox, user: &User, now: NaiveDateTime) -> Result<()> {
    forget_purchases(conn, user, now)?;
    Event::forget_places(conn, user.id)?;
    let unavailable = Origin {
        address: String::new(),
        agent: String::new(),
    };
    Event::record(conn, user.id, EventKind::Deleted, "", &unavailable, now)?;
    outbox.post(conn, &user.email, &emails::account_deleted(user.called()), now)?;
    // Others may have claimed the address.
    diesel::delete(tokens::table.filter(tokens::email.eq(&user.email))).execute(conn)?;
    diesel::delete(users::table.find(user.id)).execute(conn)?;
    Ok(())
}

/// Theirs, and those made without an account under the address that is proved to be theirs.
fn forget_purchases(conn: &mut Conn, user: &User, now: NaiveDateTime) -> Result<()> {
    let mut theirs: Vec<PurchaseId> = purchases::table
        .filter(purchases::buyer_id.eq(user.id))
        .select(purchases::id)
        .load(conn)?;
    if user.email_verified_at.is_some() {
        let as_guest = purchases::table
            .filter(purchases::email.eq(&user.email))
            .filter(purchases::buyer_id.is_null());
        theirs.extend(as_guest.select(purchases::id).load::<PurchaseId>(conn)?);
    }
    let nothing = "";
    for checkout in theirs {
        diesel::update(purchases::table.find(checkout))
            .set((
                purchases::email.eq(nothing),
                purchases::name.eq(nothing),
                purchases::street.eq(nothing),
                purchases::line2.eq(nothing),
                purchases::postal_code.eq(nothing),
                purchases::town.eq(nothing),
                purchases::region.eq(nothing),
                // Made of the above, and links to them.
                purchases::body_hash.eq(nothing),
                purchases::token_hash.eq(None::<String>),
                purchases::updated_at.eq(now),
            ))
            .execute(conn)?;
        diesel::update(orders::table.filter(orders::purchase_id.eq(checkout)))
            .set((orders::personalization.eq(nothing), orders::updated_at.eq(now)))
            .execute(conn)?;
        diesel::update(shop_orders::table.filter(shop_orders::purchase_id.eq(checkout)))
            .set((shop_orders::note.eq(nothing), shop_orders::updated_at.eq(now)))
            .execute(conn)?;
    }
    // Imported ones may stand in someone else's purchase.
    diesel::update(orders::table.filter(orders::buyer_id.eq(user.id)))
        .set((orders::personalization.eq(nothing), orders::updated_at.eq(now)))
        .execute(conn)?;
    Ok(())
}
