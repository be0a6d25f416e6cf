//! Who visits: the person behind a sign-in, with what every page needs of them, in one query.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::dsl::sum;
use diesel::prelude::*;

use super::session::{Factor, Limits, SEEN_INTERVAL};
use crate::accounts::user::called;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{SessionId, ShopId, UserId};
use crate::schema::{cart_items, carts, sessions, shops, users};

/// How long a password that was shown counts for what matters most.
const RECENT_AUTH_TTL: TimeDelta = TimeDelta::minutes(10);

#[derive(Debug, Clone, Queryable)]
pub struct Visitor {
    pub session: SessionId,
    pub user: UserId,
    pub username: String,
    pub first_name: String,
    pub email: String,
    /// The address of the profile picture, or empty.
    pub face: String,
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
    /// Pieces in their cart.
    pub in_cart: Option<i64>,
}

/// The shop that someone runs.
#[derive(Debug, Clone, Queryable)]
pub struct ShopRef {
    pub id: ShopId,
    pub slug: String,
    pub name: String,
}

impl Visitor {
    /// The person of this session, if it still counts.
    pub fn of_session(conn: &mut Conn, id: SessionId, now: NaiveDateTime) -> Result<Option<Self>> {
        let in_cart = cart_items::table
            .inner_join(carts::table)
            .filter(carts::owner_id.eq(users::id.nullable()))
            .filter(cart_items::removed_at.is_null())
            .select(sum(cart_items::quantity))
            .single_value();
        let found: Option<Self> = sessions::table
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
        Ok(found.filter(|one| {
            let limits = Limits::of(one.factor, one.admin, one.shop.is_some());
            one.suspended_at.is_none() && limits.allow(one.created_at, one.seen_at, now)
        }))
    }

    /// Whether the email address is confirmed.
    pub fn verified(&self) -> bool {
        self.email_verified_at.is_some()
    }

    /// Whether the second factor is on.
    pub fn has_factor(&self) -> bool {
        self.totp_enabled_at.is_some()
    }

    /// Whether the password was shown just now.
    pub fn confirmed(&self, now: NaiveDateTime) -> bool {
        now < self.auth_at + RECENT_AUTH_TTL
    }

    /// Whether it is time to write down that they were here.
    pub fn unseen(&self, now: NaiveDateTime) -> bool {
        now >= self.seen_at + SEEN_INTERVAL
    }

    /// For the page: the first name, or the username of who gave none.
    pub fn called(&self) -> &str {
        called(&self.first_name, &self.username)
    }
}
