//! What is stored about what someone buys.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::table::plain;
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::money::Money;
use crate::schema::{cart_items, carts, order_events, orders, payments, purchases, refunds, shop_orders};

#[derive(Serialize)]
pub struct Order {
    checkout: String,
    title: String,
    options: String,
    personalization: String,
    quantity: i32,
    unit_price: String,
    subtotal: String,
    currency: String,
    status: String,
    created_at: NaiveDateTime,
}

/// What happened to an order.
#[derive(Queryable, Serialize)]
pub struct Step {
    checkout: String,
    title: String,
    from_status: Option<String>,
    to_status: String,
    actor: String,
    created_at: NaiveDateTime,
}

#[derive(Serialize)]
pub struct Paid {
    checkout: String,
    amount: String,
    refunded: String,
    currency: String,
    status: String,
    provider: String,
    reference: String,
    created_at: NaiveDateTime,
}

#[derive(Serialize)]
pub struct GivenBack {
    checkout: String,
    title: String,
    amount: String,
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
pub struct Parcel {
    checkout: String,
    shop: String,
    note: String,
    carrier: String,
    tracking: String,
    shipped_at: Option<NaiveDateTime>,
    delivered_at: Option<NaiveDateTime>,
}

#[derive(Queryable, Serialize)]
pub struct CartLine {
    variant: i64,
    quantity: i32,
    personalization: String,
    created_at: NaiveDateTime,
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
        .inner_join(purchases::table)
        .filter(orders::buyer_id.eq(user))
        .order(orders::id)
        .select((
            purchases::number,
            purchases::currency,
            (
                orders::title,
                orders::options,
                orders::personalization,
                orders::quantity,
                orders::unit_price,
                orders::subtotal,
            ),
            orders::status,
            orders::created_at,
        ))
        .load(conn)?;
    let order = |(checkout, currency, sold, status, created_at): Row| {
        let (title, options, personalization, quantity, unit_price, subtotal) = sold;
        Order {
            checkout,
            title,
            options,
            personalization,
            quantity,
            unit_price: plain(&currency, unit_price),
            subtotal: plain(&currency, subtotal),
            status,
            created_at,
            currency,
        }
    };
    Ok(rows.into_iter().map(order).collect())
}

pub fn steps(conn: &mut Conn, user: UserId) -> Result<Vec<Step>> {
    Ok(order_events::table
        .inner_join(orders::table.inner_join(purchases::table))
        .filter(orders::buyer_id.eq(user))
        .order(order_events::id)
        .select((
            purchases::number,
            orders::title,
            order_events::from_status,
            order_events::to_status,
            order_events::actor,
            order_events::created_at,
        ))
        .load(conn)?)
}

pub fn payments(conn: &mut Conn, user: UserId) -> Result<Vec<Paid>> {
    type Row = (String, (Money, Money, String), String, String, String, NaiveDateTime);
    let rows: Vec<Row> = payments::table
        .inner_join(purchases::table)
        .filter(purchases::buyer_id.eq(user))
        .order(payments::id)
        .select((
            purchases::number,
            (payments::amount, payments::refunded, payments::currency),
            payments::status,
            payments::provider,
            payments::payment_intent_id,
            payments::created_at,
        ))
        .load(conn)?;
    let paid = |(checkout, (amount, refunded, currency), status, provider, reference, created_at): Row| Paid {
        checkout,
        amount: plain(&currency, amount),
        refunded: plain(&currency, refunded),
        currency,
        status,
        provider,
        reference,
        created_at,
    };
    Ok(rows.into_iter().map(paid).collect())
}

pub fn refunds(conn: &mut Conn, user: UserId) -> Result<Vec<GivenBack>> {
    type Row = (String, String, String, Money, String, NaiveDateTime);
    let rows: Vec<Row> = refunds::table
        .inner_join(orders::table.inner_join(purchases::table))
        .filter(orders::buyer_id.eq(user))
        .order(refunds::id)
        .select((
            purchases::number,
            purchases::currency,
            orders::title,
            refunds::amount,
            refunds::status,
            refunds::created_at,
        ))
        .load(conn)?;
    let back = |(checkout, currency, title, amount, status, created_at): Row| GivenBack {
        checkout,
        title,
        amount: plain(&currency, amount),
        currency,
        status,
        created_at,
    };
    Ok(rows.into_iter().map(back).collect())
}

pub fn deliveries(conn: &mut Conn, user: UserId) -> Result<Vec<Delivery>> {
    Ok(purchases::table
        .filter(purchases::buyer_id.eq(user))
        .order(purchases::id)
        .select((
            purchases::number,
            purchases::email,
            purchases::name,
            purchases::street,
            purchases::line2,
            purchases::postal_code,
            purchases::town,
            purchases::region,
            purchases::country,
            purchases::created_at,
        ))
        .load(conn)?)
}

pub fn parcels(conn: &mut Conn, user: UserId) -> Result<Vec<Parcel>> {
    Ok(shop_orders::table
        .inner_join(purchases::table)
        .filter(purchases::buyer_id.eq(user))
        .order(shop_orders::id)
        .select((
            purchases::number,
            shop_orders::shop_name,
            shop_orders::note,
            shop_orders::carrier,
            shop_orders::tracking,
            shop_orders::shipped_at,
            shop_orders::delivered_at,
        ))
        .load(conn)?)
}

pub fn cart(conn: &mut Conn, user: UserId) -> Result<Vec<CartLine>> {
    Ok(cart_items::table
        .inner_join(carts::table)
        .filter(carts::owner_id.eq(user))
        .order(cart_items::id)
        .select((
            cart_items::variant_id,
            cart_items::quantity,
            cart_items::personalization,
            cart_items::created_at,
        ))
        .load(conn)?)
}
