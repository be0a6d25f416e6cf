//! The quote: the price of a purchase, computed from the cart, the shops' shipping rates and the buyer's choices.

use chrono::NaiveDateTime;

use crate::carts::{Cart, CartLine, CartShop};
use crate::id::{ShippingRateId, ShopId};
use crate::money::{Currency, Money};
use crate::shipping::{DeliveryItem, DeliveryOption, DeliveryQuote, ShippingRate};
use crate::text::Country;

/// The buyer's choices at checkout.
#[derive(Debug, Clone)]
pub struct CheckoutChoices {
    pub country: Country,
    /// The only shop to pay for. The lines of other shops stay in the cart. None: all shops.
    pub only_shop: Option<ShopId>,
    /// The shipping rate for each shop. A shop that is not in the list uses its first rate.
    pub delivery_options: Vec<(ShopId, ShippingRateId)>,
}

/// One shop's part of a quote.
#[derive(Debug, Clone)]
pub struct ShopQuote {
    pub id: ShopId,
    pub name: String,
    pub url: String,
    pub lines: Vec<CartLine>,
    pub delivery_quote: DeliveryQuote,
    /// The chosen option. None if no shipping is needed, or if the shop does not ship there.
    pub delivery_option: Option<DeliveryOption>,
    pub items: Money,
    pub shipping: Money,
}

#[derive(Debug, Clone, Default)]
pub struct Quote {
    pub shops: Vec<ShopQuote>,
    pub items: Money,
    pub shipping: Money,
    pub total: Money,
    /// The reasons why the purchase cannot be placed, for the buyer.
    pub errors: Vec<String>,
}

impl ShopQuote {
    /// None if the amount is too large.
    fn new(
        shop: &CartShop,
        cart: &Cart,
        rates: &[ShippingRate],
        choices: &CheckoutChoices,
        now: NaiveDateTime,
    ) -> Option<Self> {
        let lines: Vec<CartLine> = cart.of_shop(shop.id).cloned().collect();
        let own_rates: Vec<ShippingRate> = rates.iter().filter(|rate| rate.shop_id == shop.id).cloned().collect();
        let items: Vec<DeliveryItem> = lines.iter().map(delivery_item).collect();
        let delivery_quote = DeliveryQuote::new(&own_rates, choices.country, &items, now);
        let chosen_rate = choices
            .delivery_options
            .iter()
            .find(|(id, _)| *id == shop.id)
            .map(|(_, rate)| *rate);
        let delivery_option = delivery_quote.chosen(chosen_rate).cloned();
        Some(Self {
            id: shop.id,
            name: shop.name.clone(),
            url: shop.url.clone(),
            items: lines.iter().map(|line| line.subtotal).try_fold(Money(0), Money::plus)?,
            shipping: delivery_option.as_ref().map_or(Money(0), |option| option.price),
            lines,
            delivery_quote,
            delivery_option,
        })
    }

    /// The options to choose from; empty if no shipping is needed.
    pub fn delivery_options(&self) -> &[DeliveryOption] {
        match &self.delivery_quote {
            DeliveryQuote::Options(options) => options,
            DeliveryQuote::Nothing | DeliveryQuote::Unavailable => &[],
        }
    }

    pub fn is_chosen(&self, option: &DeliveryOption) -> bool {
        self.delivery_option.as_ref() == Some(option)
    }

    /// The id of the chosen rate for `Quote::text`; 0 if there is none.
    fn rate_number(&self) -> i64 {
        let option = self.delivery_option.as_ref();
        option.and_then(|option| option.rate).map_or(0, |rate| rate.0)
    }

    /// The reasons why this shop's part cannot be bought, for the buyer.
    fn errors(&self, country: Country) -> Vec<String> {
        let line_error = |line: &CartLine| {
            let problem = line.problem.as_ref()?;
            Some(format!("{}: {}", line.title, problem.message()))
        };
        let mut errors: Vec<String> = self.lines.iter().filter_map(line_error).collect();
        if self.delivery_quote == DeliveryQuote::Unavailable {
            errors.push(format!(
                "{} doesn't ship to {}. Choose another country, or remove its products from your cart.",
                self.name, country.name
            ));
        }
        errors
    }
}

