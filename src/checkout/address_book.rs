//! A user's address book: the saved addresses that the checkout offers.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{AddressId, UserId};
use crate::orders::Address;
use crate::schema::addresses;

/// The number of addresses that a user may save.
pub const MAX_ADDRESSES: usize = 20;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = addresses)]
pub struct SavedAddress {
    pub id: AddressId,
    #[diesel(select_expression = (
        addresses::name,
        addresses::street,
        addresses::line2,
        addresses::postal_code,
        addresses::town,
        addresses::region,
        addresses::country,
    ))]
    pub address: Address,
}

/// The columns of an address, for an insert or an update. `Address` derives them for the table `purchases`, and diesel
/// supports only one table for each struct.
macro_rules! columns {
    ($address:expr) => {
        (
            addresses::name.eq(&$address.name),
            addresses::street.eq(&$address.street),
            addresses::line2.eq(&$address.line2),
            addresses::postal_code.eq(&$address.postal_code),
            addresses::town.eq(&$address.town),
            addresses::region.eq(&$address.region),
            addresses::country.eq(&$address.country),
        )
    };
}

impl SavedAddress {
    /// The user's addresses, the most recently used first.
    pub fn of_user(conn: &mut Conn, user: UserId) -> Result<Vec<Self>> {
        Ok(addresses::table
            .filter(addresses::user_id.eq(user))
            .order((addresses::updated_at.desc(), addresses::id.desc()))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// Finds an address of this user.
    pub fn find(conn: &mut Conn, user: UserId, id: AddressId) -> Result<Self> {
        Ok(addresses::table
            .find(id)
            .filter(addresses::user_id.eq(user))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// Adds an address. If it is saved already, it moves to the front.
    ///
    /// # Errors
    /// `Refused` if the address book is full.
    pub fn add(conn: &mut Conn, user: UserId, address: &Address, now: NaiveDateTime) -> Result<()> {
        if Self::of_user(conn, user)?.len() >= MAX_ADDRESSES {
            return Err(Error::Refused(format!(
                "Your address book has the maximum of {MAX_ADDRESSES} addresses. Remove one first."
            )));
        }
        Self::save(conn, user, address, now)
    }

    /// Replaces an address of this user.
    ///
    /// # Errors
    /// `NotFound` if the user has no such address.
    pub fn update(conn: &mut Conn, user: UserId, id: AddressId, address: &Address, now: NaiveDateTime) -> Result<()> {
        let own = addresses::table.find(id).filter(addresses::user_id.eq(user));
        let updated = diesel::update(own)
            .set((columns!(address), addresses::updated_at.eq(now)))
            .execute(conn)?;
        if updated == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// Deletes an address of this user.
    ///
    /// # Errors
    /// `NotFound` if the user has no such address.
    pub fn delete(conn: &mut Conn, user: UserId, id: AddressId) -> Result<()> {
        let own = addresses::table.find(id).filter(addresses::user_id.eq(user));
        if diesel::delete(own).execute(conn)? == 0 {
            return Err(Error::NotFound);
        }
        Ok(())
    }

    /// Saves an address that was just used. If it is saved already, it moves to the front. If the address book is full,
    /// the least recently used address is deleted.
    pub fn save(conn: &mut Conn, user: UserId, address: &Address, now: NaiveDateTime) -> Result<()> {
        let saved = Self::of_user(conn, user)?;
        if let Some(same) = saved.iter().find(|saved| saved.address == *address) {
            diesel::update(addresses::table.find(same.id))
                .set(addresses::updated_at.eq(now))
                .execute(conn)?;
            return Ok(());
        }
        for old in saved.iter().skip(MAX_ADDRESSES - 1) {
            diesel::delete(addresses::table.find(old.id)).execute(conn)?;
        }
        diesel::insert_into(addresses::table)
            .values((
                addresses::id.eq(AddressId::new()),
                addresses::user_id.eq(user),
                columns!(address),
                addresses::created_at.eq(now),
                addresses::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }
}
