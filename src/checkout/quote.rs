//! What a purchase comes to: pure, from the cart, the shops' rates, and the buyer's choices.

use chrono::NaiveDateTime;

use crate::carts::{Cart, CartLine};
use crate::id::{RateId, ShopId};
use crate::money::{Currency, Money};
use crate::shipping::{Packed, Rate, Sending, Way};
use crate::text::Country;

/// What the buyer decides.
#[derive(Debug, Clone)]
pub struct Terms {
    pub country: Country,
    /// One shop's part alone; the rest stays in the cart.
    pub only: Option<ShopId>,
    /// How each shop is to send; the shop's first way where nothing is said.
    pub ways: Vec<(ShopId, RateId)>,
}

/// One shop's part.
#[derive(Debug, Clone)]
pub struct Part {
    pub shop: ShopId,
    pub name: String,
    pub url: String,
    pub lines: Vec<CartLine>,
    pub sending: Sending,
    /// How it travels; none when nothing does, or cannot.
    pub way: Option<Way>,
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
    pub problems: Vec<String>,
}

impl Part {
    /// How the buyer may have it sent; none where nothing is sent.
    pub fn ways(&self) -> &[Way] {
        match &self.sending {
            Sending::Ways(ways) => ways,
            Sending::Nothing | Sending::Nowhere => &[],
        }
    }

    pub fn is_chosen(&self, way: &Way) -> bool {
        self.way.as_ref() == Some(way)
    }
}

impl Quote {
    pub fn of(cart: &Cart, rates: &[Rate], terms: &Terms, now: NaiveDateTime) -> Self {
        let mut quote = Self::default();
        let shops = cart
            .shops
            .iter()
            .filter(|shop| terms.only.is_none_or(|only| only == shop.id));
        for shop in shops {
            let lines: Vec<CartLine> = cart.of_shop(shop.id).cloned().collect();
            let own: Vec<Rate> = rates.iter().filter(|rate| rate.shop_id == shop.id).cloned().collect();
            let packed: Vec<Packed> = lines.iter().map(packed).collect();
            let sending = Sending::of(&own, terms.country, &packed, now);
            let chosen = terms.ways.iter().find(|(of, _)| *of == shop.id).map(|(_, rate)| *rate);
            let way = sending.chosen(chosen).cloned();
            for line in &lines {
                let problem = line.problem.as_ref();
                quote
                    .problems
                    .extend(problem.map(|problem| format!("{}: {}", line.title, problem.words())));
            }
            if sending == Sending::Nowhere {
                quote.problems.push(format!(
                    "{} does not send to {}. Choose another country, or take its products out of your cart.",
                    shop.name, terms.country.name
                ));
            }
            let items = sum(lines.iter().map(|line| line.subtotal));
            let shipping = way.as_ref().map_or(Money(0), |way| way.price);
            let both = items.and_then(|items| Some((items, quote.add(items, shipping)?)));
            let Some((items, ())) = both else {
                quote
                    .problems
                    .push("This is more than can be paid at once. Take something out of your cart.".into());
                return quote;
            };
            quote.parts.push(Part {
                shop: shop.id,
                name: shop.name.clone(),
                url: shop.url.clone(),
                lines,
                sending,
                way,
                items,
                shipping,
            });
        }
        if quote.parts.is_empty() {
            quote.problems.push("There is nothing in your cart to pay for.".into());
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
            let rate = part.way.as_ref().and_then(|way| way.rate).map_or(0, |rate| rate.0);
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
            let rate = part.way.as_ref().and_then(|way| way.rate).map_or(0, |rate| rate.0);
            let sent = find(format!("s{}.", part.shop));
            if let (Some(sent), Some(way)) = (sent, &part.way)
                && sent != format!("{rate}.{}", part.shipping.0)
            {
                let price = currency.format(part.shipping);
                changes.push(format!("Delivery from {} is now {}, {price}.", part.name, way.name));
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

fn packed(line: &CartLine) -> Packed {
    Packed {
        quantity: line.quantity,
        subtotal: line.subtotal,
        delivery: line.delivery,
        readiness: line.readiness,
    }
}

fn sum(mut all: impl Iterator<Item = Money>) -> Option<Money> {
    all.try_fold(Money(0), Money::plus)
}
