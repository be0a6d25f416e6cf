//! What is stored about a shop's products.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::money::{Currency, Money};
use crate::schema::{
    personalization_fields, product_images, product_variants, products, sections, shops, stock_movements,
};

#[derive(Serialize)]
pub struct Product {
    id: i64,
    title: String,
    description: String,
    category: String,
    section: String,
    tags: String,
    price: String,
    compare_at_price: String,
    quantity: i32,
    weight: Option<i32>,
    delivery: String,
    ready_from: Option<i32>,
    ready_within: Option<i32>,
    state: String,
    created_at: NaiveDateTime,
}

#[derive(Serialize)]
pub struct Variant {
    product: i64,
    id: i64,
    value1: String,
    value2: String,
    value3: String,
    sku: String,
    price: String,
    quantity: i32,
}

/// What a product asks its buyers.
#[derive(Serialize)]
pub struct Field {
    product: i64,
    kind: String,
    label: String,
    hint: String,
    choices: String,
    required: bool,
    price: String,
}

#[derive(Queryable, Serialize)]
pub struct Picture {
    product: i64,
    position: i32,
    alt: String,
    address: String,
}

#[derive(Queryable, Serialize)]
pub struct StockMovement {
    variant: i64,
    reason: String,
    change: i32,
    quantity: i32,
    created_at: NaiveDateTime,
}

/// Priced in the market's currency.
pub fn products(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<Product>> {
    type Told = (i64, String, String, String, Option<String>, String);
    type Made = (Option<i32>, String, Option<i32>, Option<i32>);
    type Row = (Told, (Money, Option<Money>, i32), Made, String, NaiveDateTime);
    let rows: Vec<Row> = products::table
        .inner_join(shops::table)
        .left_join(sections::table)
        .filter(shops::owner_id.eq(user))
        .order(products::id)
        .select((
            (
                products::id,
                products::title,
                products::description,
                products::category,
                sections::name.nullable(),
                products::tags,
            ),
            (products::price, products::compare_at_price, products::quantity),
            (
                products::weight,
                products::delivery,
                products::ready_from,
                products::ready_within,
            ),
            products::state,
            products::created_at,
        ))
        .load(conn)?;
    let product = |(told, (price, compare_at, quantity), made, state, created_at): Row| {
        let (id, title, description, category, section, tags) = told;
        let (weight, delivery, ready_from, ready_within) = made;
        Product {
            id,
            title,
            description,
            category,
            section: section.unwrap_or_default(),
            tags,
            price: currency.plain(price),
            compare_at_price: compare_at.map(|price| currency.plain(price)).unwrap_or_default(),
            quantity,
            weight,
            delivery,
            ready_from,
            ready_within,
            state,
            created_at,
        }
    };
    Ok(rows.into_iter().map(product).collect())
}

pub fn variants(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<Variant>> {
    type Row = (i64, i64, (String, String, String), String, Money, i32);
    let rows: Vec<Row> = product_variants::table
        .inner_join(products::table.inner_join(shops::table))
        .filter(shops::owner_id.eq(user))
        .order((product_variants::product_id, product_variants::position))
        .select((
            product_variants::product_id,
            product_variants::id,
            (
                product_variants::value1,
                product_variants::value2,
                product_variants::value3,
            ),
            product_variants::sku,
            product_variants::price,
            product_variants::quantity,
        ))
        .load(conn)?;
    let variant = |(product, id, (value1, value2, value3), sku, price, quantity): Row| Variant {
        product,
        id,
        value1,
        value2,
        value3,
        sku,
        price: currency.plain(price),
        quantity,
    };
    Ok(rows.into_iter().map(variant).collect())
}

pub fn fields(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<Field>> {
    type Row = (i64, String, (String, String, String), bool, Money);
    let rows: Vec<Row> = personalization_fields::table
        .inner_join(products::table.inner_join(shops::table))
        .filter(shops::owner_id.eq(user))
        .order((personalization_fields::product_id, personalization_fields::position))
        .select((
            personalization_fields::product_id,
            personalization_fields::kind,
            (
                personalization_fields::label,
                personalization_fields::hint,
                personalization_fields::choices,
            ),
            personalization_fields::required,
            personalization_fields::price,
        ))
        .load(conn)?;
    let field = |(product, kind, (label, hint, choices), required, price): Row| Field {
        product,
        kind,
        label,
        hint,
        choices,
        required,
        price: currency.plain(price),
    };
    Ok(rows.into_iter().map(field).collect())
}

pub fn pictures(conn: &mut Conn, user: UserId) -> Result<Vec<Picture>> {
    Ok(product_images::table
        .inner_join(products::table.inner_join(shops::table))
        .filter(shops::owner_id.eq(user))
        .order((product_images::product_id, product_images::position))
        .select((
            product_images::product_id,
            product_images::position,
            product_images::alt,
            product_images::url,
        ))
        .load(conn)?)
}

pub fn movements(conn: &mut Conn, user: UserId) -> Result<Vec<StockMovement>> {
    Ok(stock_movements::table
        .inner_join(product_variants::table.inner_join(products::table.inner_join(shops::table)))
        .filter(shops::owner_id.eq(user))
        .order(stock_movements::id)
        .select((
            stock_movements::variant_id,
            stock_movements::reason,
            stock_movements::change,
            stock_movements::quantity,
            stock_movements::created_at,
        ))
        .load(conn)?)
}
