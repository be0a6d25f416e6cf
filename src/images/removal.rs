//! The removal of pictures that are no longer in use.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::name::{PictureLocation, PictureName};
use crate::db::Conn;
use crate::error::Result;
use crate::id::UserId;
use crate::jobs;
use crate::schema::{orders, pending_images, product_images, shops, users};

/// How long a removal waits: a transaction that copied the address in the meantime has ended by then.
const SETTLE_TIMEOUT: TimeDelta = TimeDelta::minutes(1);

/// Jobs that delete pictures.
pub struct Removal;

impl Removal {
    /// The kind of these jobs.
    pub const KIND: &'static str = "picture-removal";

    /// Enqueues a job that deletes the picture at this address unless it is in use then. Empty addresses and those of
    /// other pictures than ours are ignored.
    pub fn enqueue(conn: &mut Conn, url: &str, now: NaiveDateTime) -> Result<()> {
        let Some((name, location)) = PictureName::from_url(url) else {
            return Ok(());
        };
        Self::enqueue_named(conn, &name, location == PictureLocation::Cloudinary, now)
    }

    pub(super) fn enqueue_named(conn: &mut Conn, name: &PictureName, cloud: bool, now: NaiveDateTime) -> Result<()> {
        let payload = format!("{} {name}", if cloud { "cloud" } else { "local" });
        jobs::enqueue(conn, Self::KIND, &payload, now + SETTLE_TIMEOUT, now)?;
        Ok(())
    }
}

/// Enqueues the removal of a user's pictures before their account is deleted: their profile picture, their
/// shop's logo and cover, and their pending pictures.
pub fn enqueue_removals_of_user(conn: &mut Conn, owner: UserId, now: NaiveDateTime) -> Result<()> {
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
        Removal::enqueue(conn, &url, now)?;
    }
    Ok(())
}

/// Addresses that match the pattern, from every column with addresses of pictures. The columns are read in the order in
/// which addresses move between them, so that an address that moves in the meantime is found.
pub fn urls_in_use(conn: &mut Conn, pattern: &str) -> QueryResult<Vec<String>> {
    let mut urls: Vec<String> = pending_images::table
        .filter(pending_images::url.like(pattern))
        .select(pending_images::url)
        .load(conn)?;
    let of_products = product_images::table.filter(product_images::url.like(pattern));
    urls.extend(of_products.select(product_images::url).load::<String>(conn)?);
    let covers = shops::table.filter(shops::shop_image.like(pattern));
    urls.extend(covers.select(shops::shop_image).load::<String>(conn)?);
    let logos = shops::table.filter(shops::logo.like(pattern));
    urls.extend(logos.select(shops::logo).load::<String>(conn)?);
    let portraits = users::table.filter(users::profile_image.like(pattern));
    urls.extend(portraits.select(users::profile_image).load::<String>(conn)?);
    let sold = orders::table.filter(orders::picture.like(pattern));
    urls.extend(sold.select(orders::picture).load::<String>(conn)?);
    Ok(urls)
}

/// Whether a row has this picture's address, here or at Cloudinary.
pub fn is_in_use(conn: &mut Conn, name: &PictureName, cloud: bool) -> Result<bool> {
    Ok(!urls_in_use(conn, &name.url_pattern(cloud))?.is_empty())
}
