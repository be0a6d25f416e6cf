//! What is stored about the products of the user's shop. Amounts are in the market's currency.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;

use super::table::{Amount, TextOrEmpty};
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::money::{Currency, Money};
use crate::schema::{
    personalization_fields, product_images, product_variants, products, sections, shops, stock_movements,
};

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = products)]
pub struct Product {
    id: i64,
    title: String,
    description: String,
    category: String,
    #[diesel(select_expression = sections::name.nullable(), deserialize_as = Option<String>)]
    section: TextOrEmpty,
    tags: String,
    #[diesel(deserialize_as = Money)]
    price: Amount,
    #[diesel(deserialize_as = Option<Money>)]
    compare_at_price: Amount,
    quantity: i32,
    weight: Option<i32>,
    delivery: String,
    ready_from: Option<i32>,
    ready_within: Option<i32>,
    material: String,
    state: String,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = product_variants)]
pub struct Variant {
    #[diesel(column_name = product_id)]
    product: i64,
    id: i64,
    value1: String,
    value2: String,
    value3: String,
    sku: String,
    #[diesel(deserialize_as = Money)]
    price: Amount,
    quantity: i32,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = personalization_fields)]
pub struct PersonalizationField {
    #[diesel(column_name = product_id)]
    product: i64,
    kind: String,
    label: String,
    hint: String,
    choices: String,
    required: bool,
    #[diesel(deserialize_as = Money)]
    price: Amount,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = product_images)]
pub struct Image {
    #[diesel(column_name = product_id)]
    product: i64,
    position: i32,
    alt: String,
    #[diesel(column_name = url)]
    address: String,
}

#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = stock_movements)]
pub struct StockMovement {
    #[diesel(column_name = variant_id)]
    variant: i64,
    reason: String,
    change: i32,
    quantity: i32,
    created_at: NaiveDateTime,
}

pub fn products(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<Product>> {
    let mut products: Vec<Product> = products::table
        .inner_join(shops::table)
        .left_join(sections::table)
        .filter(shops::owner_id.eq(user))
        .order(products::id)
        .select(Product::as_select())
        .load(conn)?;
    for product in &mut products {
        product.price.format(currency);
        product.compare_at_price.format(currency);
    }
    Ok(products)
}

pub fn variants(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<Variant>> {
    let mut variants: Vec<Variant> = product_variants::table
        .inner_join(products::table.inner_join(shops::table))
        .filter(shops::owner_id.eq(user))
        .order((product_variants::product_id, product_variants::position))
        .select(Variant::as_select())
        .load(conn)?;
    for variant in &mut variants {
        variant.price.format(currency);
    }
    Ok(variants)
}

pub fn personalization_fields(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<PersonalizationField>> {
    let mut fields: Vec<PersonalizationField> = personalization_fields::table
        .inner_join(products::table.inner_join(shops::table))
        .filter(shops::owner_id.eq(user))
        .order((personalization_fields::product_id, personalization_fields::position))
        .select(PersonalizationField::as_select())
        .load(conn)?;
    for field in &mut fields {
        field.price.format(currency);
    }
    Ok(fields)
}

pub fn images(conn: &mut Conn, user: UserId) -> Result<Vec<Image>> {
    Ok(product_images::table
        .inner_join(products::table.inner_join(shops::table))
        .filter(shops::owner_id.eq(user))
        .order((product_images::product_id, product_images::position))
        .select(Image::as_select())
        .load(conn)?)
}

pub fn stock_movements(conn: &mut Conn, user: UserId) -> Result<Vec<StockMovement>> {
    Ok(stock_movements::table
        .inner_join(product_variants::table.inner_join(products::table.inner_join(shops::table)))
        .filter(shops::owner_id.eq(user))
        .order(stock_movements::id)
        .select(StockMovement::as_select())
        .load(conn)?)
}
