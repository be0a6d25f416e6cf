//! Property tests: the total of a quote is the sum of its lines and deliveries, for any cart.

use chrono::NaiveDateTime;
use pocketshop::carts::{Cart, CartLine, CartShop, Personalization};
use pocketshop::catalog::{Delivery, Readiness};
use pocketshop::checkout::{CheckoutChoices, Quote};
use pocketshop::id::{CartItemId, ProductId, ShippingRateId, ShopId, VariantId};
use pocketshop::money::{Currency, Money};
use pocketshop::shipping::{Countries, ShippingRate};
use pocketshop::text::Country;
use proptest::prelude::*;

fn now() -> NaiveDateTime {
    "2026-11-24T12:00:00".parse().unwrap()
}

/// A random cart line: shop, unit price, quantity, and whether it needs shipping.
type RandomLine = (i64, i64, i32, bool);

fn cart(random_lines: &[RandomLine]) -> Cart {
    let lines = random_lines
        .iter()
        .zip(1..)
        .map(|(&(shop, price, quantity, shipped), id)| CartLine {
            item: CartItemId(id),
            variant: VariantId(100 + id),
            product: ProductId(id),
            shop: ShopId(shop),
            title: format!("Thing {id}"),
            url: String::new(),
            option: String::new(),
            answers: Vec::new(),
            personalization: Personalization::default(),
            unit_price: Money(price),
            price_before: None,
            quantity,
            subtotal: Money(price * i64::from(quantity)),
            max_quantity: 99,
            delivery: if shipped { Delivery::Parcel } else { Delivery::Digital },
            readiness: Readiness::Ready,
            picture: None,
            problem: None,
        });
    group_by_shop(lines.collect())
}

fn group_by_shop(mut lines: Vec<CartLine>) -> Cart {
    let mut shops: Vec<CartShop> = Vec::new();
    for line in &lines {
        if !shops.iter().any(|shop| shop.id == line.shop) {
            shops.push(CartShop {
                id: line.shop,
                name: format!("Shop {}", line.shop),
                url: String::new(),
                vacation: None,
            });
        }
    }
    lines.sort_by_key(|line| shops.iter().position(|shop| shop.id == line.shop));
    Cart {
        lines,
        shops,
        ..Cart::default()
    }
}

/// The first price, the further price and the subtotal for free delivery of a rate. Each of the shops 1 to 4 has one.
type RatePrices = (i64, i64, Option<i64>);

fn rates(rate_prices: &[RatePrices]) -> Vec<ShippingRate> {
    let rate = |(&(first, further, free_over), shop): (&RatePrices, i64)| ShippingRate {
        id: ShippingRateId(shop * 10),
        shop_id: ShopId(shop),
        name: "Post".to_owned(),
        countries: Countries::everywhere(),
        first_price: Money(first),
        further_price: Money(further),
        free_over: free_over.map(Money),
        days_from: 1,
        days_to: 3,
        pickup: false,
    };
    rate_prices.iter().zip(1..).map(rate).collect()
}

fn quote(cart: &Cart, rates: &[ShippingRate]) -> Quote {
    let choices = CheckoutChoices {
        country: Country::by_code("PT").unwrap(),
        only_shop: None,
        delivery_options: Vec::new(),
    };
    Quote::new(cart, rates, &choices, now())
}

fn random_lines() -> impl Strategy<Value = Vec<RandomLine>> {
    proptest::collection::vec((1..=4_i64, 0..=1_000_000_000_i64, 1..=99_i32, any::<bool>()), 1..50)
}

fn rate_prices() -> impl Strategy<Value = Vec<RatePrices>> {
    let free = proptest::option::of(0..=10_000_000_000_i64);
    proptest::collection::vec((0..=1_000_000_i64, 0..=1_000_000_i64, free), 4)
}

