//! A purchase: one buyer buys from one or more shops and pays once.
//!
//! A purchase is placed when its payment succeeded. Until then only the buyer's own checkout page shows it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Address;
use crate::accounts::{hash, random};
use crate::db::{Conn, Cursor};
use crate::error::Result;
use crate::id::{CartId, PurchaseId, ShopId, UserId};
use crate::money::Money;
use crate::schema::purchases;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = purchases)]
pub struct Purchase {
    pub id: PurchaseId,
    /// The public number: `PS-7K3Q-9XVD`.
    pub number: String,
    /// None if a guest bought it, or if the account was deleted.
    pub buyer_id: Option<UserId>,
    /// The guest's cart that it was made from.
    pub cart_id: Option<CartId>,
    /// The key that the checkout page sent; the same key never makes a second purchase. None if it was imported.
    pub idempotency_key: Option<String>,
    pub email: String,
    #[diesel(embed)]
    pub address: Address,
    pub currency: String,
    pub items_total: Money,
    pub shipping_total: Money,
    pub total: Money,
    /// Set if the buyer paid for one shop's part of the cart only.
    pub only_shop_id: Option<ShopId>,
    /// The hash of everything that must be the same when the key is used again.
    pub body_hash: String,
    /// The text of the quote that the buyer agreed to.
    pub quote: String,
    pub created_at: NaiveDateTime,
    /// When the payment succeeded.
    pub placed_at: Option<NaiveDateTime>,
}

impl Purchase {
    pub fn insert(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(purchases::table)
            .values((self, purchases::updated_at.eq(self.created_at)))
            .execute(conn)?;
        Ok(())
    }

    /// Placed or not.
    pub fn find(conn: &mut Conn, id: PurchaseId) -> Result<Self> {
        Ok(purchases::table.find(id).select(Self::as_select()).first(conn)?)
    }

    pub fn find_placed(conn: &mut Conn, id: PurchaseId) -> Result<Self> {
        Ok(placed()
            .filter(purchases::id.eq(id))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// Placed or not, by its public number.
    pub fn by_number(conn: &mut Conn, number: &str) -> Result<Self> {
        Ok(purchases::table
            .filter(purchases::number.eq(number))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// Placed or not, by its idempotency key.
    pub fn by_key(conn: &mut Conn, key: &str) -> Result<Option<Self>> {
        Ok(purchases::table
            .filter(purchases::idempotency_key.eq(key))
            .select(Self::as_select())
            .first(conn)
            .optional()?)
    }

    /// A placed purchase of this buyer.
    pub fn placed_of_buyer(conn: &mut Conn, buyer: UserId, number: &str) -> Result<Self> {
        Ok(placed()
            .filter(purchases::number.eq(number))
            .filter(purchases::buyer_id.eq(buyer))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// The placed purchase that the link in a guest's email opens.
    pub fn placed_of_link(conn: &mut Conn, number: &str, token: &str) -> Result<Self> {
        Ok(placed()
            .filter(purchases::number.eq(number))
            .filter(purchases::token_hash.eq(hash(token)))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// A page of the buyer's placed purchases, newest first.
    pub fn list_placed(conn: &mut Conn, buyer: UserId, after: Option<&Cursor>, limit: i64) -> Result<Vec<Self>> {
        let mut query = placed()
            .filter(purchases::buyer_id.eq(buyer))
            .select(Self::as_select())
            .order((purchases::created_at.desc(), purchases::id.desc()))
            .limit(limit)
            .into_boxed();
        if let Some((time, id)) = after.and_then(|after| Some((after.time()?, after.id::<PurchaseId>()))) {
            let older = purchases::created_at.lt(time);
            query = query.filter(older.or(purchases::created_at.eq(time).and(purchases::id.lt(id))));
        }
        Ok(query.load(conn)?)
    }

    /// Makes a new token for the guest's link. Only its hash is stored, so older links stop working.
    pub fn renew_token(conn: &mut Conn, id: PurchaseId, now: NaiveDateTime) -> Result<String> {
        let token = random()?;
        diesel::update(purchases::table.find(id))
            .set((purchases::token_hash.eq(hash(&token)), purchases::updated_at.eq(now)))
            .execute(conn)?;
        Ok(token)
    }

    /// When it was paid. An imported purchase has no time of its own for that.
    pub fn paid_at(&self) -> NaiveDateTime {
        self.placed_at.unwrap_or(self.created_at)
    }

    /// Its position in `list_placed`.
    pub fn cursor(&self) -> Cursor {
        Cursor::at_time(self.created_at, self.id)
    }
}

#[diesel::dsl::auto_type(no_type_alias)]
fn placed() -> _ {
    purchases::table.filter(purchases::placed_at.is_not_null())
}
