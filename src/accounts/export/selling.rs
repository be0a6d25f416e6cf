//! What is stored about someone's shop.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::table::plain;
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::money::{Currency, Money};
use crate::schema::{orders, purchases, sections, shipping_rates, shop_orders, shops};

#[derive(Queryable, Serialize)]
pub struct Shop {
    name: String,
    slug: String,
    tagline: String,
    bio: String,
    announcement: String,
    location: String,
    contact: String,
    returns: String,
    care: String,
    logo: String,
    cover: String,
    vacation_from: Option<NaiveDateTime>,
    vacation_until: Option<NaiveDateTime>,
    vacation_message: String,
    state: String,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Serialize)]
pub struct Section {
    name: String,
    position: i32,
}

#[derive(Serialize)]
pub struct ShippingRate {
    name: String,
    countries: String,
    first_price: String,
    further_price: String,
    free_over: String,
    days_from: i32,
    days_to: i32,
    pickup: bool,
}

/// What the shop sold: the buyers' names, addresses and words are theirs, and not in it.
#[derive(Serialize)]
pub struct Sale {
    checkout: String,
    title: String,
    options: String,
    quantity: i32,
    unit_price: String,
    subtotal: String,
    currency: String,
    status: String,
    carrier: String,
    tracking: String,
    shipped_at: Option<NaiveDateTime>,
    delivered_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
}

pub fn shop(conn: &mut Conn, user: UserId) -> Result<Vec<Shop>> {
    Ok(shops::table
        .filter(shops::owner_id.eq(user))
        .select((
            shops::name,
            shops::slug,
            shops::tagline,
            shops::bio,
            shops::announcement,
            shops::location,
            shops::contact,
            shops::returns,
            shops::care,
            shops::logo,
            shops::shop_image,
            shops::vacation_from,
            shops::vacation_until,
            shops::vacation_message,
            shops::state,
            shops::created_at,
        ))
        .load(conn)?)
}

pub fn sections(conn: &mut Conn, user: UserId) -> Result<Vec<Section>> {
    Ok(sections::table
        .inner_join(shops::table)
        .filter(shops::owner_id.eq(user))
        .order((sections::position, sections::id))
        .select((sections::name, sections::position))
        .load(conn)?)
}

/// Priced in the market's currency.
pub fn rates(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<ShippingRate>> {
    type Row = (String, String, Money, Money, Option<Money>, i32, i32, bool);
    let rows: Vec<Row> = shipping_rates::table
        .inner_join(shops::table)
        .filter(shops::owner_id.eq(user))
        .order((shipping_rates::position, shipping_rates::id))
        .select((
            shipping_rates::name,
            shipping_rates::countries,
            shipping_rates::first_price,
            shipping_rates::further_price,
            shipping_rates::free_over,
            shipping_rates::days_from,
            shipping_rates::days_to,
            shipping_rates::pickup,
        ))
        .load(conn)?;
    let rate = |(name, countries, first, further, free_over, days_from, days_to, pickup): Row| ShippingRate {
        name,
        countries,
        first_price: currency.plain(first),
        further_price: currency.plain(further),
        free_over: free_over.map(|over| currency.plain(over)).unwrap_or_default(),
        days_from,
        days_to,
        pickup,
    };
    Ok(rows.into_iter().map(rate).collect())
}

pub fn sales(conn: &mut Conn, user: UserId) -> Result<Vec<Sale>> {
    type Sold = (String, String, i32, Money, Money, String, NaiveDateTime);
    type Sent = (String, String, Option<NaiveDateTime>, Option<NaiveDateTime>);
    let rows: Vec<(String, String, Sold, Sent)> = orders::table
        .inner_join(purchases::table)
        .inner_join(shop_orders::table.inner_join(shops::table))
        .filter(shops::owner_id.eq(user))
        .filter(purchases::placed_at.is_not_null())
        .order(orders::id)
        .select((
            purchases::number,
            purchases::currency,
            (
                orders::title,
                orders::options,
                orders::quantity,
                orders::unit_price,
                orders::subtotal,
                orders::status,
                orders::created_at,
            ),
            (
                shop_orders::carrier,
                shop_orders::tracking,
                shop_orders::shipped_at,
                shop_orders::delivered_at,
            ),
        ))
        .load(conn)?;
    let sale = |(checkout, currency, sold, sent): (String, String, Sold, Sent)| {
        let (title, options, quantity, unit_price, subtotal, status, created_at) = sold;
        let (carrier, tracking, shipped_at, delivered_at) = sent;
        Sale {
            checkout,
            title,
            options,
            quantity,
            unit_price: plain(&currency, unit_price),
            subtotal: plain(&currency, subtotal),
            currency,
            status,
            carrier,
            tracking,
            shipped_at,
            delivered_at,
            created_at,
        }
    };
    Ok(rows.into_iter().map(sale).collect())
}
