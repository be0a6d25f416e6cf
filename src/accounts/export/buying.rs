//! What is stored about the user's cart and purchases.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::table::Amount;
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::money::Money;
use crate::schema::{cart_items, carts, order_events, orders, payments, purchases, refunds, shop_orders};

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = orders)]
pub struct OrderLine {
    #[diesel(select_expression = purchases::number)]
    purchase: String,
    title: String,
    options: String,
    personalization: String,
    quantity: i32,
    #[diesel(deserialize_as = Money)]
    unit_price: Amount,
    #[diesel(deserialize_as = Money)]
    subtotal: Amount,
    #[diesel(select_expression = purchases::currency)]
    currency: String,
    status: String,
    created_at: NaiveDateTime,
}

/// A change of the status of an order line.
#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = order_events)]
pub struct OrderEvent {
    #[diesel(select_expression = purchases::number)]
    purchase: String,
    #[diesel(select_expression = orders::title)]
    title: String,
    from_status: Option<String>,
    to_status: String,
    actor: String,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = payments)]
pub struct Payment {
    #[diesel(select_expression = purchases::number)]
    purchase: String,
    #[diesel(deserialize_as = Money)]
    amount: Amount,
    #[diesel(deserialize_as = Money)]
    refunded: Amount,
    currency: String,
    status: String,
    provider: String,
    #[diesel(column_name = payment_intent_id)]
    reference: String,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = refunds)]
pub struct Refund {
    #[diesel(select_expression = purchases::number)]
    purchase: String,
    #[diesel(select_expression = orders::title)]
    title: String,
    #[diesel(deserialize_as = Money)]
    amount: Amount,
    #[diesel(select_expression = purchases::currency)]
    currency: String,
    status: String,
    created_at: NaiveDateTime,
}

/// A purchase with its delivery address.
#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = purchases)]
pub struct Purchase {
    #[serde(rename = "purchase")]
    number: String,
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

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = shop_orders)]
pub struct ShopOrder {
    #[diesel(select_expression = purchases::number)]
    purchase: String,
    #[diesel(column_name = shop_name)]
    shop: String,
    note: String,
    carrier: String,
    tracking: String,
    shipped_at: Option<NaiveDateTime>,
    delivered_at: Option<NaiveDateTime>,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = cart_items)]
pub struct CartItem {
    #[diesel(column_name = variant_id)]
    variant: i64,
    quantity: i32,
    personalization: String,
    created_at: NaiveDateTime,
}

pub fn order_lines(conn: &mut Conn, user: UserId) -> Result<Vec<OrderLine>> {
    let mut lines: Vec<OrderLine> = orders::table
        .inner_join(purchases::table)
        .filter(orders::buyer_id.eq(user))
        .order(orders::id)
        .select(OrderLine::as_select())
        .load(conn)?;
    for line in &mut lines {
        line.unit_price.format_by_code(&line.currency);
        line.subtotal.format_by_code(&line.currency);
    }
    Ok(lines)
}

pub fn order_events(conn: &mut Conn, user: UserId) -> Result<Vec<OrderEvent>> {
    Ok(order_events::table
        .inner_join(orders::table.inner_join(purchases::table))
        .filter(orders::buyer_id.eq(user))
        .order(order_events::id)
        .select(OrderEvent::as_select())
        .load(conn)?)
}

pub fn payments(conn: &mut Conn, user: UserId) -> Result<Vec<Payment>> {
    let mut payments: Vec<Payment> = payments::table
        .inner_join(purchases::table)
        .filter(purchases::buyer_id.eq(user))
        .order(payments::id)
        .select(Payment::as_select())
        .load(conn)?;
    for payment in &mut payments {
        payment.amount.format_by_code(&payment.currency);
        payment.refunded.format_by_code(&payment.currency);
    }
    Ok(payments)
}

pub fn refunds(conn: &mut Conn, user: UserId) -> Result<Vec<Refund>> {
    let mut refunds: Vec<Refund> = refunds::table
        .inner_join(orders::table.inner_join(purchases::table))
        .filter(orders::buyer_id.eq(user))
        .order(refunds::id)
        .select(Refund::as_select())
        .load(conn)?;
    for refund in &mut refunds {
        refund.amount.format_by_code(&refund.currency);
    }
    Ok(refunds)
}

pub fn purchases(conn: &mut Conn, user: UserId) -> Result<Vec<Purchase>> {
    Ok(purchases::table
        .filter(purchases::buyer_id.eq(user))
        .order(purchases::id)
        .select(Purchase::as_select())
        .load(conn)?)
}

pub fn shop_orders(conn: &mut Conn, user: UserId) -> Result<Vec<ShopOrder>> {
    Ok(shop_orders::table
        .inner_join(purchases::table)
        .filter(purchases::buyer_id.eq(user))
        .order(shop_orders::id)
        .select(ShopOrder::as_select())
        .load(conn)?)
}

pub fn cart_items(conn: &mut Conn, user: UserId) -> Result<Vec<CartItem>> {
    Ok(cart_items::table
        .inner_join(carts::table)
        .filter(carts::owner_id.eq(user))
        .order(cart_items::id)
        .select(CartItem::as_select())
        .load(conn)?)
}