impl Quote {
    pub fn new(cart: &Cart, rates: &[ShippingRate], choices: &CheckoutChoices, now: NaiveDateTime) -> Self {
        let mut quote = Self::default();
        let shops = cart
            .shops
            .iter()
            .filter(|shop| choices.only_shop.is_none_or(|only| only == shop.id));
        for shop in shops {
            let shop_quote = ShopQuote::new(shop, cart, rates, choices, now);
            if shop_quote
                .and_then(|shop_quote| quote.add(shop_quote, choices.country))
                .is_none()
            {
                quote
                    .errors
                    .push("This total is too large to pay at once. Remove something from your cart.".into());
                return quote;
            }
        }
        if quote.shops.is_empty() {
            quote.errors.push("Your cart has nothing to pay for.".into());
        }
        quote
    }

    /// None if the total is too large.
    fn add(&mut self, shop: ShopQuote, country: Country) -> Option<()> {
        self.errors.extend(shop.errors(country));
        self.items = self.items.plus(shop.items)?;
        self.shipping = self.shipping.plus(shop.shipping)?;
        self.total = self.items.plus(self.shipping)?;
        self.shops.push(shop);
        Some(())
    }

    /// The lines of all shops.
    pub(super) fn lines(&self) -> impl Iterator<Item = &CartLine> {
        self.shops.iter().flat_map(|shop| &shop.lines)
    }

    /// The number of items: the sum of all quantities.
    pub fn item_count(&self) -> i64 {
        self.lines().map(|line| i64::from(line.quantity)).sum()
    }

    /// Everything that the buyer agrees to, as one text. Two quotes are the same if their texts are the same. The form
    /// sends it back for comparison only; it never decides what is charged.
    pub fn text(&self) -> String {
        let mut parts = vec![format!("t{}", self.total.0)];
        for shop in &self.shops {
            parts.push(format!("s{}.{}.{}", shop.id, shop.rate_number(), shop.shipping.0));
            for line in &shop.lines {
                parts.push(format!(
                    "i{}.{}.{}.{}",
                    line.item, line.variant, line.quantity, line.unit_price.0
                ));
            }
        }
        parts.join("_")
    }

    /// What changed since the buyer saw the quote with the text `seen`, in sentences.
    pub fn changes(&self, seen: &str, currency: Currency) -> Vec<String> {
        let mut changes = Vec::new();
        let find = |prefix: String| seen.split('_').find_map(|part| part.strip_prefix(&prefix));
        let mut lines_seen = 0;
        for shop in &self.shops {
            for line in &shop.lines {
                let before = find(format!("i{}.{}.", line.item, line.variant));
                let Some((quantity, price)) = before.and_then(|rest| rest.split_once('.')) else {
                    changes.push(format!("{} was added to your cart.", line.title));
                    continue;
                };
                lines_seen += 1;
                if quantity != line.quantity.to_string() {
                    changes.push(format!("You now have {} × {} in your cart.", line.quantity, line.title));
                }
                if price != line.unit_price.0.to_string() {
                    let price = currency.format(line.unit_price);
                    changes.push(format!("{} now costs {price}.", line.title));
                }
            }
            let before = find(format!("s{}.", shop.id));
            if let (Some(before), Some(option)) = (before, &shop.delivery_option)
                && before != format!("{}.{}", shop.rate_number(), shop.shipping.0)
            {
                let price = currency.format(shop.shipping);
                changes.push(format!("Delivery from {} is now {}, {price}.", shop.name, option.name));
            }
        }
        if seen.split('_').filter(|part| part.starts_with('i')).count() > lines_seen {
            changes.push("Something is no longer in your cart.".to_owned());
        }
        if changes.is_empty() {
            changes.push(format!("The new total is {}.", currency.format(self.total)));
        }
        changes
    }
}

fn delivery_item(line: &CartLine) -> DeliveryItem {
    DeliveryItem {
        quantity: line.quantity,
        subtotal: line.subtotal,
        delivery: line.delivery,
        readiness: line.readiness,
    }
}
