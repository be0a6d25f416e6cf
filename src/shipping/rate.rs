//! A rate: a way in which a shop sends, where to, and for how much.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel_derive_newtype::DieselNewType;

use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{ShippingRateId, ShopId};
use crate::money::Money;
use crate::schema::shipping_rates;
use crate::text::Country;

/// The most that one shop has.
pub const MAX_RATES: usize = 20;
/// The longest that something may be under way, in days.
pub const MAX_TRANSIT_DAYS: i32 = 365;
/// How a rate for everywhere is written, and what stands before the countries that one leaves out.
const EVERYWHERE: &str = "*";
const BUT: char = '!';

/// Where a rate counts: `*`, `PT ES` for these alone, `!PT ES` for all but these.
#[derive(Debug, Clone, PartialEq, Eq, DieselNewType)]
pub struct Countries(String);

impl Countries {
    pub fn everywhere() -> Self {
        Self(EVERYWHERE.to_owned())
    }

    /// These, each once, in the order of their names.
    pub fn these(chosen: &[Country]) -> Self {
        let codes: Vec<&str> = Country::all()
            .iter()
            .filter(|country| chosen.contains(country))
            .map(|country| country.code)
            .collect();
        Self(codes.join(" "))
    }

    /// Everywhere but there.
    pub fn but(left_out: &[Country]) -> Self {
        Self(format!("{BUT}{}", Self::these(left_out).0))
    }

    pub fn is_everywhere(&self) -> bool {
        self.0 == EVERYWHERE
    }

    /// Whether the list says where it does not count.
    pub fn leave_out(&self) -> bool {
        self.0.starts_with(BUT)
    }

    pub fn hold(&self, country: Country) -> bool {
        self.is_everywhere() || self.codes().any(|code| code == country.code) != self.leave_out()
    }

    /// Those that are named; none for everywhere.
    pub fn list(&self) -> Vec<Country> {
        self.codes().filter_map(Country::by_code).collect()
    }

    fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.trim_start_matches(BUT).split(' ')
    }

    /// `Everywhere`, `Portugal and Spain`, `Everywhere but France, Spain and 12 more`
    pub fn words(&self) -> String {
        if self.leave_out() {
            return format!("Everywhere but {}", self.named());
        }
        if self.is_everywhere() {
            "Everywhere".to_owned()
        } else {
            self.named()
        }
    }

    fn named(&self) -> String {
        let names: Vec<&str> = self.list().iter().map(|country| country.name).collect();
        match names.as_slice() {
            [] => String::new(),
            [one] => (*one).to_owned(),
            [one, other] => format!("{one} and {other}"),
            [one, other, third] => format!("{one}, {other} and {third}"),
            [one, other, rest @ ..] => format!("{one}, {other} and {} more", rest.len()),
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
    /// For the first piece, and for each one after it.
    pub first_price: Money,
    pub further_price: Money,
    /// From this subtotal on, sending is free.
    pub free_over: Option<Money>,
    /// How long it is under way.
    pub days_from: i32,
    pub days_to: i32,
    /// The buyer comes and takes it along.
    pub pickup: bool,
}

/// What a shop may say of a rate.
#[derive(Debug, Clone, AsChangeset)]
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

/// One place along in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

impl ShippingRate {
    /// The rates of these shops, each shop's in its order: one query.
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

    /// One of the shop's own.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, id: ShippingRateId) -> Result<Self> {
        Ok(shipping_rates::table
            .find(id)
            .filter(shipping_rates::shop_id.eq(shop))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// Adds one at the end of the list.
    pub fn create(
        conn: &mut Conn,
        shop: ShopId,
        draft: &ShippingRateDraft,
        now: NaiveDateTime,
    ) -> Result<ShippingRateId> {
        let places: Vec<i32> = shipping_rates::table
            .filter(shipping_rates::shop_id.eq(shop))
            .select(shipping_rates::position)
            .load(conn)?;
        if places.len() >= MAX_RATES {
            return Err(Error::Refused(format!(
                "A shop has {MAX_RATES} rates at most. Change one that you have, or remove one first."
            )));
        }
        let id = ShippingRateId::new();
        diesel::insert_into(shipping_rates::table)
            .values((
                shipping_rates::id.eq(id),
                shipping_rates::shop_id.eq(shop),
                shipping_rates::position.eq(places.into_iter().max().unwrap_or(0) + 1),
                shipping_rates::name.eq(&draft.name),
                shipping_rates::countries.eq(&draft.countries),
                shipping_rates::first_price.eq(draft.first_price),
                shipping_rates::further_price.eq(draft.further_price),
                shipping_rates::free_over.eq(draft.free_over),
                shipping_rates::days_from.eq(draft.days_from),
                shipping_rates::days_to.eq(draft.days_to),
                shipping_rates::pickup.eq(draft.pickup),
                shipping_rates::created_at.eq(now),
                shipping_rates::updated_at.eq(now),
            ))
            .execute(conn)?;
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

    /// Takes one away; gives back its name.
    pub fn delete(conn: &mut Conn, shop: ShopId, id: ShippingRateId) -> Result<String> {
        let rate = Self::of_shop(conn, shop, id)?;
        diesel::delete(shipping_rates::table.find(id)).execute(conn)?;
        Ok(rate.name)
    }

    /// Moves one by a place; at the end of the list nothing happens.
    pub fn shift(
        conn: &mut Conn,
        shop: ShopId,
        id: ShippingRateId,
        shift: Direction,
        now: NaiveDateTime,
    ) -> Result<()> {
        let mut order: Vec<ShippingRateId> = Self::of_shops(conn, &[shop])?.into_iter().map(|rate| rate.id).collect();
        let at = order.iter().position(|rate| *rate == id).ok_or(Error::NotFound)?;
        let to = match shift {
            Direction::Up => at.saturating_sub(1),
            Direction::Down => (at + 1).min(order.len() - 1),
        };
        order.swap(at, to);
        for (position, rate) in (1_i32..).zip(order) {
            diesel::update(shipping_rates::table.find(rate))
                .set((
                    shipping_rates::position.eq(position),
                    shipping_rates::updated_at.eq(now),
                ))
                .execute(conn)?;
        }
        Ok(())
    }

    /// What it costs to send so many pieces that cost so much together; nothing when it does not fit.
    pub fn price(&self, pieces: i32, subtotal: Money) -> Option<Money> {
        if self.free_over.is_some_and(|from| subtotal >= from) {
            return Some(Money(0));
        }
        self.first_price.plus(self.further_price.times((pieces - 1).max(0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_counts_where_it_says() {
        let [france, portugal, spain] = ["FR", "PT", "ES"].map(|code| Country::by_code(code).unwrap());
        let these = Countries::these(&[spain, portugal]);
        assert!(these.hold(spain) && these.hold(portugal) && !these.hold(france));
        assert_eq!(these.words(), "Portugal and Spain");
        let but = Countries::but(&[spain]);
        assert!(!but.hold(spain) && but.hold(portugal) && but.hold(france));
        assert_eq!(but.words(), "Everywhere but Spain");
        assert!(
            Country::all()
                .iter()
                .all(|country| Countries::everywhere().hold(*country))
        );
        assert_eq!(Countries::everywhere().words(), "Everywhere");
        assert_eq!(
            Countries::these(&Country::all()[..5]).words(),
            "Afghanistan, Åland Islands and 3 more"
        );
    }
}
