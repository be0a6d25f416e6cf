//! A market to look at: shops, products and pictures for an empty database.

mod market;
mod pictures;

use chrono::{NaiveDateTime, SubsecRound, TimeDelta};
use diesel::prelude::*;

pub use pictures::{pictures, write_pictures};

use super::rows::{NewImage, NewProduct, NewShop, NewUser, NewVariant};
use crate::catalog::{Movement, ProductState, Reason};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ImageId, ProductId, ShopId, UserId, VariantId};
use crate::money::{Currency, Money, PriceProblem};
use crate::schema::{product_images, product_variants, products, shops, users};
use crate::shops::{Corner, ShopState, Vividness};
use market::Market;

/// The size that every picture of the demo has.
const WIDTH: i32 = 800;
const HEIGHT: i32 = 1_000;

/// Fills an empty database and says so; one with users, shops or products in it stays as it is. Everyone gets the one
/// hash for a password.
/// Belongs inside a transaction.
pub fn fill(conn: &mut Conn, password: &str, currency: Currency, now: NaiveDateTime) -> Result<bool> {
    if !is_empty(conn)? {
        return Ok(false);
    }
    let now = now.trunc_subsecs(6);
    let market = Market::read().map_err(|error| Error::internal(error, "reading the demo market"))?;
    for buyer in &market.buyers {
        add_person(conn, buyer, password, now)?;
    }
    for shop in &market.shops {
        let opened = days(now, -shop.opened_days_ago);
        let owner = add_person(conn, &shop.owner, password, opened)?;
        let id = add_shop(conn, shop, owner, opened, now)?;
        for product in &shop.products {
            add_product(conn, product, owner, id, currency, days(now, -product.days_ago))?;
        }
    }
    Ok(true)
}

/// Whether the database is empty, or holds the demo market already.
pub fn belongs_in(conn: &mut Conn) -> Result<bool> {
    let drawn: Option<ImageId> = product_images::table
        .filter(product_images::public_id.like("demo/%"))
        .select(product_images::id)
        .first(conn)
        .optional()?;
    Ok(drawn.is_some() || is_empty(conn)?)
}

/// Whether nobody and nothing is there yet.
pub fn is_empty(conn: &mut Conn) -> Result<bool> {
    let user: Option<UserId> = users::table.select(users::id).first(conn).optional()?;
    let shop: Option<ShopId> = shops::table.select(shops::id).first(conn).optional()?;
    let product: Option<ProductId> = products::table.select(products::id).first(conn).optional()?;
    Ok(user.is_none() && shop.is_none() && product.is_none())
}

fn add_person(conn: &mut Conn, person: &market::Person, password: &str, joined: NaiveDateTime) -> Result<UserId> {
    let user = NewUser {
        id: UserId::new(),
        username: &person.username,
        email: &person.email,
        password,
        first_name: &person.first_name,
        last_name: &person.last_name,
        address: None,
        profile_image: "",
        operator: false,
        email_verified_at: Some(joined),
        suspended_at: None,
        last_login_at: None,
        created_at: joined,
        updated_at: joined,
    };
    diesel::insert_into(users::table).values(&user).execute(conn)?;
    Ok(user.id)
}

fn add_shop(
    conn: &mut Conn,
    shop: &market::Shop,
    owner: UserId,
    opened: NaiveDateTime,
    now: NaiveDateTime,
) -> Result<ShopId> {
    let shop_image = shop.image.as_deref().map(address).unwrap_or_default();
    let vacation = shop.vacation.as_ref();
    let row = NewShop {
        id: ShopId::new(),
        owner_id: Some(owner),
        name: &shop.name,
        slug: &shop.slug,
        tagline: &shop.tagline,
        bio: &shop.bio,
        announcement: &shop.announcement,
        place: &shop.place,
        shop_image: &shop_image,
        state: ShopState::Open,
        vacation_from: vacation.map(|vacation| days(now, vacation.from_days)),
        vacation_until: vacation.map(|vacation| days(now, vacation.until_days)),
        vacation_message: vacation.map(|vacation| vacation.message.as_str()).unwrap_or_default(),
        hue: shop.hue,
        vividness: word("vividness", &shop.vividness, Vividness::parse)?,
        corner: word("corner", &shop.corner, Corner::parse)?,
        created_at: opened,
        updated_at: opened,
    };
    diesel::insert_into(shops::table).values(&row).execute(conn)?;
    Ok(row.id)
}

