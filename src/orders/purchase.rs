//! A receipt: a checkout that was paid, as the buyer and its shops read it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Place;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{PurchaseId, UserId};
use crate::money::Money;
use crate::schema::purchases;
use crate::text::Country;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = purchases)]
pub struct Purchase {
    pub id: PurchaseId,
    /// `PS-7K3Q-9XVD`
    pub number: String,
    /// None: a guest's, or of someone who is gone.
    pub buyer_id: Option<UserId>,
    pub email: String,
    pub name: String,
    pub street: String,
    pub line2: String,
    pub postal_code: String,
    pub town: String,
    pub region: String,
    /// Two letters; empty where nothing was asked.
    pub country: String,
    pub currency: String,
    pub items_total: Money,
    pub shipping_total: Money,
    pub total: Money,
    pub created_at: NaiveDateTime,
    placed_at: Option<NaiveDateTime>,
}

impl Purchase {
    pub fn find(conn: &mut Conn, id: PurchaseId) -> Result<Self> {
        Ok(placed()
            .filter(purchases::id.eq(id))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// One of a buyer's own.
    pub fn of_buyer(conn: &mut Conn, buyer: UserId, number: &str) -> Result<Self> {
        Ok(placed()
            .filter(purchases::number.eq(number))
            .filter(purchases::buyer_id.eq(buyer))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// The one that a letter's link opens; `hash` is the token's.
    pub fn of_link(conn: &mut Conn, number: &str, hash: &str) -> Result<Self> {
        Ok(placed()
            .filter(purchases::number.eq(number))
            .filter(purchases::token_hash.eq(hash))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// A buyer's, the newest first, from after a place on.
    pub fn list(conn: &mut Conn, buyer: UserId, after: Option<Place>, most: i64) -> Result<Vec<Self>> {
        let mut query = placed()
            .filter(purchases::buyer_id.eq(buyer))
            .select(Self::as_select())
            .order((purchases::created_at.desc(), purchases::id.desc()))
            .limit(most)
            .into_boxed();
        if let Some(after) = after {
            let (time, id) = (after.time(), PurchaseId(after.id));
            let later = purchases::created_at.lt(time);
            query = query.filter(later.or(purchases::created_at.eq(time).and(purchases::id.lt(id))));
        }
        Ok(query.load(conn)?)
    }

    /// When it was paid.
    pub fn placed(&self) -> NaiveDateTime {
        self.placed_at.unwrap_or(self.created_at)
    }

    pub fn place(&self) -> Place {
        Place::new(self.created_at, self.id.0)
    }

    /// The lines of the address, without the empty ones.
    pub fn address(&self) -> Vec<String> {
        let town = match self.country.as_str() {
            "US" | "CA" | "AU" => format!("{} {} {}", self.town, self.region, self.postal_code),
            "GB" | "IE" | "NZ" => format!("{} {}", self.town, self.postal_code),
            _ => format!("{} {}", self.postal_code, self.town),
        };
        let region = if matches!(self.country.as_str(), "US" | "CA" | "AU") {
            ""
        } else {
            self.region.as_str()
        };
        let country = Country::by_code(&self.country).map_or(self.country.as_str(), |country| country.name);
        [&self.name, &self.street, &self.line2, &town, region, country]
            .into_iter()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|line| !line.is_empty())
            .collect()
    }
}

/// Nobody but the buyer's checkout page sees what was not paid yet.
#[diesel::dsl::auto_type(no_type_alias)]
fn placed() -> _ {
    purchases::table.filter(purchases::placed_at.is_not_null())
}
