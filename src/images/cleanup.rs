//! Deletes pictures that are not in use: one in a job, and all of them every hour.

use std::collections::HashSet;
use std::time::Duration;

use chrono::NaiveDateTime;

use super::name::PictureName;
use super::removal::{is_in_use, urls_in_use};
use super::{PendingImage, Pictures, Removal};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::jobs::PermanentFailure;

/// A file without a row may be an upload in progress. After this time it is an orphan.
const ORPHAN_TTL: Duration = Duration::from_secs(24 * 60 * 60);

impl Removal {
    /// Runs a job: deletes the picture unless it is in use.
    pub fn run(conn: &mut Conn, pictures: &Pictures, payload: &str, now: NaiveDateTime) -> anyhow::Result<()> {
        let parsed = payload
            .split_once(' ')
            .and_then(|(location, stem)| Some((location, PictureName::parse(stem)?)));
        let Some((location, name)) = parsed else {
            return Err(PermanentFailure("the job names no picture".to_owned()).into());
        };
        let cloud = location == "cloud";
        if is_in_use(conn, &name, cloud)? {
            return Ok(());
        }
        if cloud {
            return pictures.destroy(&name, now);
        }
        Ok(pictures.store().remove(&name)?)
    }
}

/// Deletes pending pictures that have expired.
pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    PendingImage::purge_expired(conn, now)
}

impl Pictures {
    /// Deletes pictures, here and at Cloudinary, that have not been in use for a day.
    pub async fn purge_unused(&self, db: &Db, now: NaiveDateTime) -> Result<()> {
        let pictures = self.clone();
        let old = off_thread(move || pictures.store().old_files(ORPHAN_TTL)).await?;
        if old.pictures.is_empty() && old.marks.is_empty() {
            return Ok(());
        }
        let [local, cloud] = db
            .read(|conn| {
                let [local, cloud] = PictureName::all_url_patterns();
                Ok([names_in_use(conn, &local)?, names_in_use(conn, &cloud)?])
            })
            .await?;
        let pictures = self.clone();
        let orphans = off_thread(move || {
            let local_orphans: HashSet<PictureName> = (old.pictures.into_iter())
                .filter(|name| !local.contains(name))
                .collect();
            local_orphans
                .iter()
                .try_for_each(|name| pictures.store().remove(name))?;
            let cloud_orphans: Vec<PictureName> = (old.marks.into_iter())
                .filter(|name| !cloud.contains(name) && pictures.uses_cloudinary())
                .collect();
            // A new mark, so that this function asks for the removal once a day.
            cloud_orphans.iter().try_for_each(|name| pictures.store().mark(name))?;
            Ok(cloud_orphans)
        })
        .await?;
        if orphans.is_empty() {
            return Ok(());
        }
        db.write_uncached(move |conn| {
            orphans
                .iter()
                .try_for_each(|name| Removal::enqueue_named(conn, name, true, now))
        })
        .await
    }
}

fn names_in_use(conn: &mut Conn, like: &str) -> Result<HashSet<PictureName>> {
    let urls = urls_in_use(conn, like)?;
    Ok(urls
        .iter()
        .filter_map(|url| PictureName::from_url(url))
        .map(|(name, _)| name)
        .collect())
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::internal(error, "the search for unused pictures was interrupted"))?
        .map_err(|error| Error::internal(error, "the folder of pictures could not be read"))
}
