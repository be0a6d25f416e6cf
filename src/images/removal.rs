//! Pictures that belong to nothing any more: taken from where they lie, once nothing names them.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::name::{Name, Place};
use super::{PendingImage, Pictures};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::id::UserId;
use crate::jobs::{self, GiveUp};
use crate::schema::{orders, pending_images, product_images, shops, users};

/// Until then, whoever copied the address while the picture was being taken out has written it down.
const SETTLE_TIMEOUT: TimeDelta = TimeDelta::minutes(1);
/// A file that nothing names may be on its way to its row; not for so long.
const ORPHAN_TTL: Duration = Duration::from_secs(24 * 60 * 60);

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

    /// Does one job.
    pub fn run(conn: &mut Conn, pictures: &Pictures, payload: &str, now: NaiveDateTime) -> anyhow::Result<()> {
        let read = payload
            .split_once(' ')
            .and_then(|(place, stem)| Some((place, Name::parse(stem)?)));
        let Some((place, name)) = read else {
            return Err(GiveUp("it names no picture".to_owned()).into());
        };
        let cloud = place == "cloud";
        if is_named(conn, &name, cloud)? {
            return Ok(());
        }
        if cloud {
            return pictures.destroy(&name, now);
        }
        Ok(pictures.shelf().remove(&name)?)
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

/// Takes away pending pictures that have run out.
pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    PendingImage::purge_expired(conn, now)
}

/// Addresses in every place that may name a picture, in the order in which pictures move: who moves one meanwhile is
/// seen before or after.
fn named(conn: &mut Conn, like: &str) -> QueryResult<Vec<String>> {
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

impl Pictures {
    /// Takes away what lies on the shelf, or is marked as lying at Cloudinary, and has been named by nothing for a day.
    pub async fn sweep(&self, db: &Db, now: NaiveDateTime) -> Result<()> {
        let pictures = self.clone();
        let found = move || pictures.shelf().old(ORPHAN_TTL);
        let old = off_thread(found).await?;
        if old.pictures.is_empty() && old.marks.is_empty() {
            return Ok(());
        }
        let [local, cloud] = db
            .read(|conn| {
                let [local, cloud] = Name::any();
                Ok([stems(conn, &local)?, stems(conn, &cloud)?])
            })
            .await?;
        let pictures = self.clone();
        let lost = off_thread(move || {
            let orphans: HashSet<Name> = old.pictures.into_iter().filter(|name| !local.contains(name)).collect();
            orphans.iter().try_for_each(|name| pictures.shelf().remove(name))?;
            let lost = old.marks.into_iter().filter(|name| !cloud.contains(name));
            let lost: Vec<Name> = lost.filter(|_| pictures.in_the_cloud()).collect();
            // Marked anew, so that it is asked for once a day.
            lost.iter().try_for_each(|name| pictures.shelf().mark(name))?;
            Ok(lost)
        })
        .await?;
        if lost.is_empty() {
            return Ok(());
        }
        db.write_uncached(move |conn| lost.iter().try_for_each(|name| Removal::ask_for(conn, name, true, now)))
            .await
    }
}

fn stems(conn: &mut Conn, like: &str) -> Result<HashSet<Name>> {
    let urls = named(conn, like)?;
    Ok(urls
        .iter()
        .filter_map(|url| Name::of(url))
        .map(|(name, _)| name)
        .collect())
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::internal(error, "looking through the pictures was cut short"))?
        .map_err(|error| Error::internal(error, "the pictures could not be looked through"))
}
