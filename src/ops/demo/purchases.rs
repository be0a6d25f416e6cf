//! What was bought in the demo market, made as buyers and shops make it, at times that are past.

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::market::{Bought, Market, Payment};
use super::parcels::{arrive, send, take_back};
use super::placed::{Booking, Done, unknown};
use super::product::Sold;
use super::values::{days, word};
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
use crate::text::{Country, Email};

/// As the mock provider is called in the database.
const PROVIDER: &str = "mockpay";
const DECLINED: &str = "Your card was declined. Nothing was charged. Try another card, or ask your bank.";

/// Something that happened, of one purchase or one of its parcels.
#[derive(Clone, Copy)]
enum Act {
    Buy,
    Send(usize),
    Arrive(usize),
    /// A product of a parcel.
    Cancel(usize, usize),
}

/// Everything in the order in which it happened.
pub(super) fn add_all(
    conn: &mut Conn,
    market: &Market,
    currency: Currency,
    now: NaiveDateTime,
) -> Result<Vec<Booking>> {
    let mut acts: Vec<(NaiveDateTime, usize, Act)> = Vec::new();
    for (number, bought) in market.orders.iter().enumerate() {
        // Not all at the same time of the day.
        let minutes = i64::try_from(number * 97 % 480).unwrap_or(0);
        let placed = days(now, -bought.days_ago) - TimeDelta::minutes(minutes);
        let at = |after: i64, hours: i64| (days(placed, after) + TimeDelta::hours(hours)).min(now);
        acts.push((
            if bought.payment == Payment::Waiting {
                now
            } else {
                placed
            },
            number,
            Act::Buy,
        ));
        for (index, parcel) in bought.parcels.iter().enumerate() {
            acts.extend(parcel.sent.map(|after| (at(after, 3), number, Act::Send(index))));
            acts.extend(parcel.arrived.map(|after| (at(after, 4), number, Act::Arrive(index))));
            for (item, piece) in parcel.items.iter().enumerate() {
                acts.extend(
                    piece
                        .cancelled
                        .map(|after| (at(after, 1), number, Act::Cancel(index, item))),
                );
            }
        }
    }
    acts.sort_by_key(|(at, ..)| *at);
    let mut booked = Vec::new();
    let mut done: HashMap<usize, Done> = HashMap::new();
    for (at, number, act) in acts {
        let bought = &market.orders[number];
        match (act, done.get(&number)) {
            (Act::Buy, _) => {
                let bought = buy(conn, bought, currency, &mut booked, at)?;
                done.insert(number, bought);
            }
            (Act::Send(parcel), Some(done)) => send(conn, &bought.parcels[parcel], done, at)?,
            (Act::Arrive(parcel), Some(done)) => arrive(conn, &bought.parcels[parcel], done, at)?,
            (Act::Cancel(parcel, item), Some(done)) => {
                booked.push(take_back(conn, &bought.parcels[parcel], item, done, at)?);
            }
            (_, None) => return Err(unknown("a parcel before its purchase")),
        }
    }
    Ok(booked)
}

/// Writes into the provider's books what belongs there.
pub fn book(ledger: &MockBooks, booked: Vec<Booking>) -> anyhow::Result<()> {
    for booking in booked {
        match booking {
            Booking::Charge { intent, failure } => drop(ledger.charge(&intent, failure)?),
            Booking::Refund {
                intent,
                reference,
                amount,
            } => ledger.refund(&intent, &reference, amount)?,
        }
    }
    Ok(())
}

/// What is sold, or held for someone who pays, and not given back: so many more there were at first.
pub(super) fn sold(market: &Market) -> Sold<'_> {
    let mut sold = Sold::new();
    for bought in market
        .orders
        .iter()
        .filter(|bought| bought.payment != Payment::Declined)
    {
        for item in bought.parcels.iter().flat_map(|parcel| &parcel.items) {
            let kept = if item.cancelled.is_some() { 0 } else { item.pieces };
            *sold.entry((item.product.as_str(), item.values.as_slice())).or_default() += kept;
        }
    }
    sold
}

