//! Takes pictures away that nothing names: when a job asks for one, and in a sweep over all of them.

use std::collections::HashSet;
use std::time::Duration;

use chrono::NaiveDateTime;

use super::name::Name;
use super::removal::{is_named, named};
use super::{PendingImage, Pictures, Removal};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::jobs::GiveUp;

/// A file that nothing names may be on its way to its row; not for so long.
const ORPHANED: Duration = Duration::from_secs(24 * 60 * 60);

impl Removal {
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

/// Takes away pending pictures that have run out.
pub fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
    PendingImage::purge_expired(conn, now)
}

impl Pictures {
    /// Takes away what lies on the shelf, or is marked as lying at Cloudinary, and has been named by nothing for a day.
    pub async fn sweep(&self, db: &Db, now: NaiveDateTime) -> Result<()> {
        let pictures = self.clone();
        let found = move || pictures.shelf().old(ORPHANED);
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
