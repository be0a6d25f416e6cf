//! A shipping rate: where a shop ships to, for how much, and how long it takes.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::db::{Conn, one_of};
use crate::direction::Direction;
use crate::error::{Error, Result};
use crate::id::{ShippingRateId, ShopId};
use crate::money::Money;
use crate::schema::shipping_rates;
use crate::text::Country;

/// The maximum number of rates of a shop.
pub const MAX_RATES: usize = 20;
/// The longest name, in characters.
pub const MAX_RATE_NAME_LENGTH: usize = 60;
/// The longest transit time, in days.
pub const MAX_TRANSIT_DAYS: i32 = 365;
/// Stored for a rate that applies everywhere.
const EVERYWHERE: &str = "*";
/// Stored before a list of excluded countries.
const EXCEPT: char = '!';

/// The countries that a rate applies to: `*` for all, `PT ES` for these only, `!PT ES` for all except these.
#[derive(Debug, Clone, PartialEq, Eq, DieselNewType)]
pub struct Countries(String);

impl Countries {
    pub fn everywhere() -> Self {
        Self(EVERYWHERE.to_owned())
    }

    /// These countries only; stored once each, sorted by name.
    pub fn only(chosen: &[Country]) -> Self {
        let codes: Vec<&str> = Country::all()
            .iter()
            .filter(|country| chosen.contains(country))
            .map(|country| country.code)
            .collect();
        Self(codes.join(" "))
    }

    /// Every country except these.
    pub fn except(excluded: &[Country]) -> Self {
        Self(format!("{EXCEPT}{}", Self::only(excluded).0))
    }

    pub fn is_everywhere(&self) -> bool {
        self.0 == EVERYWHERE
    }

    /// Whether the named countries are excluded.
    pub fn is_exclusion(&self) -> bool {
        self.0.starts_with(EXCEPT)
    }

    pub fn includes(&self, country: Country) -> bool {
        self.is_everywhere() || self.codes().any(|code| code == country.code) != self.is_exclusion()
    }

    /// The named countries, included or excluded; empty for everywhere.
    pub fn named(&self) -> Vec<Country> {
        self.codes().filter_map(Country::by_code).collect()
    }

    fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.trim_start_matches(EXCEPT).split(' ')
    }

    /// `Everywhere`, `Portugal and Spain`, `Everywhere but France, Spain and 12 more`
    pub fn words(&self) -> String {
        if self.is_exclusion() {
            return format!("Everywhere except {}", self.names());
        }
        if self.is_everywhere() {
            "Everywhere".to_owned()
        } else {
            self.names()
        }
    }

    fn names(&self) -> String {
        let names: Vec<&str> = self.named().iter().map(|country| country.name).collect();
        match names.as_slice() {
            [] => String::new(),
            [name] => (*name).to_owned(),
            [first, second] => format!("{first} and {second}"),
            [first, second, third] => format!("{first}, {second} and {third}"),
            [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
        }
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = shipping_rates)]
pub struct ShippingRate {
    pub id: ShippingRateId,
    pub shop_id: ShopId,
    pub name: String,
    pub countries: Countries,
    /// The price for the first item.
    pub first_price: Money,
    /// The price for each additional item.
    pub further_price: Money,
    /// Delivery is free from this subtotal on.
    pub free_over: Option<Money>,
    /// The minimum and maximum days in transit.
    pub days_from: i32,
    pub days_to: i32,
    /// The buyer picks it up.
    pub pickup: bool,
}

/// The part of a rate that a seller edits.
#[derive(Debug, Clone, AsChangeset, Insertable)]
#[diesel(table_name = shipping_rates, treat_none_as_null = true)]
pub struct ShippingRateDraft {
    pub name: String,
    pub countries: Countries,
    pub first_price: Money,
    pub further_price: Money,
    pub free_over: Option<Money>,
    pub days_from: i32,
    pub days_to: i32,
    pub pickup: bool,
}

