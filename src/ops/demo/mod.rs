//! The demo market: shops, products, pictures and purchases for an empty database.

mod market;
mod parcels;
mod pictures;
mod placed;
mod product;
mod purchases;
mod shop;
mod values;

use chrono::{NaiveDateTime, SubsecRound};
use diesel::prelude::*;

pub use pictures::{pictures, write_pictures};
pub use placed::BookEntry;
pub use purchases::write_books;

use crate::accounts::NewUser;
use crate::catalog::SellerContext;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ImageId, ProductId, ShopId, UserId};
use crate::money::Currency;
use crate::schema::{product_images, products, shops, users};
use market::Market;
use product::SoldQuantities;
use values::add_days;

/// Which parts of the demo market to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    /// Shops with products, but no purchases.
    WithoutPurchases,
    /// Shops with products, and purchases of the last weeks.
    WithPurchases,
}

/// Fills an empty database, and returns the entries for the provider's books. None if there are users, shops or
/// products. `password` is a hash that all users get. Call this in a transaction.
pub fn fill(
    conn: &mut Conn,
    password: &str,
    currency: Currency,
    demo: Demo,
    now: NaiveDateTime,
) -> Result<Option<Vec<BookEntry>>> {
    if !is_empty(conn)? {
        return Ok(None);
    }
    let now = now.trunc_subsecs(6);
    let market = Market::read().map_err(|error| Error::internal(error, "reading the demo market"))?;
    let sold = match demo {
        Demo::WithoutPurchases => SoldQuantities::new(),
        Demo::WithPurchases => purchases::sold_quantities(&market),
    };
    for buyer in &market.buyers {
        add_user(conn, buyer, password, now)?;
    }
    for shop in &market.shops {
        let opened = add_days(now, -shop.opened_days_ago);
        let owner = add_user(conn, &shop.owner, password, opened)?;
        let id = shop::add_shop(conn, shop, owner, opened, now)?;
        shop::add_rates(conn, shop, id, currency, opened)?;
        for product in &shop.products {
            let at = add_days(now, -product.days_ago);
            let seller = SellerContext {
                shop: id,
                user: owner,
                now: at,
            };
            product::add(conn, seller, product, &sold, currency)?;
        }
    }
    match demo {
        Demo::WithoutPurchases => Ok(Some(Vec::new())),
        Demo::WithPurchases => purchases::add_all(conn, &market, currency, now).map(Some),
    }
}

/// Whether the database is empty or has the demo market already.
pub fn may_fill(conn: &mut Conn) -> Result<bool> {
    let demo_picture: Option<ImageId> = product_images::table
        .filter(product_images::public_id.like("demo/%"))
        .select(product_images::id)
        .first(conn)
        .optional()?;
    Ok(demo_picture.is_some() || is_empty(conn)?)
}

/// Whether there are no users, shops or products.
pub fn is_empty(conn: &mut Conn) -> Result<bool> {
    let user: Option<UserId> = users::table.select(users::id).first(conn).optional()?;
    let shop: Option<ShopId> = shops::table.select(shops::id).first(conn).optional()?;
    let product: Option<ProductId> = products::table.select(products::id).first(conn).optional()?;
    Ok(user.is_none() && shop.is_none() && product.is_none())
}

fn add_user(conn: &mut Conn, person: &market::Person, password: &str, joined: NaiveDateTime) -> Result<UserId> {
    let user = NewUser {
        id: UserId::new(),
        username: &person.username,
        email: &person.email,
        password,
        first_name: &person.first_name,
        last_name: &person.last_name,
        address: None,
        profile_image: "",
        admin: false,
        email_verified_at: Some(joined),
        suspended_at: None,
        last_login_at: None,
        created_at: joined,
        updated_at: joined,
    };
    diesel::insert_into(users::table).values(&user).execute(conn)?;
    Ok(user.id)
}

#[cfg(test)]
mod tests;
