//! A user's address book: where they had things sent before.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Address;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{AddressId, UserId};
use crate::schema::addresses;
use crate::text::Country;

/// The most that someone keeps.
pub const MAX_ADDRESSES: usize = 20;

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
    /// In words, as far as we know it.
    pub fn country_name(&self) -> &str {
        Country::by_code(&self.country).map_or(&self.country, |country| country.name)
    }

    /// Someone's, the last used first.
    pub fn of_user(conn: &mut Conn, user: UserId) -> Result<Vec<Self>> {
        Ok(addresses::table
            .filter(addresses::user_id.eq(user))
            .order((addresses::updated_at.desc(), addresses::id.desc()))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// One of someone's own.
    pub fn find(conn: &mut Conn, user: UserId, id: AddressId) -> Result<Self> {
        Ok(addresses::table
            .find(id)
            .filter(addresses::user_id.eq(user))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// # Errors
    /// Refused when no more fit.
    pub fn add(conn: &mut Conn, user: UserId, address: &Address, now: NaiveDateTime) -> Result<()> {
        if Self::of_user(conn, user)?.len() >= MAX_ADDRESSES {
            return Err(Error::Refused(format!(
                "Your address book holds {MAX_ADDRESSES} addresses, which is all that it takes. Remove one first."
            )));
        }
        Self::keep(conn, user, address, now)
    }

    /// Sets one of someone's own.
    pub fn set(conn: &mut Conn, user: UserId, id: AddressId, address: &Address, now: NaiveDateTime) -> Result<()> {
        let own = addresses::table.find(id).filter(addresses::user_id.eq(user));
        let changed = diesel::update(own)
            .set((
                addresses::name.eq(&address.name),
                addresses::street.eq(&address.street),
                addresses::line2.eq(&address.line2),
                addresses::postal_code.eq(&address.postal_code),
                addresses::town.eq(&address.town),
                addresses::region.eq(&address.region),
                addresses::country.eq(address.country.code),
                addresses::updated_at.eq(now),
            ))
            .execute(conn)?;
        if changed == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    pub fn remove(conn: &mut Conn, user: UserId, id: AddressId) -> Result<()> {
        let own = addresses::table.find(id).filter(addresses::user_id.eq(user));
        if diesel::delete(own).execute(conn)? == 0 {
            return Err(Error::NotFound);
        }
        Ok(())
    }

    /// Keeps an address; one that is there already only moves to the front, the one not used for longest makes room.
    pub fn keep(conn: &mut Conn, user: UserId, address: &Address, now: NaiveDateTime) -> Result<()> {
        let known = Self::of_user(conn, user)?;
        if let Some(same) = known.iter().find(|saved| saved.is(address)) {
            diesel::update(addresses::table.find(same.id))
                .set(addresses::updated_at.eq(now))
                .execute(conn)?;
            return Ok(());
        }
        for old in known.iter().skip(MAX_ADDRESSES - 1) {
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
