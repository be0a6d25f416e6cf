//! Everything that is stored about someone, as JSON and as CSV, in one ZIP.

use std::io::{Cursor, Write};

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Serialize;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::money::{Currency, Money};
use crate::schema::{
    cart_items, carts, checkouts, orders, products, security_events, sessions, shops, trusted_browsers, users,
};

/// One name, and the rows that go by it.
struct Table {
    name: &'static str,
    json: Vec<u8>,
    csv: Vec<u8>,
}

/// All tables of one person.
pub struct Export(Vec<Table>);

#[derive(Queryable, Serialize)]
struct Profile {
    username: String,
    email: String,
    first_name: String,
    last_name: String,
    address: Option<String>,
    email_verified_at: Option<NaiveDateTime>,
    second_factor_since: Option<NaiveDateTime>,
    last_login_at: Option<NaiveDateTime>,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Serialize)]
struct Shop {
    name: String,
    slug: String,
    tagline: String,
    bio: String,
    announcement: String,
    place: String,
    state: String,
    created_at: NaiveDateTime,
}

#[derive(Serialize)]
struct Product {
    title: String,
    description: String,
    category: String,
    price: String,
    quantity: i32,
    state: String,
    created_at: NaiveDateTime,
}

#[derive(Serialize)]
struct Order {
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
struct Delivery {
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
struct CartLine {
    variant: i64,
    quantity: i32,
    personalisation: String,
    created_at: NaiveDateTime,
}

#[derive(Queryable, Serialize)]
struct SignIn {
    factor: String,
    address: String,
    agent: String,
    created_at: NaiveDateTime,
    seen_at: NaiveDateTime,
}

#[derive(Queryable, Serialize)]
struct Browser {
    address: String,
    agent: String,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
}

#[derive(Queryable, Serialize)]
struct Activity {
    kind: String,
    detail: String,
    address: String,
    agent: String,
    created_at: NaiveDateTime,
}

impl Export {
    /// Reads it all. `currency` is the market's, which products are priced in.
    pub fn of(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Self> {
        let profile: Vec<Profile> = users::table
            .find(user)
            .select((
                users::username,
                users::email,
                users::first_name,
                users::last_name,
                users::address,
                users::email_verified_at,
                users::totp_enabled_at,
                users::last_login_at,
                users::created_at,
            ))
            .load(conn)?;
        let shop: Vec<Shop> = shops::table
            .filter(shops::owner_id.eq(user))
            .select((
                shops::name,
                shops::slug,
                shops::tagline,
                shops::bio,
                shops::announcement,
                shops::place,
                shops::state,
                shops::created_at,
            ))
            .load(conn)?;
        let cart: Vec<CartLine> = cart_items::table
            .inner_join(carts::table)
            .filter(carts::owner_id.eq(user))
            .order(cart_items::id)
            .select((
                cart_items::variant_id,
                cart_items::quantity,
                cart_items::personalisation,
                cart_items::created_at,
            ))
            .load(conn)?;
        let deliveries: Vec<Delivery> = checkouts::table
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
            .load(conn)?;
        Ok(Self(vec![
            Table::of("profile", &profile)?,
            Table::of("shop", &shop)?,
            Table::of("products", &products(conn, user, currency)?)?,
            Table::of("cart", &cart)?,
            Table::of("orders", &orders(conn, user)?)?,
            Table::of("deliveries", &deliveries)?,
            Table::of("sign-ins", &sign_ins(conn, user)?)?,
            Table::of("remembered-browsers", &browsers(conn, user)?)?,
            Table::of("activity", &activity(conn, user)?)?,
        ]))
    }

    /// One archive with two files a table.
    pub fn zip(&self) -> Result<Vec<u8>> {
        let packed = || -> zip::result::ZipResult<Vec<u8>> {
            let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
            for table in &self.0 {
                for (ending, content) in [("json", &table.json), ("csv", &table.csv)] {
                    zip.start_file(format!("{}.{ending}", table.name), SimpleFileOptions::default())?;
                    zip.write_all(content)?;
                }
            }
            Ok(zip.finish()?.into_inner())
        };
        packed().map_err(|error| Error::internal(error, "the data could not be packed"))
    }
}

impl Table {
    fn of<T: Serialize>(name: &'static str, rows: &[T]) -> Result<Self> {
        let failed = "the data could not be written";
        let json = serde_json::to_vec_pretty(rows).map_err(|error| Error::internal(error, failed))?;
        let mut csv = csv::Writer::from_writer(Vec::new());
        for row in rows {
            csv.serialize(row).map_err(|error| Error::internal(error, failed))?;
        }
        let csv = csv
            .into_inner()
            .map_err(|error| Error::internal(error.into_error(), failed))?;
        Ok(Self { name, json, csv })
    }
}

fn products(conn: &mut Conn, user: UserId, currency: Currency) -> Result<Vec<Product>> {
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

fn orders(conn: &mut Conn, user: UserId) -> Result<Vec<Order>> {
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

fn sign_ins(conn: &mut Conn, user: UserId) -> Result<Vec<SignIn>> {
    Ok(sessions::table
        .filter(sessions::user_id.eq(user))
        .order(sessions::id)
        .select((
            sessions::factor,
            sessions::address,
            sessions::agent,
            sessions::created_at,
            sessions::seen_at,
        ))
        .load(conn)?)
}

fn browsers(conn: &mut Conn, user: UserId) -> Result<Vec<Browser>> {
    Ok(trusted_browsers::table
        .filter(trusted_browsers::user_id.eq(user))
        .order(trusted_browsers::id)
        .select((
            trusted_browsers::address,
            trusted_browsers::agent,
            trusted_browsers::created_at,
            trusted_browsers::expires_at,
        ))
        .load(conn)?)
}

fn activity(conn: &mut Conn, user: UserId) -> Result<Vec<Activity>> {
    Ok(security_events::table
        .filter(security_events::user_id.eq(user))
        .order(security_events::id)
        .select((
            security_events::kind,
            security_events::detail,
            security_events::address,
            security_events::agent,
            security_events::created_at,
        ))
        .load(conn)?)
}
