//! Pictures that belong to nothing any more: taken from where they lie, once nothing names them.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::name::{Name, Place};
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::jobs;
use crate::schema::{orders, pending_images, product_images, shops, users};

/// Until then, whoever copied the address while the picture was being taken out has written it down.
const SETTLE_TIMEOUT: TimeDelta = TimeDelta::minutes(1);
pub struct Removal;

impl Removal {
    /// The kind of its jobs.
    pub const KIND: &'static str = "picture-removal";

    /// Takes the picture of this address away, soon, unless something names it then. Any address may come: empty ones and
    /// those of pictures that we did not make are left alone.
    pub fn ask(conn: &mut Conn, url: &str, now: NaiveDateTime) -> Result<()> {
        let Some((name, place)) = Name::of(url) else {
            return Ok(());
        };
        Self::ask_for(conn, &name, place == Place::Cloudinary, now)
    }

    pub(super) fn ask_for(conn: &mut Conn, name: &Name, cloud: bool, now: NaiveDateTime) -> Result<()> {
        let payload = format!("{} {name}", if cloud { "cloud" } else { "local" });
        jobs::enqueue(conn, Self::KIND, &payload, now + SETTLE_TIMEOUT, now)?;
        Ok(())
    }
}

/// Asks for the removal of all that is somebody's face or waits for a place, before they are gone.
pub fn forget(conn: &mut Conn, owner: UserId, now: NaiveDateTime) -> Result<()> {
    let mut urls: Vec<String> = pending_images::table
        .filter(pending_images::owner_id.eq(owner))
        .select(pending_images::url)
        .load(conn)?;
    urls.push(users::table.find(owner).select(users::profile_image).first(conn)?);
    let of_shops: Vec<(String, String)> = shops::table
        .filter(shops::owner_id.eq(owner))
        .select((shops::shop_image, shops::logo))
        .load(conn)?;
    urls.extend(of_shops.into_iter().flat_map(|(cover, logo)| [cover, logo]));
    for url in urls {
        Removal::ask(conn, &url, now)?;
    }
    Ok(())
}

/// Addresses in every place that may name a picture, in the order in which pictures move: who moves one meanwhile is
/// seen before or after.
pub fn named(conn: &mut Conn, like: &str) -> QueryResult<Vec<String>> {
    let mut urls: Vec<String> = pending_images::table
        .filter(pending_images::url.like(like))
        .select(pending_images::url)
        .load(conn)?;
    let of_products = product_images::table.filter(product_images::url.like(like));
    urls.extend(of_products.select(product_images::url).load::<String>(conn)?);
    let covers = shops::table.filter(shops::shop_image.like(like));
    urls.extend(covers.select(shops::shop_image).load::<String>(conn)?);
    let logos = shops::table.filter(shops::logo.like(like));
    urls.extend(logos.select(shops::logo).load::<String>(conn)?);
    let faces = users::table.filter(users::profile_image.like(like));
    urls.extend(faces.select(users::profile_image).load::<String>(conn)?);
    let sold = orders::table.filter(orders::picture.like(like));
    urls.extend(sold.select(orders::picture).load::<String>(conn)?);
    Ok(urls)
}

/// Whether anything names this picture where it lies.
pub fn is_named(conn: &mut Conn, name: &Name, cloud: bool) -> Result<bool> {
    Ok(!named(conn, &name.like(cloud))?.is_empty())
}
