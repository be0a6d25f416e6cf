//! Placing: writes down what is to be bought and paid, and takes it off the shelf, in one transaction. Nobody is charged yet.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Address, CheckoutChoices, Part, Purchase, Quote};
use crate::accounts::hash;
use crate::carts::{Cart, CartLine, CartOwner, lock_shops};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{OrderLineId, PaymentId, PurchaseId, ShopId, ShopOrderId};
use crate::money::Currency;
use crate::orders::{NewOrderLine, NewShopOrder, OrderStatus, number};
use crate::payments::{NewPayment, Payment, PaymentStatus};
use crate::schema::{orders, payments, purchases};
use crate::shipping::ShippingRate;
use crate::text::Email;

/// What a buyer sends off.
#[derive(Debug, Clone)]
pub struct CheckoutRequest {
    pub cart_owner: CartOwner,
    /// Made with the page: the same purchase is the same key.
    pub key: String,
    pub email: Email,
    pub address: Address,
    pub choices: CheckoutChoices,
    pub notes: Vec<(ShopId, String)>,
    /// What the buyer saw it come to.
    pub quote: String,
}

/// What came of sending it off.
#[derive(Debug)]
pub enum PlaceOutcome {
    /// Written; now it is to be paid.
    Open { number: String, payment: Payment },
    /// It was sent off before: there it is.
    There(String),
    /// Under this key something else was sent off before.
    Other,
    /// It is not what the buyer saw, or cannot be bought as it stands: why.
    Changed(Vec<String>),
}

impl CheckoutRequest {
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
        let mut delivery_options = self.choices.delivery_options.clone();
        delivery_options.sort_unstable();
        parts.extend(delivery_options.iter().map(|(shop, rate)| format!("{shop}={rate}")));
        let mut notes = self.notes.clone();
        notes.sort_unstable();
        parts.extend(notes.into_iter().map(|(shop, note)| format!("{shop}: {note}")));
        parts.push(self.choices.only.map_or(String::new(), |shop| shop.to_string()));
        // No field holds a control character but a note its line ends.
        hash(&parts.join("\u{1f}"))
    }

    fn note(&self, shop: ShopId) -> String {
        let note = self.notes.iter().find(|(of, _)| *of == shop);
        note.map_or(String::new(), |(_, note)| note.clone())
    }
}

/// The quote of a holder's cart today.
pub fn quote(conn: &mut Conn, cart_owner: CartOwner, choices: &CheckoutChoices, now: NaiveDateTime) -> Result<Quote> {
    let cart = Cart::of_owner(conn, cart_owner, now)?;
    let shops: Vec<ShopId> = cart.shops.iter().map(|shop| shop.id).collect();
    let rates = ShippingRate::of_shops(conn, &shops)?;
    Ok(Quote::new(&cart, &rates, choices, now))
}

