//! What a purchase comes to: pure, from the cart, the shops' rates, and the buyer's choices.

use chrono::NaiveDateTime;

use crate::carts::{Cart, CartLine};
use crate::id::{ShippingRateId, ShopId};
use crate::money::{Currency, Money};
use crate::shipping::{DeliveryItem, DeliveryOption, DeliveryQuote, ShippingRate};
use crate::text::Country;

/// What the buyer decides.
#[derive(Debug, Clone)]
pub struct CheckoutChoices {
    pub country: Country,
    /// One shop's part alone; the rest stays in the cart.
    pub only: Option<ShopId>,
    /// How each shop is to send; the shop's first way where nothing is said.
    pub delivery_options: Vec<(ShopId, ShippingRateId)>,
}

/// One shop's part.
#[derive(Debug, Clone)]
pub struct Part {
    pub shop: ShopId,
    pub name: String,
    pub url: String,
    pub lines: Vec<CartLine>,
    pub delivery_quote: DeliveryQuote,
    /// How it travels; none when nothing does, or cannot.
    pub delivery_option: Option<DeliveryOption>,
    pub items: Money,
    pub shipping: Money,
}

#[derive(Debug, Clone, Default)]
pub struct Quote {
    pub parts: Vec<Part>,
    pub items: Money,
    pub shipping: Money,
    pub total: Money,
    /// Why it cannot be bought as it stands, for the buyer.
    pub errors: Vec<String>,
}

impl Part {
    /// How the buyer may have it sent; none where nothing is sent.
    pub fn delivery_options(&self) -> &[DeliveryOption] {
        match &self.delivery_quote {
            DeliveryQuote::Options(delivery_options) => delivery_options,
            DeliveryQuote::Nothing | DeliveryQuote::Unavailable => &[],
        }
    }

    pub fn is_chosen(&self, delivery_option: &DeliveryOption) -> bool {
        self.delivery_option.as_ref() == Some(delivery_option)
    }
}

impl Quote {
    pub fn new(cart: &Cart, rates: &[ShippingRate], choices: &CheckoutChoices, now: NaiveDateTime) -> Self {
        let mut quote = Self::default();
        let shops = cart
            .shops
            .iter()
            .filter(|shop| choices.only.is_none_or(|only| only == shop.id));
        for shop in shops {
            let lines: Vec<CartLine> = cart.of_shop(shop.id).cloned().collect();
            let own: Vec<ShippingRate> = rates.iter().filter(|rate| rate.shop_id == shop.id).cloned().collect();
            let packed: Vec<DeliveryItem> = lines.iter().map(packed).collect();
            let delivery_quote = DeliveryQuote::new(&own, choices.country, &packed, now);
            let chosen = choices
                .delivery_options
                .iter()
                .find(|(of, _)| *of == shop.id)
                .map(|(_, rate)| *rate);
            let delivery_option = delivery_quote.chosen(chosen).cloned();
            for line in &lines {
                let problem = line.problem.as_ref();
                quote
                    .errors
                    .extend(problem.map(|problem| format!("{}: {}", line.title, problem.message())));
            }
            if delivery_quote == DeliveryQuote::Unavailable {
                quote.errors.push(format!(
                    "{} does not send to {}. Choose another country, or take its products out of your cart.",
                    shop.name, choices.country.name
                ));
            }
            let items = sum(lines.iter().map(|line| line.subtotal));
            let shipping = delivery_option
                .as_ref()
                .map_or(Money(0), |delivery_option| delivery_option.price);
            let both = items.and_then(|items| Some((items, quote.add(items, shipping)?)));
            let Some((items, ())) = both else {
                quote
                    .errors
                    .push("This is more than can be paid at once. Take something out of your cart.".into());
                return quote;
            };
            quote.parts.push(Part {
                shop: shop.id,
                name: shop.name.clone(),
                url: shop.url.clone(),
                lines,
                delivery_quote,
                delivery_option,
                items,
                shipping,
            });
        }
        if quote.parts.is_empty() {
            quote.errors.push("There is nothing in your cart to pay for.".into());
        }
        quote
    }

    fn add(&mut self, items: Money, shipping: Money) -> Option<()> {
        self.items = self.items.plus(items)?;
        self.shipping = self.shipping.plus(shipping)?;
        self.total = self.items.plus(self.shipping)?;
        Some(())
    }

    pub fn pieces(&self) -> i64 {
        let lines = self.parts.iter().flat_map(|part| &part.lines);
        lines.map(|line| i64::from(line.quantity)).sum()
    }

    /// All that the buyer agrees to, in one text: two quotes are the same when these are. It comes back with the form, only
    /// to be compared; nothing is ever charged by it.
    pub fn text(&self) -> String {
        let mut words = vec![format!("t{}", self.total.0)];
        for part in &self.parts {
            let rate = part
                .delivery_option
                .as_ref()
                .and_then(|delivery_option| delivery_option.rate)
                .map_or(0, |rate| rate.0);
            words.push(format!("s{}.{rate}.{}", part.shop, part.shipping.0));
            for line in &part.lines {
                words.push(format!(
                    "i{}.{}.{}.{}",
                    line.item, line.variant, line.quantity, line.unit_price.0
                ));
            }
        }
        words.join("_")
    }

    /// What is different from what the buyer saw, in sentences.
    pub fn changes(&self, seen: &str, currency: Currency) -> Vec<String> {
        let mut changes = Vec::new();
        let find = |prefix: String| seen.split('_').find_map(|word| word.strip_prefix(&prefix));
        let mut known = 0;
        for part in &self.parts {
            for line in &part.lines {
                let before = find(format!("i{}.{}.", line.item, line.variant));
                let numbers = before.and_then(|rest| rest.split_once('.'));
                let Some((quantity, price)) = numbers else {
                    changes.push(format!("{} was added to your cart.", line.title));
                    continue;
                };
                known += 1;
                if quantity != line.quantity.to_string() {
                    changes.push(format!(
                        "Of {} there are {} in your cart now.",
                        line.title, line.quantity
                    ));
                }
                if price != line.unit_price.0.to_string() {
                    let now = currency.format(line.unit_price);
                    changes.push(format!("{} costs {now} now.", line.title));
                }
            }
            let rate = part
                .delivery_option
                .as_ref()
                .and_then(|delivery_option| delivery_option.rate)
                .map_or(0, |rate| rate.0);
            let sent = find(format!("s{}.", part.shop));
            if let (Some(sent), Some(delivery_option)) = (sent, &part.delivery_option)
                && sent != format!("{rate}.{}", part.shipping.0)
            {
                let price = currency.format(part.shipping);
                changes.push(format!(
                    "Delivery from {} is now {}, {price}.",
                    part.name, delivery_option.name
                ));
            }
        }
        if seen.split('_').filter(|word| word.starts_with('i')).count() > known {
            changes.push("Something is no longer in your cart.".to_owned());
        }
        if changes.is_empty() {
            changes.push(format!("It now comes to {}.", currency.format(self.total)));
        }
        changes
    }
}

fn packed(line: &CartLine) -> DeliveryItem {
    DeliveryItem {
        quantity: line.quantity,
        subtotal: line.subtotal,
        delivery: line.delivery,
        readiness: line.readiness,
    }
}

fn sum(mut all: impl Iterator<Item = Money>) -> Option<Money> {
    all.try_fold(Money(0), Money::plus)
}
