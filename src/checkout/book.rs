//! A user's address book: where they had things sent before.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Address;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AddressId, UserId};
use crate::schema::addresses;

/// The most that someone keeps; the one not used for longest makes room.
const MOST: usize = 10;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = addresses)]
pub struct SavedAddress {
    pub id: AddressId,
    pub name: String,
    pub street: String,
    pub line2: String,
    pub postal_code: String,
    pub town: String,
    pub region: String,
    /// Two capitals.
    pub country: String,
}

impl SavedAddress {
    /// Someone's, the last used first.
    pub fn of(conn: &mut Conn, user: UserId) -> Result<Vec<Self>> {
        Ok(addresses::table
            .filter(addresses::user_id.eq(user))
            .order((addresses::updated_at.desc(), addresses::id.desc()))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// Keeps an address; one that is there already only moves to the front.
    pub fn keep(conn: &mut Conn, user: UserId, address: &Address, now: NaiveDateTime) -> Result<()> {
        let known = Self::of(conn, user)?;
        if let Some(same) = known.iter().find(|saved| saved.is(address)) {
            diesel::update(addresses::table.find(same.id))
                .set(addresses::updated_at.eq(now))
                .execute(conn)?;
            return Ok(());
        }
        for old in known.iter().skip(MOST - 1) {
            diesel::delete(addresses::table.find(old.id)).execute(conn)?;
        }
        diesel::insert_into(addresses::table)
            .values((
                addresses::id.eq(AddressId::new()),
                addresses::user_id.eq(user),
                addresses::name.eq(&address.name),
                addresses::street.eq(&address.street),
                addresses::line2.eq(&address.line2),
                addresses::postal_code.eq(&address.postal_code),
                addresses::town.eq(&address.town),
                addresses::region.eq(&address.region),
                addresses::country.eq(address.country.code),
                addresses::created_at.eq(now),
                addresses::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// `Rua das Flores 1, 1100-148 Lisbon`
    pub fn words(&self) -> String {
        format!("{}, {} {}", self.street, self.postal_code, self.town)
    }

    fn is(&self, address: &Address) -> bool {
        self.name == address.name
            && self.street == address.street
            && self.line2 == address.line2
            && self.postal_code == address.postal_code
            && self.town == address.town
            && self.region == address.region
            && self.country == address.country.code
    }
}