/// # Errors
/// Not found: the key is somebody else's. Refused: something was sold out just now, or is being paid already.
pub fn place(
    conn: &mut Conn,
    request: &CheckoutRequest,
    currency: Currency,
    provider: &'static str,
    now: NaiveDateTime,
) -> Result<PlaceOutcome> {
    // Who sends the same off at the same moment waits for this line, and then finds what was written.
    if let Some(cart) = request.cart_owner.lock(conn, now)? {
        // A shop that closes at this moment waits, and then finds its new order; or was closed before, and sells nothing.
        lock_shops(conn, cart)?;
    }
    let before = Purchase::by_key(conn, &request.key)?;
    let mut attempt = 1;
    if let Some(before) = &before {
        if !before.is_of(request.cart_owner) {
            return Err(Error::NotFound);
        }
        if before.body_hash != request.body_hash() {
            return Ok(PlaceOutcome::Other);
        }
        match Payment::last_of(conn, before.id)? {
            Some(payment) if payment.status == PaymentStatus::Failed => attempt = payment.attempt + 1,
            _ => return Ok(PlaceOutcome::There(before.number.clone())),
        }
    }
    let quote = quote(conn, request.cart_owner, &request.choices, now)?;
    if !quote.errors.is_empty() {
        return Ok(PlaceOutcome::Changed(quote.errors));
    }
    if quote.text() != request.quote {
        return Ok(PlaceOutcome::Changed(quote.changes(&request.quote, currency)));
    }
    refuse_if_being_paid(conn, &quote)?;
    let (purchase, number) = match before {
        Some(before) => (before.id, before.number),
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
    .write(conn, now)?;
    if attempt == 1 {
        for part in &quote.parts {
            insert_shop_order(conn, request, part, (purchase, payment.id), now)?;
        }
    } else {
        diesel::update(orders::table.filter(orders::purchase_id.eq(purchase)))
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
    Ok(PlaceOutcome::Open { number, payment })
}

/// The same pieces in another tab: nobody pays twice for one cart.
fn refuse_if_being_paid(conn: &mut Conn, quote: &Quote) -> Result<()> {
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

fn insert_purchase(
    conn: &mut Conn,
    request: &CheckoutRequest,
    quote: &Quote,
    currency: Currency,
    now: NaiveDateTime,
) -> Result<(PurchaseId, String)> {
    let (id, number) = (PurchaseId::new(), number::free(conn)?);
    let address = &request.address;
    let cart = match request.cart_owner {
        CartOwner::Guest(cart) => Some(cart),
        CartOwner::User(_) => None,
    };
    diesel::insert_into(purchases::table)
        .values((
            (
                purchases::id.eq(id),
                purchases::number.eq(&number),
                purchases::buyer_id.eq(request.cart_owner.user()),
                purchases::idempotency_key.eq(&request.key),
                purchases::email.eq(request.email.as_str()),
                purchases::name.eq(&address.name),
                purchases::street.eq(&address.street),
                purchases::line2.eq(&address.line2),
                purchases::postal_code.eq(&address.postal_code),
                purchases::town.eq(&address.town),
                purchases::region.eq(&address.region),
                purchases::country.eq(address.country.code),
            ),
            (
                purchases::currency.eq(currency.code),
                purchases::items_total.eq(quote.items),
                purchases::shipping_total.eq(quote.shipping),
                purchases::total.eq(quote.total),
                purchases::cart_id.eq(cart),
                purchases::only_shop_id.eq(request.choices.only),
                purchases::body_hash.eq(request.body_hash()),
                purchases::quote.eq(&request.quote),
                purchases::created_at.eq(now),
                purchases::updated_at.eq(now),
            ),
        ))
        .execute(conn)?;
    Ok((id, number))
}

fn insert_shop_order(
    conn: &mut Conn,
    request: &CheckoutRequest,
    part: &Part,
    (purchase, payment): (PurchaseId, PaymentId),
    now: NaiveDateTime,
) -> Result<()> {
    let shop_order = ShopOrderId::new();
    let delivery_option = part.delivery_option.as_ref();
    let day = |date: chrono::NaiveDate| date.and_time(chrono::NaiveTime::MIN);
    let arrival = delivery_option.and_then(|delivery_option| delivery_option.arrival);
    NewShopOrder {
        id: shop_order,
        purchase_id: purchase,
        shop_id: part.shop,
        shop_name: part.name.clone(),
        price: part.shipping,
        carrier: "",
        tracking: "",
        rate_id: delivery_option.and_then(|delivery_option| delivery_option.rate),
        rate: delivery_option.map_or(String::new(), |delivery_option| delivery_option.name.clone()),
        pickup: delivery_option.is_some_and(|delivery_option| delivery_option.pickup),
        arrives_from: arrival.map(|arrival| day(arrival.from)),
        arrives_until: arrival.map(|arrival| day(arrival.to)),
        note: request.note(part.shop),
        created_at: now,
        updated_at: now,
    }
    .insert(conn)?;
    for line in &part.lines {
        NewOrderLine {
            id: OrderLineId::new(),
            buyer_id: request.cart_owner.user(),
            product_id: line.product,
            variant_id: line.variant,
            purchase_id: purchase,
            shop_order_id: shop_order,
            payment_id: payment,
            status: OrderStatus::Pending,
            title: line.title.clone(),
            options: line.option.clone(),
            personalization: answers(line),
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
