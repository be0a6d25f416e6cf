//! Placing an order: records the purchase and its pending payment and holds the stock, in one transaction. The card is
//! not charged yet.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;

use super::{CheckoutChoices, Quote, ShopQuote};
use crate::accounts::hash;
use crate::carts::{Cart, CartLine, CartOwner, lock_shops};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{OrderLineId, PaymentId, PurchaseId, ShopId, ShopOrderId};
use crate::money::Currency;
use crate::orders::{Address, OrderLine, OrderStatus, Purchase, ShopOrder, number};
use crate::payments::{NewPayment, Payment, PaymentStatus};
use crate::schema::{orders, payments};
use crate::shipping::ShippingRate;
use crate::text::EmailAddress;

/// Everything that a buyer submits at checkout, except the card.
#[derive(Debug, Clone)]
pub struct CheckoutRequest {
    pub cart_owner: CartOwner,
    /// The idempotency key, which is created with the page. Requests with the same key are for the same purchase.
    pub key: String,
    pub email: EmailAddress,
    pub address: Address,
    pub choices: CheckoutChoices,
    /// Notes to the shops.
    pub notes: Vec<(ShopId, String)>,
    /// The text of the quote that the buyer saw.
    pub quote: String,
}

/// The outcome of placing an order.
#[derive(Debug)]
pub enum PlaceOutcome {
    /// The purchase is recorded. Charge the payment next.
    Started { number: String, payment: Payment },
    /// The same request was submitted before. This is the number of its purchase.
    AlreadyPlaced(String),
    /// A different request was submitted with this key before.
    KeyReused,
    /// The quote is not the one that the buyer saw, or it has errors. The sentences tell the buyer what changed or is
    /// wrong.
    QuoteChanged(Vec<String>),
}

impl CheckoutRequest {
    /// The hash of everything that must be the same when a key is used again. The card may be different.
    fn body_hash(&self) -> String {
        let address = &self.address;
        let mut parts = vec![
            self.email.as_str().to_owned(),
            address.name.clone(),
            address.street.clone(),
            address.line2.clone(),
            address.postal_code.clone(),
            address.town.clone(),
            address.region.clone(),
            address.country.clone(),
            self.quote.clone(),
        ];
        let mut delivery_options = self.choices.delivery_options.clone();
        delivery_options.sort_unstable();
        parts.extend(delivery_options.iter().map(|(shop, rate)| format!("{shop}={rate}")));
        let mut notes = self.notes.clone();
        notes.sort_unstable();
        parts.extend(notes.into_iter().map(|(shop, note)| format!("{shop}: {note}")));
        parts.push(self.choices.only_shop.map_or(String::new(), |shop| shop.to_string()));
        // A unit separator cannot occur in a field: the only control characters are the line breaks of a note.
        hash(&parts.join("\u{1f}"))
    }

    fn note(&self, shop: ShopId) -> String {
        let note = self.notes.iter().find(|(id, _)| *id == shop);
        note.map_or(String::new(), |(_, note)| note.clone())
    }
}

/// The quote for the current contents of the owner's cart.
pub fn current_quote(
    conn: &mut Conn,
    cart_owner: CartOwner,
    choices: &CheckoutChoices,
    now: NaiveDateTime,
) -> Result<Quote> {
    let cart = Cart::of_owner(conn, cart_owner, now)?;
    let shops: Vec<ShopId> = cart.shops.iter().map(|shop| shop.id).collect();
    let rates = ShippingRate::of_shops(conn, &shops)?;
    Ok(Quote::new(&cart, &rates, choices, now))
}

/// Places the order. `provider` is the name of the provider that will charge the card.
///
/// # Errors
/// `NotFound` if the key belongs to another buyer. `Refused` if a line just sold out, or is being paid for already.
pub fn place_order(
    conn: &mut Conn,
    request: &CheckoutRequest,
    currency: Currency,
    provider: &'static str,
    now: NaiveDateTime,
) -> Result<PlaceOutcome> {
    // If the same request arrives twice at once, the second waits here and then finds the purchase of the first.
    if let Some(cart) = request.cart_owner.lock(conn, now)? {
        // A shop that is being closed either waits and gets this order, or is closed first and its lines are refused.
        lock_shops(conn, cart)?;
    }
    let earlier = Purchase::by_key(conn, &request.key)?;
    let mut attempt = 1;
    if let Some(earlier) = &earlier {
        if !earlier.belongs_to(request.cart_owner) {
            return Err(Error::NotFound);
        }
        if earlier.body_hash != request.body_hash() {
            return Ok(PlaceOutcome::KeyReused);
        }
        match Payment::latest_of_purchase(conn, earlier.id)? {
            Some(payment) if payment.status == PaymentStatus::Failed => attempt = payment.attempt + 1,
            _ => return Ok(PlaceOutcome::AlreadyPlaced(earlier.number.clone())),
        }
    }
    let quote = current_quote(conn, request.cart_owner, &request.choices, now)?;
    if !quote.errors.is_empty() {
        return Ok(PlaceOutcome::QuoteChanged(quote.errors));
    }
    if quote.text() != request.quote {
        return Ok(PlaceOutcome::QuoteChanged(quote.changes(&request.quote, currency)));
    }
    refuse_if_being_paid(conn, &quote)?;
    let (purchase, number) = match earlier {
        Some(earlier) => (earlier.id, earlier.number),
        None => insert_purchase(conn, request, &quote, currency, now)?,
    };
    let payment = NewPayment {
        purchase,
        owner: request.cart_owner.user(),
        amount: quote.total,
        currency: currency.code,
        provider,
        attempt,
    }
    .insert(conn, now)?;
    if attempt == 1 {
        for shop in &quote.shops {
            insert_shop_order(conn, request, shop, &payment)?;
        }
    } else {
        diesel::update(orders::table.filter(orders::purchase_id.eq(purchase)))
            .set((orders::payment_id.eq(payment.id), orders::updated_at.eq(now)))
            .execute(conn)?;
    }
    hold_stock(conn, &payment, &quote, now)?;
    Ok(PlaceOutcome::Started { number, payment })
}

