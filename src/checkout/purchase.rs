//! A checkout: the row of one purchase by one buyer over one or more shops, paid once.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::accounts::{hash, random};
use crate::carts::Holder;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{CartId, CheckoutId, ShopId, UserId};
use crate::money::Money;
use crate::payments::{Payment, PaymentStatus};
use crate::schema::checkouts;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = checkouts)]
pub struct Checkout {
    pub id: CheckoutId,
    /// `PS-7K3Q-9XVD`
    pub number: String,
    pub buyer_id: Option<UserId>,
    pub idempotency_key: Option<String>,
    pub email: String,
    pub name: String,
    pub street: String,
    pub line2: String,
    pub postal_code: String,
    pub town: String,
    pub region: String,
    /// Two capitals; empty where it was imported.
    pub country: String,
    pub currency: String,
    pub items_total: Money,
    pub shipping_total: Money,
    pub total: Money,
    pub created_at: NaiveDateTime,
    /// The guest's cart that it was made from.
    pub cart_id: Option<CartId>,
    pub only_shop_id: Option<ShopId>,
    pub body_hash: String,
    pub quote: String,
    /// When a payment succeeded. Before that nobody but the buyer's checkout page sees it.
    pub placed_at: Option<NaiveDateTime>,
}

/// How far a checkout has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The provider has not answered yet.
    Waiting,
    /// Why nothing was charged.
    Declined(String),
    Placed,
}

impl Checkout {
    pub(super) fn by_key(conn: &mut Conn, key: &str) -> Result<Option<Self>> {
        Ok(checkouts::table
            .filter(checkouts::idempotency_key.eq(key))
            .select(Self::as_select())
            .first(conn)
            .optional()?)
    }

    pub fn find(conn: &mut Conn, id: CheckoutId) -> Result<Self> {
        Ok(checkouts::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// The buyer's own, placed or not.
    pub fn of_holder(conn: &mut Conn, holder: Holder, number: &str) -> Result<Self> {
        let found: Self = checkouts::table
            .filter(checkouts::number.eq(number))
            .select(Self::as_select())
            .first(conn)?;
        if found.is_of(holder) {
            Ok(found)
        } else {
            Err(crate::error::Error::NotFound)
        }
    }

    /// Whoever opens the guest's link: the purchase with this number and this token.
    pub fn of_token(conn: &mut Conn, number: &str, token: &str) -> Result<Self> {
        Ok(checkouts::table
            .filter(checkouts::number.eq(number))
            .filter(checkouts::token_hash.eq(hash(token)))
            .filter(checkouts::placed_at.is_not_null())
            .select(Self::as_select())
            .first(conn)?)
    }

    /// A new token for the guest's link, the only time it can be seen; older links stop working.
    pub fn new_token(conn: &mut Conn, id: CheckoutId) -> Result<String> {
        let token = random()?;
        diesel::update(checkouts::table.find(id))
            .set(checkouts::token_hash.eq(hash(&token)))
            .execute(conn)?;
        Ok(token)
    }

    pub fn is_of(&self, holder: Holder) -> bool {
        match holder {
            Holder::User(user) => self.buyer_id == Some(user),
            Holder::Guest(cart) => self.buyer_id.is_none() && self.cart_id == Some(cart),
        }
    }

    /// Whose cart it was made from.
    pub(super) fn holder(&self) -> Option<Holder> {
        self.buyer_id
            .map(Holder::User)
            .or_else(|| self.cart_id.map(Holder::Guest))
    }

    pub fn standing(&self, conn: &mut Conn) -> Result<Standing> {
        if self.placed_at.is_some() {
            return Ok(Standing::Placed);
        }
        Ok(match Payment::last_of(conn, self.id)? {
            Some(payment) if payment.status == PaymentStatus::Failed => Standing::Declined(payment.error),
            _ => Standing::Waiting,
        })
    }
}