#[derive(Insertable)]
#[diesel(table_name = shipping_rates)]
struct NewShippingRate {
    id: ShippingRateId,
    shop_id: ShopId,
    position: i32,
    #[diesel(embed)]
    draft: ShippingRateDraft,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl ShippingRate {
    /// The rates of these shops, each shop's in its own order.
    pub fn of_shops(conn: &mut Conn, shops: &[ShopId]) -> Result<Vec<Self>> {
        if shops.is_empty() {
            return Ok(Vec::new());
        }
        Ok(shipping_rates::table
            .filter(one_of(shipping_rates::shop_id, shops.iter().map(|shop| shop.0)))
            .order((shipping_rates::shop_id, shipping_rates::position, shipping_rates::id))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// A rate of this shop.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, id: ShippingRateId) -> Result<Self> {
        Ok(shipping_rates::table
            .find(id)
            .filter(shipping_rates::shop_id.eq(shop))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// Adds a rate at the end of the list.
    ///
    /// # Errors
    /// `Refused` if the shop has as many rates as it may have.
    pub fn create(
        conn: &mut Conn,
        shop: ShopId,
        draft: &ShippingRateDraft,
        now: NaiveDateTime,
    ) -> Result<ShippingRateId> {
        let positions: Vec<i32> = shipping_rates::table
            .filter(shipping_rates::shop_id.eq(shop))
            .select(shipping_rates::position)
            .load(conn)?;
        if positions.len() >= MAX_RATES {
            return Err(Error::Refused(format!(
                "You have the maximum of {MAX_RATES} rates. Change or remove one first."
            )));
        }
        let id = ShippingRateId::new();
        let rate = NewShippingRate {
            id,
            shop_id: shop,
            position: positions.into_iter().max().unwrap_or(0) + 1,
            draft: draft.clone(),
            created_at: now,
            updated_at: now,
        };
        diesel::insert_into(shipping_rates::table).values(&rate).execute(conn)?;
        Ok(id)
    }

    pub fn update(
        conn: &mut Conn,
        shop: ShopId,
        id: ShippingRateId,
        draft: &ShippingRateDraft,
        now: NaiveDateTime,
    ) -> Result<()> {
        let own = shipping_rates::table.find(id).filter(shipping_rates::shop_id.eq(shop));
        let changed = diesel::update(own)
            .set((draft, shipping_rates::updated_at.eq(now)))
            .execute(conn)?;
        if changed == 0 { Err(Error::NotFound) } else { Ok(()) }
    }

    /// Deletes a rate and returns its name.
    pub fn delete(conn: &mut Conn, shop: ShopId, id: ShippingRateId) -> Result<String> {
        let rate = Self::of_shop(conn, shop, id)?;
        diesel::delete(shipping_rates::table.find(id)).execute(conn)?;
        Ok(rate.name)
    }

    /// Moves a rate one position up or down; at either end of the list nothing changes.
    pub fn shift(
        conn: &mut Conn,
        shop: ShopId,
        id: ShippingRateId,
        direction: Direction,
        now: NaiveDateTime,
    ) -> Result<()> {
        let mut ids: Vec<ShippingRateId> = Self::of_shops(conn, &[shop])?.into_iter().map(|rate| rate.id).collect();
        let from = ids.iter().position(|rate| *rate == id).ok_or(Error::NotFound)?;
        if !direction.shift(&mut ids, from) {
            return Ok(());
        }
        for (position, rate) in (1_i32..).zip(ids) {
            diesel::update(shipping_rates::table.find(rate))
                .set((
                    shipping_rates::position.eq(position),
                    shipping_rates::updated_at.eq(now),
                ))
                .execute(conn)?;
        }
        Ok(())
    }

    /// The price of delivery for this many items with this subtotal. None if the amount is too large.
    pub fn price(&self, item_count: i32, subtotal: Money) -> Option<Money> {
        if self.free_over.is_some_and(|from| subtotal >= from) {
            return Some(Money(0));
        }
        self.first_price
            .plus(self.further_price.times((item_count - 1).max(0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_applies_to_the_countries_it_names() {
        let [france, portugal, spain] = ["FR", "PT", "ES"].map(|code| Country::by_code(code).unwrap());
        let only = Countries::only(&[spain, portugal]);
        assert!(only.includes(spain) && only.includes(portugal) && !only.includes(france));
        assert_eq!(only.words(), "Portugal and Spain");
        let except = Countries::except(&[spain]);
        assert!(!except.includes(spain) && except.includes(portugal) && except.includes(france));
        assert_eq!(except.words(), "Everywhere except Spain");
        assert!(
            Country::all()
                .iter()
                .all(|country| Countries::everywhere().includes(*country))
        );
        assert_eq!(Countries::everywhere().words(), "Everywhere");
        assert_eq!(
            Countries::only(&Country::all()[..5]).words(),
            "Afghanistan, Åland Islands and 3 more"
        );
    }
}
