//! What was bought as a guest comes to an account: one by its link, or all of an address that is proved.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::accounts::User;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{PurchaseId, UserId};
use crate::schema::{orders, payments, purchases};

/// A guest's purchase is theirs from now on; tells whether it was still nobody's.
pub fn claim(conn: &mut Conn, checkout: PurchaseId, user: UserId, now: NaiveDateTime) -> Result<bool> {
    let open = purchases::table
        .find(checkout)
        .filter(purchases::buyer_id.is_null())
        .filter(purchases::placed_at.is_not_null());
    let taken = diesel::update(open)
        .set((purchases::buyer_id.eq(user), purchases::updated_at.eq(now)))
        .execute(conn)?;
    if taken == 1 {
        diesel::update(orders::table.filter(orders::purchase_id.eq(checkout)))
            .set(orders::buyer_id.eq(user))
            .execute(conn)?;
        diesel::update(payments::table.filter(payments::purchase_id.eq(checkout)))
            .set(payments::owner_id.eq(user))
            .execute(conn)?;
    }
    Ok(taken == 1)
}

/// All that was bought as a guest under someone's address, once they have proved it; tells how many purchases came.
pub fn gather(conn: &mut Conn, user: UserId, now: NaiveDateTime) -> Result<usize> {
    let user = User::find(conn, user)?;
    if user.email_verified_at.is_none() {
        return Ok(0);
    }
    let theirs: Vec<PurchaseId> = purchases::table
        .filter(purchases::email.eq(&user.email))
        .filter(purchases::buyer_id.is_null())
        .filter(purchases::placed_at.is_not_null())
        .order(purchases::id)
        .select(purchases::id)
        .load(conn)?;
    let mut came = 0;
    for checkout in theirs {
        came += usize::from(claim(conn, checkout, user.id, now)?);
    }
    Ok(came)
}
