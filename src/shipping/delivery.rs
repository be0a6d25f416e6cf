//! The ways in which what somebody buys of one shop can reach them.

use chrono::NaiveDateTime;

use super::{Arrival, Rate};
use crate::catalog::{Delivery, Readiness};
use crate::id::RateId;
use crate::money::Money;
use crate::text::Country;

/// What is to be sent: one line of what is bought.
#[derive(Debug, Clone, Copy)]
pub struct Packed {
    pub quantity: i32,
    pub subtotal: Money,
    pub delivery: Delivery,
    pub readiness: Readiness,
}

/// One way to send it all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// None: the shop has no rates, and sends free.
    pub rate: Option<RateId>,
    pub name: String,
    pub price: Money,
    pub pickup: bool,
    /// None: the shop does not say.
    pub arrival: Option<Arrival>,
    /// The subtotal from which on this way is free, where it is not yet.
    pub free_over: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// Nothing travels.
    Nothing,
    /// At least one.
    Ways(Vec<Way>),
    /// The shop does not send to that country.
    Nowhere,
}

impl Sending {
    /// How one shop's lines get to a country, by the shop's own rates.
    pub fn of(rates: &[Rate], country: Country, lines: &[Packed], now: NaiveDateTime) -> Self {
        let parcels: Vec<&Packed> = lines.iter().filter(|line| line.delivery == Delivery::Parcel).collect();
        if parcels.is_empty() {
            return Self::Nothing;
        }
        if rates.is_empty() {
            return Self::Ways(vec![Way {
                rate: None,
                name: "Standard delivery".to_owned(),
                price: Money(0),
                pickup: false,
                arrival: None,
                free_over: None,
            }]);
        }
        let pieces = parcels
            .iter()
            .try_fold(0_i32, |sum, line| sum.checked_add(line.quantity));
        let subtotal = parcels.iter().try_fold(Money(0), |sum, line| sum.plus(line.subtotal));
        let (Some(pieces), Some(subtotal)) = (pieces, subtotal) else {
            return Self::Nowhere;
        };
        let way = |rate: &Rate| {
            let price = rate.price(pieces, subtotal)?;
            let ready = parcels.iter().map(|line| line.readiness);
            Some(Way {
                rate: Some(rate.id),
                name: rate.name.clone(),
                price,
                pickup: rate.pickup,
                arrival: Some(Arrival::of(ready, (rate.days_from, rate.days_to), now)),
                free_over: rate.free_over.filter(|from| subtotal < *from),
            })
        };
        let ways: Vec<Way> = rates
            .iter()
            .filter(|rate| rate.countries.hold(country))
            .filter_map(way)
            .collect();
        if ways.is_empty() {
            Self::Nowhere
        } else {
            Self::Ways(ways)
        }
    }

    /// The way that was chosen, or the first one.
    pub fn chosen(&self, rate: Option<RateId>) -> Option<&Way> {
        let Self::Ways(ways) = self else { return None };
        ways.iter()
            .find(|way| rate.is_some() && way.rate == rate)
            .or_else(|| ways.first())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::super::Countries;
    use super::*;
    use crate::id::ShopId;

    fn portugal() -> Country {
        Country::of("PT").unwrap()
    }

    fn rate(first: i64, further: i64, free_over: Option<i64>, countries: Countries) -> Rate {
        Rate {
            id: RateId(1),
            shop_id: ShopId(1),
            name: "Post".to_owned(),
            countries,
            first_price: Money(first),
            further_price: Money(further),
            free_over: free_over.map(Money),
            days_from: 2,
            days_to: 4,
            pickup: false,
        }
    }

    fn line(quantity: i32, subtotal: i64) -> Packed {
        Packed {
            quantity,
            subtotal: Money(subtotal),
            delivery: Delivery::Parcel,
            readiness: Readiness::Ready,
        }
    }

    fn price(rate: &Rate, lines: &[Packed]) -> Option<i64> {
        let now = DateTime::UNIX_EPOCH.naive_utc();
        let sending = Sending::of(std::slice::from_ref(rate), portugal(), lines, now);
        sending.chosen(None).map(|way| way.price.0)
    }

    #[test]
    fn what_need_not_travel_costs_nothing() {
        let now = DateTime::UNIX_EPOCH.naive_utc();
        let mut file = line(3, 900);
        file.delivery = Delivery::Digital;
        let rates = [rate(450, 100, None, Countries::everywhere())];
        assert_eq!(Sending::of(&rates, portugal(), &[file], now), Sending::Nothing);
        assert_eq!(price(&rates[0], &[file, line(1, 500)]), Some(450));
    }

    #[test]
    fn without_rates_a_shop_sends_free_and_with_some_only_where_they_say() {
        let now = DateTime::UNIX_EPOCH.naive_utc();
        let free = Sending::of(&[], portugal(), &[line(1, 500)], now);
        assert_eq!(
            free.chosen(None).map(|way| (way.rate, way.price)),
            Some((None, Money(0)))
        );
        let spain = Countries::these(&[Country::of("ES").unwrap()]);
        let rates = [rate(450, 100, None, spain)];
        assert_eq!(Sending::of(&rates, portugal(), &[line(1, 500)], now), Sending::Nowhere);
    }

    #[test]
    fn it_is_free_from_the_very_amount_on() {
        let rate = rate(450, 100, Some(5_000), Countries::everywhere());
        assert_eq!(price(&rate, &[line(1, 4_999)]), Some(450));
        assert_eq!(price(&rate, &[line(1, 5_000)]), Some(0));
        assert_eq!(price(&rate, &[line(1, 2_500), line(1, 2_500)]), Some(0));
    }

    proptest! {
        #[test]
        fn sending_never_costs_less_than_nothing(
            first in 0..=crate::money::MOST,
            further in 0..=crate::money::MOST,
            free_over in proptest::option::of(0..=crate::money::MOST),
            lines in proptest::collection::vec((1..=99_i32, 0..=crate::money::MOST), 1..50),
        ) {
            let lines: Vec<Packed> = lines.into_iter().map(|(quantity, subtotal)| line(quantity, subtotal)).collect();
            let rate = rate(first, further, free_over, Countries::everywhere());
            let cost = price(&rate, &lines);
            prop_assert!(cost.is_some_and(|cost| cost >= 0));
            let total: i64 = lines.iter().map(|line| line.subtotal.0).sum();
            let pieces: i64 = lines.iter().map(|line| i64::from(line.quantity)).sum();
            let expected = if free_over.is_some_and(|from| total >= from) { 0 } else { first + further * (pieces - 1) };
            prop_assert_eq!(cost, Some(expected));
        }

        #[test]
        fn each_further_piece_costs_as_much_however_the_lines_are_cut(
            first in 0..100_000_i64, further in 0..100_000_i64, cut in 1..98_i32,
        ) {
            let rate = rate(first, further, None, Countries::everywhere());
            let (whole, parts) = ([line(99, 990)], [line(cut, 10), line(99 - cut, 980)]);
            prop_assert_eq!(price(&rate, &whole), price(&rate, &parts));
            prop_assert_eq!(price(&rate, &[line(1, 1)]), Some(first));
        }

        #[test]
        fn no_price_is_made_up_where_it_does_not_fit(pieces in 2..=i32::MAX, further in i64::MAX / 2..=i64::MAX) {
            let rate = rate(i64::MAX, further, None, Countries::everywhere());
            prop_assert_eq!(price(&rate, &[line(pieces, 1)]), None);
        }
    }
}
