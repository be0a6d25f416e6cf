//! The delivery options for what a buyer buys from one shop.

use chrono::NaiveDateTime;

use super::{Arrival, ShippingRate};
use crate::catalog::{Delivery, Readiness};
use crate::id::ShippingRateId;
use crate::money::Money;
use crate::text::Country;

/// A cart line, as delivery sees it.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryItem {
    pub quantity: i32,
    pub subtotal: Money,
    pub delivery: Delivery,
    pub readiness: Readiness,
}

/// A shipping rate applied to a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryOption {
    /// None if the shop has no rates and ships for free.
    pub rate: Option<ShippingRateId>,
    pub name: String,
    pub price: Money,
    pub pickup: bool,
    /// None if the shop gives no estimate.
    pub arrival: Option<Arrival>,
    /// The subtotal from which delivery is free. None if it is free already, or never.
    pub free_over: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryQuote {
    /// Nothing needs shipping.
    Nothing,
    /// At least one option, in the shop's order.
    Options(Vec<DeliveryOption>),
    /// The shop does not ship to that country.
    Unavailable,
}

impl DeliveryQuote {
    /// The options for one shop's lines, by the shop's rates.
    pub fn new(rates: &[ShippingRate], country: Country, lines: &[DeliveryItem], now: NaiveDateTime) -> Self {
        let parcels: Vec<&DeliveryItem> = lines.iter().filter(|line| line.delivery == Delivery::Parcel).collect();
        if parcels.is_empty() {
            return Self::Nothing;
        }
        if rates.is_empty() {
            return Self::Options(vec![DeliveryOption {
                rate: None,
                name: "Standard shipping".to_owned(),
                price: Money(0),
                pickup: false,
                arrival: None,
                free_over: None,
            }]);
        }
        let item_count = parcels
            .iter()
            .try_fold(0_i32, |sum, line| sum.checked_add(line.quantity));
        let subtotal = parcels.iter().try_fold(Money(0), |sum, line| sum.plus(line.subtotal));
        let (Some(item_count), Some(subtotal)) = (item_count, subtotal) else {
            return Self::Unavailable;
        };
        let option = |rate: &ShippingRate| {
            let price = rate.price(item_count, subtotal)?;
            let ready = parcels.iter().map(|line| line.readiness);
            Some(DeliveryOption {
                rate: Some(rate.id),
                name: rate.name.clone(),
                price,
                pickup: rate.pickup,
                arrival: Some(Arrival::estimate(ready, (rate.days_from, rate.days_to), now)),
                free_over: rate.free_over.filter(|from| subtotal < *from),
            })
        };
        let options: Vec<DeliveryOption> = rates
            .iter()
            .filter(|rate| rate.countries.includes(country))
            .filter_map(option)
            .collect();
        if options.is_empty() {
            Self::Unavailable
        } else {
            Self::Options(options)
        }
    }

    /// The option with this rate, or the first one.
    pub fn chosen(&self, rate: Option<ShippingRateId>) -> Option<&DeliveryOption> {
        let Self::Options(options) = self else {
            return None;
        };
        options
            .iter()
            .find(|option| rate.is_some() && option.rate == rate)
            .or_else(|| options.first())
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
        Country::by_code("PT").unwrap()
    }

    fn rate(first: i64, further: i64, free_over: Option<i64>, countries: Countries) -> ShippingRate {
        ShippingRate {
            id: ShippingRateId(1),
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

    fn line(quantity: i32, subtotal: i64) -> DeliveryItem {
        DeliveryItem {
            quantity,
            subtotal: Money(subtotal),
            delivery: Delivery::Parcel,
            readiness: Readiness::Ready,
        }
    }

    fn price(rate: &ShippingRate, lines: &[DeliveryItem]) -> Option<i64> {
        let now = DateTime::UNIX_EPOCH.naive_utc();
        let delivery_quote = DeliveryQuote::new(std::slice::from_ref(rate), portugal(), lines, now);
        delivery_quote.chosen(None).map(|option| option.price.0)
    }

    #[test]
    fn products_without_shipping_cost_nothing() {
        let now = DateTime::UNIX_EPOCH.naive_utc();
        let mut file = line(3, 900);
        file.delivery = Delivery::Digital;
        let rates = [rate(450, 100, None, Countries::everywhere())];
        assert_eq!(
            DeliveryQuote::new(&rates, portugal(), &[file], now),
            DeliveryQuote::Nothing
        );
        assert_eq!(price(&rates[0], &[file, line(1, 500)]), Some(450));
    }

    #[test]
    fn a_shop_without_rates_ships_free_and_one_with_rates_only_where_they_apply() {
        let now = DateTime::UNIX_EPOCH.naive_utc();
        let free = DeliveryQuote::new(&[], portugal(), &[line(1, 500)], now);
        assert_eq!(
            free.chosen(None).map(|option| (option.rate, option.price)),
            Some((None, Money(0)))
        );
        let spain = Countries::only(&[Country::by_code("ES").unwrap()]);
        let rates = [rate(450, 100, None, spain)];
        assert_eq!(
            DeliveryQuote::new(&rates, portugal(), &[line(1, 500)], now),
            DeliveryQuote::Unavailable
        );
    }

    #[test]
    fn delivery_is_free_from_exactly_the_threshold() {
        let rate = rate(450, 100, Some(5_000), Countries::everywhere());
        assert_eq!(price(&rate, &[line(1, 4_999)]), Some(450));
        assert_eq!(price(&rate, &[line(1, 5_000)]), Some(0));
        assert_eq!(price(&rate, &[line(1, 2_500), line(1, 2_500)]), Some(0));
    }

    proptest! {
        #[test]
        fn delivery_never_has_a_negative_price(
            first in 0..=crate::money::MAX,
            further in 0..=crate::money::MAX,
            free_over in proptest::option::of(0..=crate::money::MAX),
            lines in proptest::collection::vec((1..=99_i32, 0..=crate::money::MAX), 1..50),
        ) {
            let lines: Vec<DeliveryItem> = lines.into_iter().map(|(quantity, subtotal)| line(quantity, subtotal)).collect();
            let rate = rate(first, further, free_over, Countries::everywhere());
            let cost = price(&rate, &lines);
            prop_assert!(cost.is_some_and(|cost| cost >= 0));
            let total: i64 = lines.iter().map(|line| line.subtotal.0).sum();
            let items: i64 = lines.iter().map(|line| i64::from(line.quantity)).sum();
            let expected = if free_over.is_some_and(|from| total >= from) { 0 } else { first + further * (items - 1) };
            prop_assert_eq!(cost, Some(expected));
        }

        #[test]
        fn the_price_does_not_depend_on_how_items_are_split_into_lines(
            first in 0..100_000_i64, further in 0..100_000_i64, split in 1..98_i32,
        ) {
            let rate = rate(first, further, None, Countries::everywhere());
            let (together, apart) = ([line(99, 990)], [line(split, 10), line(99 - split, 980)]);
            prop_assert_eq!(price(&rate, &together), price(&rate, &apart));
            prop_assert_eq!(price(&rate, &[line(1, 1)]), Some(first));
        }

        #[test]
        fn an_overflowing_price_is_no_delivery_option(quantity in 2..=i32::MAX, further in i64::MAX / 2..=i64::MAX) {
            let rate = rate(i64::MAX, further, None, Countries::everywhere());
            prop_assert_eq!(price(&rate, &[line(quantity, 1)]), None);
        }
    }
}