fn buy(
    conn: &mut Conn,
    bought: &Bought,
    currency: Currency,
    booked: &mut Vec<Booking>,
    at: NaiveDateTime,
) -> Result<Done> {
    let known: Option<(UserId, String)> = users::table
        .filter(users::username.eq(&bought.buyer))
        .select((users::id, users::email))
        .first(conn)
        .optional()?;
    let user = known.as_ref().map(|(user, _)| *user);
    let email = known.map_or_else(|| bought.buyer.clone(), |(_, email)| email);
    let mut cart_owner = user.map(CartOwner::User);
    let (mut notes, mut delivery_options) = (Vec::new(), Vec::new());
    for parcel in &bought.parcels {
        let shop: ShopId = shops::table
            .filter(shops::slug.eq(&parcel.shop))
            .select(shops::id)
            .first(conn)?;
        for item in &parcel.items {
            let wanted = wanted(conn, shop, item)?;
            let AddOutcome::Added(added) = add(conn, cart_owner, &wanted, at)? else {
                return Err(unknown(&format!("an answer for {:?}", item.product)));
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
    let country = Country::by_code(&bought.country).ok_or_else(|| unknown("a country"))?;
    let choices = CheckoutChoices {
        country,
        only_shop: None,
        delivery_options,
    };
    let [street, postal_code, town, region] = &bought.address;
    let address = AddressForm {
        name: bought.name.clone(),
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
        email: Email::parse(&email).map_err(unknown)?,
        address: address.parse().map_err(|errors| unknown(&format!("{errors:?}")))?,
        quote: current_quote(conn, cart_owner, &choices, at)?.text(),
        choices,
        notes,
    };
    let PlaceOutcome::Started { number, payment } = place_order(conn, &purchase, currency, PROVIDER, at)? else {
        return Err(unknown(&format!("the purchase of {:?}", bought.name)));
    };
    let settled = match bought.payment {
        Payment::Paid => Some(("", PaymentResult::Succeeded)),
        Payment::Declined => Some((DECLINED, PaymentResult::Failed(DECLINED.to_owned()))),
        Payment::Waiting => None,
    };
    if let Some((failure, charge)) = settled {
        settle(conn, None, &payment, &charge, at + TimeDelta::seconds(2))?;
        let intent = payment.request();
        booked.push(Booking::Charge { intent, failure });
    }
    let checkout: PurchaseId = purchases::table
        .filter(purchases::number.eq(number))
        .select(purchases::id)
        .first(conn)?;
    Ok(Done {
        checkout,
        user,
        intent: payment.payment_intent_id,
        orders: OrderLine::of_purchase(conn, checkout)?,
    })
}

fn wanted(conn: &mut Conn, shop: ShopId, item: &super::market::Item) -> Result<NewItem> {
    let value = |place: usize| item.values.get(place).cloned().unwrap_or_default();
    let (product, variant): (ProductId, VariantId) = product_variants::table
        .inner_join(products::table)
        .filter(products::shop_id.eq(shop))
        .filter(products::slug.eq(&item.product))
        .filter(product_variants::value1.eq(value(0)))
        .filter(product_variants::value2.eq(value(1)))
        .select((products::id, product_variants::id))
        .first(conn)?;
    let fields = PersonalizationField::of_product(conn, product)?;
    let answer = |(label, said): (&String, &String)| {
        let field = fields.iter().find(|field| field.label == *label);
        let field = field.ok_or_else(|| unknown(&format!("the field {label:?}")))?;
        Ok((field.id, said.clone()))
    };
    Ok(NewItem {
        variant,
        quantity: item.pieces,
        answers: item.answers.iter().map(answer).collect::<Result<_>>()?,
    })
}

fn rate(conn: &mut Conn, shop: ShopId, name: &str) -> Result<ShippingRateId> {
    let rates = ShippingRate::of_shops(conn, &[shop])?;
    word("rate", name, |name| {
        rates.iter().find(|rate| rate.name == name).map(|rate| rate.id)
    })
}
