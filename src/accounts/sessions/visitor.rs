//! The signed-in visitor of a request: the session, the user, and what every page needs, in one query.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::dsl::sum;
use diesel::prelude::*;

use super::session::{Factor, SEEN_INTERVAL, SessionLimits};
use crate::accounts::user::display_name;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{SessionId, ShopId, UserId};
use crate::schema::{cart_items, carts, sessions, shops, users};

/// How long after entering the password sensitive changes are allowed.
const RECENT_AUTH_TTL: TimeDelta = TimeDelta::minutes(10);

#[derive(Debug, Clone, Queryable)]
pub struct Visitor {
    pub session: SessionId,
    pub user: UserId,
    pub username: String,
    pub first_name: String,
    pub email: String,
    /// The address of the profile picture, or empty.
    pub profile_image: String,
    pub admin: bool,
    email_verified_at: Option<NaiveDateTime>,
    suspended_at: Option<NaiveDateTime>,
    totp_enabled_at: Option<NaiveDateTime>,
    pub delete_at: Option<NaiveDateTime>,
    pub factor: Factor,
    created_at: NaiveDateTime,
    seen_at: NaiveDateTime,
    auth_at: NaiveDateTime,
    pub shop: Option<ShopRef>,
    /// The number of items in their cart.
    pub in_cart: Option<i64>,
}

/// The visitor's shop.
#[derive(Debug, Clone, Queryable)]
pub struct ShopRef {
    pub id: ShopId,
    pub slug: String,
    pub name: String,
}

impl Visitor {
    /// The visitor of a session; None when the session is not valid, or the user is suspended.
    pub fn of_session(conn: &mut Conn, id: SessionId, now: NaiveDateTime) -> Result<Option<Self>> {
        let in_cart = cart_items::table
            .inner_join(carts::table)
            .filter(carts::owner_id.eq(users::id.nullable()))
            .filter(cart_items::removed_at.is_null())
            .select(sum(cart_items::quantity))
            .single_value();
        let visitor: Option<Self> = sessions::table
            .inner_join(users::table.left_join(shops::table))
            .filter(sessions::id.eq(id))
            .select((
                sessions::id,
                users::id,
                users::username,
                users::first_name,
                users::email,
                users::profile_image,
                users::admin,
                users::email_verified_at,
                users::suspended_at,
                users::totp_enabled_at,
                users::delete_at,
                sessions::factor,
                sessions::created_at,
                sessions::seen_at,
                sessions::auth_at,
                (shops::id, shops::slug, shops::name).nullable(),
                in_cart,
            ))
            .first(conn)
            .optional()?;
        Ok(visitor.filter(|visitor| {
            let limits = SessionLimits::new(visitor.factor, visitor.admin, visitor.shop.is_some());
            visitor.suspended_at.is_none() && limits.allow(visitor.created_at, visitor.seen_at, now)
        }))
    }

    /// Whether the email address is verified.
    pub fn verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    /// Whether the second factor is on.
    pub fn has_factor(&self) -> bool {
        self.totp_enabled_at.is_some()
    }

    /// Whether the password was entered within the last ten minutes.
    pub fn recently_authenticated(&self, now: NaiveDateTime) -> bool {
        now < self.auth_at + RECENT_AUTH_TTL
    }

    /// Whether `seen_at` is old enough to be updated.
    pub fn needs_touch(&self, now: NaiveDateTime) -> bool {
        now >= self.seen_at + SEEN_INTERVAL
    }

    /// The first name, or the username of someone who gave none.
    pub fn display_name(&self) -> &str {
        display_name(&self.first_name, &self.username)
    }
}
