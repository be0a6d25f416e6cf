//! What is stored about what someone sells and buys.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::money::{Currency, Money};
use crate::schema::{cart_items, carts, checkouts, orders, products, shops};

#[derive(Queryable, Serialize)]
pub struct Shop {
    name: String,
    slug: String,
    tagline: String,
    bio: String,
    announcement: String,
    place: String,
    contact: String,
    returns: String,
    care: String,
    vacation_message: String,
    state: String,
    created_at: NaiveDateTime,
}

#[derive(Serialize)]
pub struct Product {
    title: String,
    description: String,
    category: String,
    price: String,
    quantity: i32,
    state: String,
    created_at: NaiveDateTime,
}

#[derive(Serialize)]
pub struct Order {
    checkout: String,
    title: String,
    options: String,
    personalisation: String,
    quantity: i32,
    unit_price: String,
    subtotal: String,
    currency: String,
    status: String,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Serialize)]
pub struct Delivery {
    checkout: String,
    email: String,
    name: String,
    street: String,
    line2: String,
    postal_code: String,
    town: String,
    region: String,
    country: String,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Serialize)]
pub struct CartLine {
    variant: i64,
    quantity: i32,
    personalisation: String,
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
            shops::place,
            shops::contact,
            shops::returns,
            shops::care,
            shops::vacation_message,
            shops::state,
            shops::created_at,
        ))
        .load(conn)?)
}

/// Priced in the market's currency.
pub fn products(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<Product>> {
    type Row = (String, String, String, Money, i32, String, NaiveDateTime);
    let rows: Vec<Row> = products::table
        .inner_join(shops::table)
        .filter(shops::owner_id.eq(user))
        .order(products::id)
        .select((
            products::title,
            products::description,
            products::category,
            products::price,
            products::quantity,
            products::state,
            products::created_at,
        ))
        .load(conn)?;
    let product = |(title, description, category, price, quantity, state, created_at): Row| Product {
        title,
        description,
        category,
        price: currency.plain(price),
        quantity,
        state,
        created_at,
    };
    Ok(rows.into_iter().map(product).collect())
}

pub fn orders(conn: &mut Conn, user: UserId) -> Result<Vec<Order>> {
    type Row = (
        String,
        String,
        (String, String, String, i32, Money, Money),
        String,
        NaiveDateTime,
    );
    let rows: Vec<Row> = orders::table
        .inner_join(checkouts::table)
        .filter(orders::buyer_id.eq(user))
        .filter(checkouts::placed_at.is_not_null())
        .order(orders::id)
        .select((
            checkouts::number,
            checkouts::currency,
            (
                orders::title,
                orders::options,
                orders::personalisation,
                orders::quantity,
                orders::unit_price,
                orders::subtotal,
            ),
            orders::status,
            orders::created_at,
        ))
        .load(conn)?;
    let order = |(checkout, currency, sold, status, created_at): Row| {
        let (title, options, personalisation, quantity, unit_price, subtotal) = sold;
        let plain = |money: Money| Currency::of(&currency).map_or_else(String::new, |currency| currency.plain(money));
        Order {
            checkout,
            title,
            options,
            personalisation,
            quantity,
            unit_price: plain(unit_price),
            subtotal: plain(subtotal),
            status,
            created_at,
            currency,
        }
    };
    Ok(rows.into_iter().map(order).collect())
}

pub fn deliveries(conn: &mut Conn, user: UserId) -> Result<Vec<Delivery>> {
    Ok(checkouts::table
        .filter(checkouts::buyer_id.eq(user))
        .order(checkouts::id)
        .select((
            checkouts::number,
            checkouts::email,
            checkouts::name,
            checkouts::street,
            checkouts::line2,
            checkouts::postal_code,
            checkouts::town,
            checkouts::region,
            checkouts::country,
            checkouts::created_at,
        ))
        .load(conn)?)
}

pub fn cart(conn: &mut Conn, user: UserId) -> Result<Vec<CartLine>> {
    Ok(cart_items::table
        .inner_join(carts::table)
        .filter(carts::owner_id.eq(user))
        .filter(cart_items::removed_at.is_null())
        .order(cart_items::id)
        .select((
            cart_items::variant_id,
            cart_items::quantity,
            cart_items::personalisation,
            cart_items::created_at,
        ))
        .load(conn)?)
}
