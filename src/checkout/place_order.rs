//! Placing: writes down what is to be bought and paid, and takes it off the shelf, in one transaction. Nobody is charged yet.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Address, Checkout, Part, Quote, Terms};
use crate::accounts::hash;
use crate::carts::{Cart, CartLine, Holder, hold_shops};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{CheckoutId, OrderId, PaymentId, ShipmentId, ShopId};
use crate::money::Currency;
use crate::orders::{NewOrder, NewShipment, OrderStatus, number};
use crate::payments::{NewAttempt, Payment, PaymentStatus};
use crate::schema::{checkouts, orders, payments};
use crate::shipping::Rate;
use crate::text::Email;

/// What a buyer sends off.
#[derive(Debug, Clone)]
pub struct Purchase {
    pub holder: Holder,
    /// Made with the page: the same purchase is the same key.
    pub key: String,
    pub email: Email,
    pub address: Address,
    pub terms: Terms,
    pub notes: Vec<(ShopId, String)>,
    /// What the buyer saw it come to.
    pub quote: String,
}

/// What came of sending it off.
#[derive(Debug)]
pub enum Placing {
    /// Written; now it is to be paid.
    Open { number: String, payment: Payment },
    /// It was sent off before: there it is.
    There(String),
    /// Under this key something else was sent off before.
    Other,
    /// It is not what the buyer saw, or cannot be bought as it stands: why.
    Changed(Vec<String>),
}

impl Purchase {
    /// All that must be the same under one key; the card is not among it.
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
            address.country.code.to_owned(),
            self.quote.clone(),
        ];
        let mut ways = self.terms.ways.clone();
        ways.sort_unstable();
        parts.extend(ways.iter().map(|(shop, rate)| format!("{shop}={rate}")));
        let mut notes = self.notes.clone();
        notes.sort_unstable();
        parts.extend(notes.into_iter().map(|(shop, note)| format!("{shop}: {note}")));
        parts.push(self.terms.only.map_or(String::new(), |shop| shop.to_string()));
        // No field holds a control character but a note its line ends.
        hash(&parts.join("\u{1f}"))
    }

    fn note(&self, shop: ShopId) -> String {
        let note = self.notes.iter().find(|(of, _)| *of == shop);
        note.map_or(String::new(), |(_, note)| note.clone())
    }
}

/// The quote of a holder's cart today.
pub fn quote(conn: &mut Conn, holder: Holder, terms: &Terms, now: NaiveDateTime) -> Result<Quote> {
    let cart = Cart::of(conn, holder, now)?;
    let shops: Vec<ShopId> = cart.shops.iter().map(|shop| shop.id).collect();
    let rates = Rate::of_shops(conn, &shops)?;
    Ok(Quote::of(&cart, &rates, terms, now))
}

/// # Errors
/// Not found: the key is somebody else's. Refused: something was sold out just now, or is being paid already.
pub fn place(
    conn: &mut Conn,
    purchase: &Purchase,
    currency: Currency,
    provider: &'static str,
    now: NaiveDateTime,
) -> Result<Placing> {
    // Who sends the same off at the same moment waits for this line, and then finds what was written.
    if let Some(cart) = purchase.holder.lock(conn, now)? {
        // A shop that closes at this moment waits, and then finds its new order; or was closed before, and sells nothing.
        hold_shops(conn, cart)?;
    }
    let before = Checkout::by_key(conn, &purchase.key)?;
    let mut attempt = 1;
    if let Some(before) = &before {
        if !before.is_of(purchase.holder) {
            return Err(Error::NotFound);
        }
        if before.body_hash != purchase.body_hash() {
            return Ok(Placing::Other);
        }
        match Payment::last_of(conn, before.id)? {
            Some(payment) if payment.status == PaymentStatus::Failed => attempt = payment.attempt + 1,
            _ => return Ok(Placing::There(before.number.clone())),
        }
    }
    let quote = quote(conn, purchase.holder, &purchase.terms, now)?;
    if !quote.problems.is_empty() {
        return Ok(Placing::Changed(quote.problems));
    }
    if quote.text() != purchase.quote {
        return Ok(Placing::Changed(quote.changes(&purchase.quote, currency)));
    }
    being_paid(conn, &quote)?;
    let (checkout, number) = match before {
        Some(before) => (before.id, before.number),
        None => write_checkout(conn, purchase, &quote, currency, now)?,
    };
    let payment = NewAttempt {
        checkout,
        owner: purchase.holder.user(),
        amount: quote.total,
        currency: currency.code,
        provider,
        attempt,
    }
    .write(conn, now)?;
    if attempt == 1 {
        for part in &quote.parts {
            write_part(conn, purchase, part, (checkout, payment.id), now)?;
        }
    } else {
        diesel::update(orders::table.filter(orders::checkout_id.eq(checkout)))
            .set((orders::payment_id.eq(payment.id), orders::updated_at.eq(now)))
            .execute(conn)?;
    }
    let short = payment.take_stock(conn, now)?;
    if !short.is_empty() {
        let lines = quote.parts.iter().flat_map(|part| &part.lines);
        let gone: Vec<&str> = lines
            .filter(|line| short.contains(&line.variant))
            .map(|line| line.title.as_str())
            .collect();
        return Err(Error::Refused(format!(
            "{} was sold to somebody else just now. Nothing was charged. Look at your cart to see what is left.",
            gone.join(", ")
        )));
    }
    Ok(Placing::Open { number, payment })
}

