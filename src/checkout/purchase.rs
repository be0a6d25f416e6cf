//! A purchase: the row of one purchase by one buyer over one or more shops, paid once.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::accounts::{hash, random};
use crate::carts::CartOwner;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{CartId, PurchaseId, ShopId, UserId};
use crate::money::Money;
use crate::payments::{Payment, PaymentStatus};
use crate::schema::purchases;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = purchases)]
pub struct Purchase {
    pub id: PurchaseId,
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
pub enum PurchaseState {
    /// The provider has not answered yet.
    Waiting,
    /// Why nothing was charged.
    Declined(String),
    Placed,
}

impl Purchase {
    pub(super) fn by_key(conn: &mut Conn, key: &str) -> Result<Option<Self>> {
        Ok(purchases::table
            .filter(purchases::idempotency_key.eq(key))
            .select(Self::as_select())
            .first(conn)
            .optional()?)
    }

    pub fn find(conn: &mut Conn, id: PurchaseId) -> Result<Self> {
        Ok(purchases::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// The buyer's own, placed or not.
    pub fn of_cart_owner(conn: &mut Conn, cart_owner: CartOwner, number: &str) -> Result<Self> {
        let found: Self = purchases::table
            .filter(purchases::number.eq(number))
            .select(Self::as_select())
            .first(conn)?;
        if found.is_of(cart_owner) {
            Ok(found)
        } else {
            Err(crate::error::Error::NotFound)
        }
    }

    /// Whoever opens the guest's link: the purchase with this number and this token.
    pub fn of_token(conn: &mut Conn, number: &str, token: &str) -> Result<Self> {
        Ok(purchases::table
            .filter(purchases::number.eq(number))
            .filter(purchases::token_hash.eq(hash(token)))
            .filter(purchases::placed_at.is_not_null())
            .select(Self::as_select())
            .first(conn)?)
    }

    /// A new token for the guest's link, the only time it can be seen; older links stop working.
    pub fn new_token(conn: &mut Conn, id: PurchaseId) -> Result<String> {
        let token = random()?;
        diesel::update(purchases::table.find(id))
            .set(purchases::token_hash.eq(hash(&token)))
            .execute(conn)?;
        Ok(token)
    }

    pub fn is_of(&self, cart_owner: CartOwner) -> bool {
        match cart_owner {
            CartOwner::User(user) => self.buyer_id == Some(user),
            CartOwner::Guest(cart) => self.buyer_id.is_none() && self.cart_id == Some(cart),
        }
    }

    /// Whose cart it was made from.
    pub(super) fn cart_owner(&self) -> Option<CartOwner> {
        self.buyer_id
            .map(CartOwner::User)
            .or_else(|| self.cart_id.map(CartOwner::Guest))
    }

    pub fn standing(&self, conn: &mut Conn) -> Result<PurchaseState> {
        if self.placed_at.is_some() {
            return Ok(PurchaseState::Placed);
        }
        Ok(match Payment::last_of(conn, self.id)? {
            Some(payment) if payment.status == PaymentStatus::Failed => PurchaseState::Declined(payment.error),
            _ => PurchaseState::Waiting,
        })
    }
}
