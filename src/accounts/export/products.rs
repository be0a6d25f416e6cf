//! The products of a seller in the data download.

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

/// A personalization field.
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

#[derive(Queryable, Selectable)]
#[diesel(table_name = products)]
struct ProductRow {
    id: i64,
    title: String,
    description: String,
    category: String,
    tags: String,
    price: Money,
    compare_at_price: Option<Money>,
    quantity: i32,
    weight: Option<i32>,
    delivery: String,
    ready_from: Option<i32>,
    ready_within: Option<i32>,
    state: String,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = product_variants)]
struct VariantRow {
    product_id: i64,
    id: i64,
    value1: String,
    value2: String,
    value3: String,
    sku: String,
    price: Money,
    quantity: i32,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = personalization_fields)]
struct FieldRow {
    product_id: i64,
    kind: String,
    label: String,
    hint: String,
    choices: String,
    required: bool,
    price: Money,
}

/// The products of a seller. Prices are in the currency of the market.
pub fn products(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<Product>> {
    let rows: Vec<(ProductRow, Option<String>)> = products::table
        .inner_join(shops::table)
        .left_join(sections::table)
        .filter(shops::owner_id.eq(user))
        .order(products::id)
        .select((ProductRow::as_select(), sections::name.nullable()))
        .load(conn)?;
    let product = |(row, section): (ProductRow, Option<String>)| Product {
        id: row.id,
        title: row.title,
        description: row.description,
        category: row.category,
        section: section.unwrap_or_default(),
        tags: row.tags,
        price: currency.plain(row.price),
        compare_at_price: row
            .compare_at_price
            .map(|price| currency.plain(price))
            .unwrap_or_default(),
        quantity: row.quantity,
        weight: row.weight,
        delivery: row.delivery,
        ready_from: row.ready_from,
        ready_within: row.ready_within,
        state: row.state,
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(product).collect())
}

pub fn variants(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<Variant>> {
    let rows: Vec<VariantRow> = product_variants::table
        .inner_join(products::table.inner_join(shops::table))
        .filter(shops::owner_id.eq(user))
        .order((product_variants::product_id, product_variants::position))
        .select(VariantRow::as_select())
        .load(conn)?;
    let variant = |row: VariantRow| Variant {
        product: row.product_id,
        id: row.id,
        value1: row.value1,
        value2: row.value2,
        value3: row.value3,
        sku: row.sku,
        price: currency.plain(row.price),
        quantity: row.quantity,
    };
    Ok(rows.into_iter().map(variant).collect())
}

pub fn fields(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<Field>> {
    let rows: Vec<FieldRow> = personalization_fields::table
        .inner_join(products::table.inner_join(shops::table))
        .filter(shops::owner_id.eq(user))
        .order((personalization_fields::product_id, personalization_fields::position))
        .select(FieldRow::as_select())
        .load(conn)?;
    let field = |row: FieldRow| Field {
        product: row.product_id,
        kind: row.kind,
        label: row.label,
        hint: row.hint,
        choices: row.choices,
        required: row.required,
        price: currency.plain(row.price),
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