/// The same pieces in another tab: nobody pays twice for one cart.
fn being_paid(conn: &mut Conn, quote: &Quote) -> Result<()> {
    let items = quote.parts.iter().flat_map(|part| &part.lines).map(|line| line.item.0);
    let open = orders::table
        .inner_join(payments::table)
        .filter(one_of(orders::cart_item_id.assume_not_null(), items))
        .filter(payments::status.eq(PaymentStatus::Pending));
    let open: Option<PaymentId> = open.select(payments::id).first(conn).optional()?;
    if open.is_some() {
        return Err(Error::Refused(
            "You are paying for this already, and the payment is still under way. Give it a moment, then look again."
                .into(),
        ));
    }
    Ok(())
}

fn write_checkout(
    conn: &mut Conn,
    purchase: &Purchase,
    quote: &Quote,
    currency: Currency,
    now: NaiveDateTime,
) -> Result<(CheckoutId, String)> {
    let (id, number) = (CheckoutId::new(), number::free(conn)?);
    let address = &purchase.address;
    let cart = match purchase.holder {
        Holder::Guest(cart) => Some(cart),
        Holder::User(_) => None,
    };
    diesel::insert_into(checkouts::table)
        .values((
            (
                checkouts::id.eq(id),
                checkouts::number.eq(&number),
                checkouts::buyer_id.eq(purchase.holder.user()),
                checkouts::idempotency_key.eq(&purchase.key),
                checkouts::email.eq(purchase.email.as_str()),
                checkouts::name.eq(&address.name),
                checkouts::street.eq(&address.street),
                checkouts::line2.eq(&address.line2),
                checkouts::postal_code.eq(&address.postal_code),
                checkouts::town.eq(&address.town),
                checkouts::region.eq(&address.region),
                checkouts::country.eq(address.country.code),
            ),
            (
                checkouts::currency.eq(currency.code),
                checkouts::items_total.eq(quote.items),
                checkouts::shipping_total.eq(quote.shipping),
                checkouts::total.eq(quote.total),
                checkouts::cart_id.eq(cart),
                checkouts::only_shop_id.eq(purchase.terms.only),
                checkouts::body_hash.eq(purchase.body_hash()),
                checkouts::quote.eq(&purchase.quote),
                checkouts::created_at.eq(now),
                checkouts::updated_at.eq(now),
            ),
        ))
        .execute(conn)?;
    Ok((id, number))
}

fn write_part(
    conn: &mut Conn,
    purchase: &Purchase,
    part: &Part,
    (checkout, payment): (CheckoutId, PaymentId),
    now: NaiveDateTime,
) -> Result<()> {
    let shipment = ShipmentId::new();
    let way = part.way.as_ref();
    let day = |date: chrono::NaiveDate| date.and_time(chrono::NaiveTime::MIN);
    let arrival = way.and_then(|way| way.arrival);
    NewShipment {
        id: shipment,
        checkout_id: checkout,
        shop_id: part.shop,
        shop_name: part.name.clone(),
        price: part.shipping,
        carrier: "",
        tracking: "",
        rate_id: way.and_then(|way| way.rate),
        rate: way.map_or(String::new(), |way| way.name.clone()),
        pickup: way.is_some_and(|way| way.pickup),
        arrives_from: arrival.map(|arrival| day(arrival.from)),
        arrives_until: arrival.map(|arrival| day(arrival.to)),
        note: purchase.note(part.shop),
        created_at: now,
        updated_at: now,
    }
    .insert(conn)?;
    for line in &part.lines {
        NewOrder {
            id: OrderId::new(),
            buyer_id: purchase.holder.user(),
            product_id: line.product,
            variant_id: line.variant,
            checkout_id: checkout,
            shipment_id: shipment,
            payment_id: payment,
            status: OrderStatus::Pending,
            title: line.title.clone(),
            options: line.option.clone(),
            personalisation: answers(line),
            picture: line
                .picture
                .as_ref()
                .map_or(String::new(), |picture| picture.src.clone()),
            unit_price: line.unit_price,
            quantity: line.quantity,
            subtotal: line.subtotal,
            created_at: now,
            updated_at: now,
            cart_item_id: Some(line.item),
        }
        .insert(conn)?;
    }
    Ok(())
}

/// `Name: Ada`, a line each.
fn answers(line: &CartLine) -> String {
    let said = line
        .answers
        .iter()
        .map(|answer| format!("{}: {}", answer.label, answer.value));
    said.collect::<Vec<_>>().join("\n")
}
