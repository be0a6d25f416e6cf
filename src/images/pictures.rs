//! Receives uploaded pictures, and makes their sizes later in a job.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::cloudinary::Cloudinary;
use super::local_store::LocalStore;
use super::name::PictureName;
use super::pipeline::{self, SourceImage};
use super::removal::is_in_use;
use super::{PendingImage, Removal, UploadedFile};
use crate::config::Config;
use crate::db::{Conn, Db, in_transaction};
use crate::error::{Error, Result};
use crate::id::{ImageId, UserId};
use crate::jobs::{self, PermanentFailure};
use crate::schema::{pending_images, product_images, shops, users};
use crate::threads::Threads;

/// How many pictures are processed at the same time.
const MAX_CONCURRENT: usize = 2;
/// The folder within the folder of all media.
const FOLDER: &str = "pictures";

/// Processes and stores pictures. Cheap to clone.
#[derive(Clone)]
pub struct Pictures(Arc<Inner>);

struct Inner {
    threads: Threads,
    store: LocalStore,
    uploads: PathBuf,
    cloudinary: Option<Cloudinary>,
}

impl Pictures {
    /// The kind of the jobs that make the sizes of pictures.
    pub const KIND: &'static str = "picture";

    pub fn new(config: &Config) -> Self {
        Self(Arc::new(Inner {
            threads: Threads::start(MAX_CONCURRENT),
            store: LocalStore::new(config.media().join(FOLDER)),
            uploads: config.data.join("uploads"),
            cloudinary: config.cloudinary.clone().map(Cloudinary::new),
        }))
    }

    /// The folder of files that are being uploaded.
    pub fn uploads(&self) -> &Path {
        &self.0.uploads
    }

    pub(super) fn store(&self) -> &LocalStore {
        &self.0.store
    }

    /// Makes a pending picture from an uploaded file. It can be shown at once.
    ///
    /// # Errors
    /// `Refused` if the file is not a valid picture. The message names the file and says what to do.
    pub async fn receive(
        &self,
        db: &Db,
        owner: UserId,
        upload: UploadedFile,
        now: NaiveDateTime,
    ) -> Result<PendingImage> {
        let (file, name) = upload.open()?;
        let store = self.0.store.clone();
        let image = self
            .0
            .threads
            .run(move || -> Result<PendingImage> {
                let original = pipeline::encode_original(file);
                let original = original.map_err(|reason| Error::Refused(format!("“{name}” {reason}")))?;
                let name = store_original(&store, &original)?;
                Ok(PendingImage {
                    id: ImageId::new(),
                    owner_id: owner,
                    public_id: name.to_string(),
                    url: name.original_url(),
                    width: name.width,
                    height: name.height,
                    tint: original.tint,
                    created_at: now,
                })
            })
            .await??;
        db.write_uncached(move |conn| {
            image.insert(conn)?;
            jobs::enqueue(conn, Self::KIND, &format!("{} {}", image.id, image.public_id), now, now)?;
            Ok(image.clone())
        })
        .await
    }

    /// Runs a job: makes all sizes of a picture, then changes its address in all rows.
    pub fn finish(&self, conn: &mut Conn, payload: &str, now: NaiveDateTime) -> anyhow::Result<()> {
        let parsed = payload
            .split_once(' ')
            .and_then(|(id, stem)| Some((ImageId(id.parse().ok()?), PictureName::parse(stem)?)));
        let Some((id, name)) = parsed else {
            return Err(PermanentFailure("the job names no picture".to_owned()).into());
        };
        if !is_in_use(conn, &name, false)? {
            return Ok(());
        }
        let Some(original) = self.store().original(&name)? else {
            return Err(PermanentFailure("the picture is gone".to_owned()).into());
        };
        let (url, public_id) = if let Some(cloudinary) = &self.0.cloudinary {
            // The mark comes before the upload, so that an interrupted upload is found by the sweep.
            self.store().mark(&name)?;
            (cloudinary.upload(&name, original, now)?, name.public_id())
        } else {
            self.make_sizes(&name, &original)?;
            (name.resized_url(), name.to_string())
        };
        Ok(in_transaction(conn, &|conn| {
            let new = NewAddress {
                url: &url,
                public_id: &public_id,
            };
            if new.replace(conn, id, &name.original_url(), now)? == 0 {
                Removal::enqueue(conn, &url, now)?;
            }
            if self.0.cloudinary.is_some() {
                Removal::enqueue(conn, &name.original_url(), now)?;
            }
            Ok(())
        })?)
    }

    fn make_sizes(&self, name: &PictureName, original: &[u8]) -> anyhow::Result<()> {
        let broken = || PermanentFailure("the picture cannot be read".to_owned());
        let image = SourceImage::open(original).ok_or_else(broken)?;
        for width in name.widths() {
            let resized = image.resize(width).context("a picture could not be resized")?;
            if width != name.width {
                self.store().put(&name.file(width, "webp"), &resized.webp)?;
            }
            self.store().put(&name.file(width, "avif"), &resized.avif)?;
        }
        Ok(())
    }

    /// Whether pictures are stored at Cloudinary.
    pub(super) fn uses_cloudinary(&self) -> bool {
        self.0.cloudinary.is_some()
    }

    pub(super) fn destroy(&self, name: &PictureName, now: NaiveDateTime) -> anyhow::Result<()> {
        let missing = || PermanentFailure("CLOUDINARY_URL is no longer set".to_owned());
        self.0.cloudinary.as_ref().ok_or_else(missing)?.destroy(name, now)?;
        Ok(self.store().unmark(name)?)
    }
}

fn store_original(store: &LocalStore, original: &pipeline::Original) -> Result<PictureName> {
    let name = PictureName::new(original.width.cast_signed(), original.height.cast_signed())?;
    store
        .put(&name.file(name.width, "webp"), &original.webp)
        .map_err(|error| Error::internal(error, "a picture could not be stored"))?;
    Ok(name)
}

/// Where a picture is after its sizes were made.
struct NewAddress<'a> {
    url: &'a str,
    public_id: &'a str,
}

impl NewAddress<'_> {
    /// Changes the address in every row that has the old one, except in orders. Returns how many rows changed. The tables
    /// are updated in the order in which addresses move between them, so that no row is missed.
    fn replace(&self, conn: &mut Conn, id: ImageId, old_url: &str, now: NaiveDateTime) -> Result<usize> {
        let Self { url, public_id } = *self;
        let mut rows = diesel::update(pending_images::table.find(id))
            .set((pending_images::url.eq(url), pending_images::public_id.eq(public_id)))
            .execute(conn)?;
        rows += diesel::update(product_images::table.find(id))
            .set((
                product_images::url.eq(url),
                product_images::public_id.eq(public_id),
                product_images::updated_at.eq(now),
            ))
            .execute(conn)?;
        rows += diesel::update(shops::table.filter(shops::shop_image.eq(old_url)))
            .set((shops::shop_image.eq(url), shops::updated_at.eq(now)))
            .execute(conn)?;
        rows += diesel::update(shops::table.filter(shops::logo.eq(old_url)))
            .set((shops::logo.eq(url), shops::updated_at.eq(now)))
            .execute(conn)?;
        rows += diesel::update(users::table.filter(users::profile_image.eq(old_url)))
            .set((users::profile_image.eq(url), users::updated_at.eq(now)))
            .execute(conn)?;
        Ok(rows)
    }
}