/// Refuses to pay for cart items that are being paid for already, for example in another tab.
fn refuse_if_being_paid(conn: &mut Conn, quote: &Quote) -> Result<()> {
    let items = quote.lines().map(|line| line.item.0);
    let pending: Option<PaymentId> = orders::table
        .inner_join(payments::table)
        .filter(one_of(orders::cart_item_id.assume_not_null(), items))
        .filter(payments::status.eq(PaymentStatus::Pending))
        .select(payments::id)
        .first(conn)
        .optional()?;
    if pending.is_some() {
        return Err(Error::Refused(
            "Your payment for this order is still in progress. Wait a moment, then reload the page.".into(),
        ));
    }
    Ok(())
}

fn hold_stock(conn: &mut Conn, payment: &Payment, quote: &Quote, now: NaiveDateTime) -> Result<()> {
    let short = payment.hold_stock(conn, now)?;
    if short.is_empty() {
        return Ok(());
    }
    let sold_out: Vec<&str> = quote
        .lines()
        .filter(|line| short.contains(&line.variant))
        .map(|line| line.title.as_str())
        .collect();
    Err(Error::Refused(format!(
        "{} was just sold to another buyer. Nothing was charged. Check your cart to see what is left.",
        sold_out.join(", ")
    )))
}

fn insert_purchase(
    conn: &mut Conn,
    request: &CheckoutRequest,
    quote: &Quote,
    currency: Currency,
    now: NaiveDateTime,
) -> Result<(PurchaseId, String)> {
    let purchase = Purchase {
        id: PurchaseId::new(),
        number: number::generate(conn)?,
        buyer_id: request.cart_owner.user(),
        cart_id: match request.cart_owner {
            CartOwner::Guest(cart) => Some(cart),
            CartOwner::User(_) => None,
        },
        idempotency_key: Some(request.key.clone()),
        email: request.email.as_str().to_owned(),
        address: request.address.clone(),
        currency: currency.code.to_owned(),
        items_total: quote.items,
        shipping_total: quote.shipping,
        total: quote.total,
        only_shop_id: request.choices.only_shop,
        body_hash: request.body_hash(),
        quote: request.quote.clone(),
        created_at: now,
        placed_at: None,
    };
    purchase.insert(conn)?;
    Ok((purchase.id, purchase.number))
}

/// Inserts one shop's share of the purchase that `payment` pays for.
fn insert_shop_order(conn: &mut Conn, request: &CheckoutRequest, shop: &ShopQuote, payment: &Payment) -> Result<()> {
    let option = shop.delivery_option.as_ref();
    let midnight = |date: NaiveDate| date.and_time(NaiveTime::MIN);
    let arrival = option.and_then(|option| option.arrival);
    let shop_order = ShopOrder {
        id: ShopOrderId::new(),
        purchase_id: payment.purchase_id,
        shop_id: Some(shop.id),
        shop_name: shop.name.clone(),
        price: shop.shipping,
        carrier: String::new(),
        tracking: String::new(),
        shipped_at: None,
        delivered_at: None,
        rate_id: option.and_then(|option| option.rate),
        rate: option.map_or(String::new(), |option| option.name.clone()),
        pickup: option.is_some_and(|option| option.pickup),
        arrives_from: arrival.map(|arrival| midnight(arrival.from)),
        arrives_until: arrival.map(|arrival| midnight(arrival.to)),
        note: request.note(shop.id),
        created_at: payment.created_at,
    };
    shop_order.insert(conn)?;
    for line in &shop.lines {
        new_order_line(line, &shop_order, payment).insert(conn)?;
    }
    Ok(())
}

fn new_order_line(line: &CartLine, shop_order: &ShopOrder, payment: &Payment) -> OrderLine {
    let picture = line.picture.as_ref();
    OrderLine {
        id: OrderLineId::new(),
        buyer_id: payment.owner_id,
        product_id: Some(line.product),
        variant_id: Some(line.variant),
        purchase_id: payment.purchase_id,
        shop_order_id: shop_order.id,
        payment_id: payment.id,
        status: OrderStatus::Pending,
        title: line.title.clone(),
        options: line.option.clone(),
        personalization: personalization(line),
        picture: picture.map_or(String::new(), |picture| picture.src.clone()),
        unit_price: line.unit_price,
        quantity: line.quantity,
        subtotal: line.subtotal,
        created_at: payment.created_at,
        cart_item_id: Some(line.item),
    }
}

/// One line per field: `Name: Ada`.
fn personalization(line: &CartLine) -> String {
    let fields = line
        .answers
        .iter()
        .map(|answer| format!("{}: {}", answer.label, answer.value));
    fields.collect::<Vec<_>>().join("\n")
}
