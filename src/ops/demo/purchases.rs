//! The purchases of the demo market. They are placed in the past, with the same functions as real purchases.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::market::{Market, Payment, Purchase};
use super::parcels::{cancel_item, deliver, ship};
use super::placed::{BookEntry, PlacedPurchase, unknown};
use super::product::SoldQuantities;
use super::values::{add_days, parse_value};
use crate::accounts::random;
use crate::carts::{AddOutcome, CartOwner, NewItem, add};
use crate::catalog::PersonalizationField;
use crate::checkout::{
    AddressForm, CheckoutChoices, CheckoutRequest, PlaceOutcome, current_quote, place_order, settle,
};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{ProductId, PurchaseId, ShippingRateId, ShopId, UserId, VariantId};
use crate::money::Currency;
use crate::orders::OrderLine;
use crate::payments::{MockBooks, PaymentResult};
use crate::schema::{product_variants, products, purchases, shops, users};
use crate::shipping::ShippingRate;
use crate::text::{Country, EmailAddress};

/// The name of the mock provider in the database.
const PROVIDER: &str = "mockpay";
const DECLINED: &str = "Your card was declined. Nothing was charged. Try another card, or ask your bank.";

/// An event of a purchase or of one of its parcels.
#[derive(Clone, Copy)]
enum Event {
    Place,
    Ship(usize),
    Deliver(usize),
    /// The positions of the parcel and of the item in it.
    Cancel(usize, usize),
}

/// Places all purchases, with their events in the order of their times.
pub(super) fn add_all(
    conn: &mut Conn,
    market: &Market,
    currency: Currency,
    now: NaiveDateTime,
) -> Result<Vec<BookEntry>> {
    let mut events: Vec<(NaiveDateTime, usize, Event)> = Vec::new();
    for (number, demo_purchase) in market.orders.iter().enumerate() {
        // Spreads the purchases over the day.
        let minutes = i64::try_from(number * 97 % 480).unwrap_or(0);
        let placed = add_days(now, -demo_purchase.days_ago) - TimeDelta::minutes(minutes);
        let at = |after: i64, hours: i64| (add_days(placed, after) + TimeDelta::hours(hours)).min(now);
        events.push((
            if demo_purchase.payment == Payment::Waiting {
                now
            } else {
                placed
            },
            number,
            Event::Place,
        ));
        for (index, parcel) in demo_purchase.parcels.iter().enumerate() {
            events.extend(parcel.shipped.map(|after| (at(after, 3), number, Event::Ship(index))));
            events.extend(
                parcel
                    .delivered
                    .map(|after| (at(after, 4), number, Event::Deliver(index))),
            );
            for (position, item) in parcel.items.iter().enumerate() {
                events.extend(
                    item.canceled
                        .map(|after| (at(after, 1), number, Event::Cancel(index, position))),
                );
            }
        }
    }
    events.sort_by_key(|(at, ..)| *at);
    let mut book_entries = Vec::new();
    let mut placed_purchases: HashMap<usize, PlacedPurchase> = HashMap::new();
    for (at, number, event) in events {
        let purchase = &market.orders[number];
        match (event, placed_purchases.get(&number)) {
            (Event::Place, _) => {
                let placed = place(conn, purchase, currency, &mut book_entries, at)?;
                placed_purchases.insert(number, placed);
            }
            (Event::Ship(parcel), Some(placed)) => ship(conn, &purchase.parcels[parcel], placed, at)?,
            (Event::Deliver(parcel), Some(placed)) => deliver(conn, &purchase.parcels[parcel], placed, at)?,
            (Event::Cancel(parcel, item), Some(placed)) => {
                book_entries.push(cancel_item(conn, &purchase.parcels[parcel], item, placed, at)?);
            }
            (_, None) => return Err(unknown("a parcel before its purchase")),
        }
    }
    Ok(book_entries)
}

/// Records the entries in the books of the mock provider.
pub fn write_books(books: &MockBooks, entries: Vec<BookEntry>) -> anyhow::Result<()> {
    for entry in entries {
        match entry {
            BookEntry::Payment { request, failure } => drop(books.charge(&request, failure)?),
            BookEntry::Refund {
                payment,
                reference,
                amount,
            } => books.refund(&payment, &reference, amount)?,
        }
    }
    Ok(())
}

/// The quantities that are sold, or held for a pending payment, and not canceled. The products start with this much
/// more stock.
pub(super) fn sold_quantities(market: &Market) -> SoldQuantities<'_> {
    let mut sold = SoldQuantities::new();
    for demo_purchase in market
        .orders
        .iter()
        .filter(|demo_purchase| demo_purchase.payment != Payment::Declined)
    {
        for item in demo_purchase.parcels.iter().flat_map(|parcel| &parcel.items) {
            let quantity = if item.canceled.is_some() { 0 } else { item.quantity };
            *sold.entry((item.product.as_str(), item.values.as_slice())).or_default() += quantity;
        }
    }
    sold
}

