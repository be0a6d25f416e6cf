//! Receives pictures, and finishes them later.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::cloudinary::Cloudinary;
use super::local_store::LocalStore;
use super::name::Name;
use super::pipeline::{self, Master};
use super::removal::is_named;
use super::{PendingImage, Removal, Sent};
use crate::config::Config;
use crate::db::{Conn, Db, in_transaction};
use crate::error::{Error, Result};
use crate::id::{ImageId, UserId};
use crate::jobs::{self, GiveUp};
use crate::schema::{pending_images, product_images, shops, users};
use crate::threads::Threads;

/// Pictures that are opened at the same time.
const MAX_CONCURRENT: usize = 2;
/// The folder within that of all media.
const FOLDER: &str = "pictures";

/// Where pictures are made, and where they lie. Cheap to clone.
#[derive(Clone)]
pub struct Pictures(Arc<Inner>);

struct Inner {
    threads: Threads,
    shelf: LocalStore,
    uploads: PathBuf,
    cloudinary: Option<Cloudinary>,
}

impl Pictures {
    /// The kind of the jobs that finish pictures.
    pub const KIND: &'static str = "picture";

    pub fn new(config: &Config) -> Self {
        Self(Arc::new(Inner {
            threads: Threads::start(MAX_CONCURRENT),
            shelf: LocalStore::new(config.media().join(FOLDER)),
            uploads: config.data.join("uploads"),
            cloudinary: config.cloudinary.clone().map(Cloudinary::new),
        }))
    }

    /// Where the bytes of uploads wait.
    pub fn uploads(&self) -> &Path {
        &self.0.uploads
    }

    pub(super) fn shelf(&self) -> &LocalStore {
        &self.0.shelf
    }

    /// Makes a pending picture of a file that somebody sent; it can be shown at once.
    ///
    /// # Errors
    /// `Refused` names the file and says what to do.
    pub async fn receive(&self, db: &Db, owner: UserId, sent: Sent, now: NaiveDateTime) -> Result<PendingImage> {
        let (file, title) = sent.open()?;
        let folder = self.0.shelf.clone();
        let image = self
            .0
            .threads
            .run(move || {
                let quick = pipeline::quick(file).map_err(|why| Error::Refused(format!("“{title}” {why}")))?;
                keep(&folder, &quick)
            })
            .await??;
        db.write_uncached(move |conn| {
            image.insert(conn, owner, now)?;
            jobs::enqueue(conn, Self::KIND, &format!("{} {}", image.id, image.public_id), now, now)?;
            Ok(image.clone())
        })
        .await
    }

    /// Does one job: makes all sizes, then lets the rows name them.
    pub fn finish(&self, conn: &mut Conn, payload: &str, now: NaiveDateTime) -> anyhow::Result<()> {
        let read = payload
            .split_once(' ')
            .and_then(|(id, stem)| Some((ImageId(id.parse().ok()?), Name::parse(stem)?)));
        let Some((id, name)) = read else {
            return Err(GiveUp("it names no picture".to_owned()).into());
        };
        if !is_named(conn, &name, false)? {
            return Ok(());
        }
        let Some(master) = self.shelf().master(&name)? else {
            return Err(GiveUp("its picture is gone".to_owned()).into());
        };
        let (url, public_id) = if let Some(cloudinary) = &self.0.cloudinary {
            // Noted before it is there, so that no upload is ever forgotten.
            self.shelf().mark(&name)?;
            (cloudinary.upload(&name, master, now)?, name.public_id())
        } else {
            self.make_sizes(&name, &master)?;
            (name.finished(), name.to_string())
        };
        Ok(in_transaction(conn, &|conn| {
            let renamed = rename(conn, id, &name.quick(), &url, &public_id, now)?;
            if renamed == 0 {
                Removal::ask(conn, &url, now)?;
            }
            if self.0.cloudinary.is_some() {
                Removal::ask(conn, &name.quick(), now)?;
            }
            Ok(())
        })?)
    }

    fn make_sizes(&self, name: &Name, master: &[u8]) -> anyhow::Result<()> {
        let broken = || GiveUp("its picture cannot be read".to_owned());
        let image = Master::open(master).ok_or_else(broken)?;
        for width in name.widths() {
            let sized = image.sized(width).context("a picture could not be made smaller")?;
            if width != name.width {
                self.shelf().put(&name.file(width, "webp"), &sized.webp)?;
            }
            self.shelf().put(&name.file(width, "avif"), &sized.avif)?;
        }
        Ok(())
    }

    /// Whether pictures lie at Cloudinary.
    pub(super) fn in_the_cloud(&self) -> bool {
        self.0.cloudinary.is_some()
    }

    pub(super) fn destroy(&self, name: &Name, now: NaiveDateTime) -> anyhow::Result<()> {
        let missing = || GiveUp("there is no CLOUDINARY_URL any more".to_owned());
        self.0.cloudinary.as_ref().ok_or_else(missing)?.destroy(name, now)?;
        Ok(self.shelf().unmark(name)?)
    }
}

fn keep(shelf: &LocalStore, quick: &pipeline::Quick) -> Result<PendingImage> {
    let name = Name::new(quick.width.cast_signed(), quick.height.cast_signed())?;
    shelf
        .put(&name.file(name.width, "webp"), &quick.webp)
        .map_err(|error| Error::internal(error, "a picture could not be kept"))?;
    Ok(PendingImage {
        id: ImageId::new(),
        public_id: name.to_string(),
        url: name.quick(),
        width: name.width,
        height: name.height,
        tint: quick.tint.clone(),
    })
}

/// Lets every row that names the one address name the other; in the order in which pictures move. Orders keep theirs.
fn rename(conn: &mut Conn, id: ImageId, from: &str, to: &str, public_id: &str, now: NaiveDateTime) -> Result<usize> {
    let mut rows = diesel::update(pending_images::table.find(id))
        .set((pending_images::url.eq(to), pending_images::public_id.eq(public_id)))
        .execute(conn)?;
    rows += diesel::update(product_images::table.find(id))
        .set((
            product_images::url.eq(to),
            product_images::public_id.eq(public_id),
            product_images::updated_at.eq(now),
        ))
        .execute(conn)?;
    rows += diesel::update(shops::table.filter(shops::shop_image.eq(from)))
        .set((shops::shop_image.eq(to), shops::updated_at.eq(now)))
        .execute(conn)?;
    rows += diesel::update(shops::table.filter(shops::logo.eq(from)))
        .set((shops::logo.eq(to), shops::updated_at.eq(now)))
        .execute(conn)?;
    rows += diesel::update(users::table.filter(users::profile_image.eq(from)))
        .set((users::profile_image.eq(to), users::updated_at.eq(now)))
        .execute(conn)?;
    Ok(rows)
}
