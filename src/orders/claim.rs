//! Moving a guest's purchases into an account: one by its link, or all of a verified email address.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::accounts::User;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{PurchaseId, UserId};
use crate::schema::{orders, payments, purchases};

/// Moves a guest's placed purchase into a user's account. Returns false if it belongs to an account already.
pub fn claim(conn: &mut Conn, purchase: PurchaseId, user: UserId, now: NaiveDateTime) -> Result<bool> {
    let unclaimed = purchases::table
        .find(purchase)
        .filter(purchases::buyer_id.is_null())
        .filter(purchases::placed_at.is_not_null());
    let claimed = diesel::update(unclaimed)
        .set((purchases::buyer_id.eq(user), purchases::updated_at.eq(now)))
        .execute(conn)?;
    if claimed == 1 {
        diesel::update(orders::table.filter(orders::purchase_id.eq(purchase)))
            .set(orders::buyer_id.eq(user))
            .execute(conn)?;
        diesel::update(payments::table.filter(payments::purchase_id.eq(purchase)))
            .set(payments::owner_id.eq(user))
            .execute(conn)?;
    }
    Ok(claimed == 1)
}

/// Moves all purchases that guests made with the user's email address into the user's account. Returns their number; 0
/// while the address is not verified.
pub fn claim_guest_orders(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<usize> {
    let user = User::find(conn, user)?;
    if user.email_verified_at.is_none() {
        return Ok(0);
    }
    let unclaimed: Vec<PurchaseId> = purchases::table
        .filter(purchases::email.eq(&user.email))
        .filter(purchases::buyer_id.is_null())
        .filter(purchases::placed_at.is_not_null())
        .order(purchases::id)
        .select(purchases::id)
        .load(conn)?;
    let mut count = 0;
    for purchase in unclaimed {
        count += usize::from(claim(conn, purchase, user.id, now)?);
    }
    Ok(count)
}