/// Fills a cart, places the purchase, and settles its payment unless that is still waiting.
fn place(
    conn: &mut Conn,
    demo_purchase: &Purchase,
    currency: Currency,
    book_entries: &mut Vec<BookEntry>,
    at: NaiveDateTime,
) -> Result<PlacedPurchase> {
    let account: Option<(UserId, String)> = users::table
        .filter(users::username.eq(&demo_purchase.buyer))
        .select((users::id, users::email))
        .first(conn)
        .optional()?;
    let user = account.as_ref().map(|(user, _)| *user);
    let email = account.map_or_else(|| demo_purchase.buyer.clone(), |(_, email)| email);
    let mut cart_owner = user.map(CartOwner::User);
    let (mut notes, mut delivery_options) = (Vec::new(), Vec::new());
    for parcel in &demo_purchase.parcels {
        let shop: ShopId = shops::table
            .filter(shops::slug.eq(&parcel.shop))
            .select(shops::id)
            .first(conn)?;
        for item in &parcel.items {
            let new_item = new_item(conn, shop, item)?;
            let AddOutcome::Added(added) = add(conn, cart_owner, &new_item, at)? else {
                return Err(unknown(&format!("a personalization of {:?}", item.product)));
            };
            cart_owner = cart_owner.or(Some(CartOwner::Guest(added.cart)));
        }
        if !parcel.note.is_empty() {
            notes.push((shop, parcel.note.clone()));
        }
        if let Some(name) = &parcel.rate {
            delivery_options.push((shop, rate(conn, shop, name)?));
        }
    }
    let cart_owner = cart_owner.ok_or_else(|| unknown("a purchase of nothing"))?;
    let country = Country::by_code(&demo_purchase.country).ok_or_else(|| unknown("a country"))?;
    let choices = CheckoutChoices {
        country,
        only_shop: None,
        delivery_options,
    };
    let [street, postal_code, town, region] = &demo_purchase.address;
    let address = AddressForm {
        name: demo_purchase.name.clone(),
        street: street.clone(),
        line2: String::new(),
        postal_code: postal_code.clone(),
        town: town.clone(),
        region: region.clone(),
        country: country.code.to_owned(),
    };
    let purchase = CheckoutRequest {
        cart_owner,
        key: random()?,
        email: EmailAddress::parse(&email).map_err(unknown)?,
        address: address.parse().map_err(|errors| unknown(&format!("{errors:?}")))?,
        quote: current_quote(conn, cart_owner, &choices, at)?.text(),
        choices,
        notes,
    };
    let PlaceOutcome::Started { number, payment } = place_order(conn, &purchase, currency, PROVIDER, at)? else {
        return Err(unknown(&format!("the purchase of {:?}", demo_purchase.name)));
    };
    let settled = match demo_purchase.payment {
        Payment::Paid => Some(("", PaymentResult::Succeeded)),
        Payment::Declined => Some((DECLINED, PaymentResult::Failed(DECLINED.to_owned()))),
        Payment::Waiting => None,
    };
    if let Some((failure, charge)) = settled {
        settle(conn, None, &payment, &charge, at + TimeDelta::seconds(2))?;
        let request = payment.request();
        book_entries.push(BookEntry::Payment { request, failure });
    }
    let purchase: PurchaseId = purchases::table
        .filter(purchases::number.eq(number))
        .select(purchases::id)
        .first(conn)?;
    Ok(PlacedPurchase {
        purchase,
        user,
        payment: payment.payment_intent_id,
        orders: OrderLine::of_purchase(conn, purchase)?,
    })
}

fn new_item(conn: &mut Conn, shop: ShopId, item: &super::market::Item) -> Result<NewItem> {
    let value = |index: usize| item.values.get(index).cloned().unwrap_or_default();
    let (product, variant): (ProductId, VariantId) = product_variants::table
        .inner_join(products::table)
        .filter(products::shop_id.eq(shop))
        .filter(products::slug.eq(&item.product))
        .filter(product_variants::value1.eq(value(0)))
        .filter(product_variants::value2.eq(value(1)))
        .select((products::id, product_variants::id))
        .first(conn)?;
    let fields = PersonalizationField::of_product(conn, product)?;
    let answer = |(label, text): (&String, &String)| {
        let field = fields.iter().find(|field| field.label == *label);
        let field = field.ok_or_else(|| unknown(&format!("the field {label:?}")))?;
        Ok((field.id, text.clone()))
    };
    Ok(NewItem {
        variant,
        quantity: item.quantity,
        answers: item.personalization.iter().map(answer).collect::<Result<_>>()?,
    })
}

fn rate(conn: &mut Conn, shop: ShopId, name: &str) -> Result<ShippingRateId> {
    let rates = ShippingRate::of_shops(conn, &[shop])?;
    parse_value("rate", name, |name| {
        rates.iter().find(|rate| rate.name == name).map(|rate| rate.id)
    })
}