fn add_product(
    conn: &mut Conn,
    product: &market::Product,
    owner: UserId,
    shop: ShopId,
    currency: Currency,
    at: NaiveDateTime,
) -> Result<()> {
    let id = ProductId::new();
    let mut variants = Vec::new();
    for (position, variant) in (1..).zip(product.variants()) {
        variants.push((position, price(currency, &variant.price)?, variant));
    }
    let option = |index: usize| product.options.get(index).map(String::as_str).unwrap_or_default();
    let row = NewProduct {
        id,
        owner_id: Some(owner),
        shop_id: shop,
        category: &product.category,
        title: &product.title,
        slug: &product.slug,
        description: &product.description,
        price: variants.iter().map(|(_, price, _)| *price).min().unwrap_or_default(),
        quantity: variants.iter().map(|(_, _, variant)| variant.quantity).sum(),
        option1: option(0),
        option2: option(1),
        option3: option(2),
        state: ProductState::Active,
        published_at: at,
        created_at: at,
        updated_at: at,
    };
    diesel::insert_into(products::table).values(&row).execute(conn)?;
    for (position, price, variant) in &variants {
        let value = |index: usize| variant.values.get(index).map(String::as_str).unwrap_or_default();
        let row = NewVariant {
            id: VariantId::new(),
            product_id: id,
            image_id: None,
            position: *position,
            value1: value(0),
            value2: value(1),
            value3: value(2),
            sku: &variant.sku,
            price: *price,
            quantity: variant.quantity,
            created_at: at,
            updated_at: at,
        };
        diesel::insert_into(product_variants::table)
            .values(&row)
            .execute(conn)?;
        Movement::open(conn, row.id, row.quantity, Reason::Opening, Some(owner), at)?;
    }
    for (position, picture) in (1..).zip(&product.pictures) {
        let row = NewImage {
            id: ImageId::new(),
            product_id: id,
            public_id: &format!("{}/{}", pictures::FOLDER, picture.file),
            url: &address(&picture.file),
            position,
            alt: &picture.alt,
            width: Some(WIDTH),
            height: Some(HEIGHT),
            tint: &picture.tint,
            created_at: at,
            updated_at: at,
        };
        diesel::insert_into(product_images::table).values(&row).execute(conn)?;
    }
    Ok(())
}

fn address(file: &str) -> String {
    format!("/media/{}/{file}", pictures::FOLDER)
}

fn word<T>(what: &str, written: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    parse(written).ok_or_else(|| Error::Internal(anyhow::anyhow!("the demo's {what} {written:?} is unknown")))
}

fn days(from: NaiveDateTime, days: i64) -> NaiveDateTime {
    TimeDelta::try_days(days)
        .and_then(|span| from.checked_add_signed(span))
        .unwrap_or(from)
}

/// A price as the file writes it, with the decimals dropped that the currency does not have.
fn price(currency: Currency, written: &str) -> Result<Money> {
    let parsed = match currency.parse(written) {
        Err(PriceProblem::TooFine(places)) => {
            let (whole, decimals) = written.split_once('.').unwrap_or((written, ""));
            let decimals: String = decimals.chars().take(places as usize).collect();
            currency.parse(format!("{whole}.{decimals}").trim_end_matches('.'))
        }
        parsed => parsed,
    };
    parsed.map_err(|problem| Error::Internal(anyhow::anyhow!("the demo's price {written:?} {problem}")))
}

#[cfg(test)]
mod tests;
