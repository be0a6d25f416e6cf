//! What is stored about the user's shop.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::table::Amount;
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::money::{Currency, Money};
use crate::schema::{orders, purchases, sections, shipping_rates, shop_orders, shops};

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = shops)]
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
    #[diesel(column_name = shop_image)]
    cover: String,
    vacation_from: Option<NaiveDateTime>,
    vacation_until: Option<NaiveDateTime>,
    vacation_message: String,
    state: String,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = sections)]
pub struct Section {
    name: String,
    position: i32,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = shipping_rates)]
pub struct ShippingRate {
    name: String,
    countries: String,
    #[diesel(deserialize_as = Money)]
    first_price: Amount,
    #[diesel(deserialize_as = Money)]
    further_price: Amount,
    #[diesel(deserialize_as = Option<Money>)]
    free_over: Amount,
    days_from: i32,
    days_to: i32,
    pickup: bool,
}

/// What the shop sold, without the buyers' personal data.
#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = orders)]
pub struct Sale {
    #[diesel(select_expression = purchases::number)]
    purchase: String,
    title: String,
    options: String,
    quantity: i32,
    #[diesel(deserialize_as = Money)]
    unit_price: Amount,
    #[diesel(deserialize_as = Money)]
    subtotal: Amount,
    #[diesel(select_expression = purchases::currency)]
    currency: String,
    status: String,
    #[diesel(select_expression = shop_orders::carrier)]
    carrier: String,
    #[diesel(select_expression = shop_orders::tracking)]
    tracking: String,
    #[diesel(select_expression = shop_orders::shipped_at)]
    shipped_at: Option<NaiveDateTime>,
    #[diesel(select_expression = shop_orders::delivered_at)]
    delivered_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
}

pub fn shop(conn: &mut Conn, user: UserId) -> Result<Vec<Shop>> {
    Ok(shops::table
        .filter(shops::owner_id.eq(user))
        .select(Shop::as_select())
        .load(conn)?)
}

pub fn sections(conn: &mut Conn, user: UserId) -> Result<Vec<Section>> {
    Ok(sections::table
        .inner_join(shops::table)
        .filter(shops::owner_id.eq(user))
        .order((sections::position, sections::id))
        .select(Section::as_select())
        .load(conn)?)
}

pub fn shipping_rates(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<ShippingRate>> {
    let mut rates: Vec<ShippingRate> = shipping_rates::table
        .inner_join(shops::table)
        .filter(shops::owner_id.eq(user))
        .order((shipping_rates::position, shipping_rates::id))
        .select(ShippingRate::as_select())
        .load(conn)?;
    for rate in &mut rates {
        rate.first_price.format(currency);
        rate.further_price.format(currency);
        rate.free_over.format(currency);
    }
    Ok(rates)
}

pub fn sales(conn: &mut Conn, user: UserId) -> Result<Vec<Sale>> {
    let mut sales: Vec<Sale> = orders::table
        .inner_join(purchases::table)
        .inner_join(shop_orders::table.inner_join(shops::table))
        .filter(shops::owner_id.eq(user))
        .filter(purchases::placed_at.is_not_null())
        .order(orders::id)
        .select(Sale::as_select())
        .load(conn)?;
    for sale in &mut sales {
        sale.unit_price.format_by_code(&sale.currency);
        sale.subtotal.format_by_code(&sale.currency);
    }
    Ok(sales)
}