proptest! {
    #[test]
    fn a_total_is_the_sum_of_its_lines_and_their_delivery(random_lines in random_lines(), rate_prices in rate_prices()) {
        let quote = quote(&cart(&random_lines), &rates(&rate_prices));
        prop_assert!(quote.errors.is_empty(), "{:?}", quote.errors);
        let lines: i64 = random_lines.iter().map(|&(_, price, quantity, _)| price * i64::from(quantity)).sum();
        let mut delivery = 0;
        for (&(first, further, free_over), shop) in rate_prices.iter().zip(1_i64..) {
            let shipped = || random_lines.iter().filter(|line| line.0 == shop && line.3);
            let quantity: i64 = shipped().map(|line| i64::from(line.2)).sum();
            let subtotal: i64 = shipped().map(|line| line.1 * i64::from(line.2)).sum();
            if quantity > 0 && free_over.is_none_or(|from| subtotal < from) {
                delivery += first + further * (quantity - 1);
            }
        }
        prop_assert_eq!((quote.items.0, quote.shipping.0, quote.total.0), (lines, delivery, lines + delivery));
        let shop_totals: i64 = quote.shops.iter().map(|shop| shop.items.0 + shop.shipping.0).sum();
        prop_assert_eq!(shop_totals, quote.total.0);
        prop_assert!(quote.shops.iter().all(|shop| shop.items.0 >= 0 && shop.shipping.0 >= 0));
        prop_assert_eq!(quote.item_count(), random_lines.iter().map(|line| i64::from(line.2)).sum::<i64>());
    }

    #[test]
    fn the_order_of_the_lines_does_not_matter(
        random_lines in random_lines(), rate_prices in rate_prices(), rotation in 0..50_usize,
    ) {
        let original = cart(&random_lines);
        let mut lines = original.lines.clone();
        let by = rotation % lines.len();
        lines.rotate_left(by);
        lines.reverse();
        let (one, other) = (quote(&original, &rates(&rate_prices)), quote(&group_by_shop(lines), &rates(&rate_prices)));
        prop_assert_eq!((one.items, one.shipping, one.total), (other.items, other.shipping, other.total));
    }

    #[test]
    fn amounts_that_are_too_large_are_refused(price in i64::MAX / 50..=i64::MAX / 2, lines in 2..50_usize) {
        let mut cart = cart(&vec![(1, 1, 1, true); lines]);
        for line in &mut cart.lines {
            line.subtotal = Money(price);
        }
        let quote = quote(&cart, &[]);
        let fits = i64::try_from(lines).ok().and_then(|lines| price.checked_mul(lines));
        prop_assert_eq!(quote.errors.is_empty(), fits.is_some_and(|sum| sum == quote.total.0));
        prop_assert!(quote.total.0 >= 0);
    }

    #[test]
    fn a_quote_is_the_same_only_while_nothing_changed(
        random_lines in random_lines(), rate_prices in rate_prices(), index in 0..50_usize, change in 0..4_usize,
    ) {
        let (before, original_rates) = (cart(&random_lines), rates(&rate_prices));
        let original_text = quote(&before, &original_rates).text();
        prop_assert_eq!(&quote(&before.clone(), &original_rates.clone()).text(), &original_text);
        let (mut after, mut changed_rates) = (before.clone(), original_rates.clone());
        let index = index % after.lines.len();
        let line = &mut after.lines[index];
        match change {
            0 => line.unit_price = Money(line.unit_price.0 + 1),
            1 => line.quantity += 1,
            2 => line.variant = VariantId(line.variant.0 + 1000),
            _ => {
                line.delivery = Delivery::Parcel;
                line.unit_price = Money(line.unit_price.0 + 2);
                for rate in &mut changed_rates {
                    rate.id = ShippingRateId(rate.id.0 + 1);
                }
            }
        }
        line.subtotal = line.unit_price.times(line.quantity).unwrap();
        let title = line.title.clone();
        let now = quote(&after, &changed_rates);
        prop_assert_ne!(now.text(), original_text.clone());
        let messages = now.changes(&original_text, Currency::by_code("USD").unwrap());
        prop_assert!(messages.iter().any(|words| words.contains(&title)), "{messages:?}");
        // Without the change, the text is the same as before.
        prop_assert_eq!(quote(&before, &original_rates).text(), original_text);
    }

    #[test]
    fn a_tampered_quote_is_only_compared(random_lines in random_lines(), input in "(t|s|i|_|\\.|[0-9]|\\PC){0,200}") {
        let quote = quote(&cart(&random_lines), &[]);
        prop_assert!(!quote.changes(&input, Currency::by_code("USD").unwrap()).is_empty());
    }
}
