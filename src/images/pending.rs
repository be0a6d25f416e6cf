//! An uploaded picture that is not used yet. It is kept for its owner for a day.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::{Picture, Removal};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{ImageId, UserId};
use crate::schema::pending_images;

/// How long a pending picture is kept.
const PENDING_TTL: TimeDelta = TimeDelta::days(1);
/// How many expired pictures are deleted at a time.
const BATCH_SIZE: i64 = 500;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = pending_images)]
pub struct PendingImage {
    pub id: ImageId,
    pub owner_id: UserId,
    pub public_id: String,
    pub url: String,
    pub width: i32,
    pub height: i32,
    pub tint: String,
    pub created_at: NaiveDateTime,
}

impl PendingImage {
    pub(super) fn insert(&self, conn: &mut Conn) -> Result<()> {
        diesel::insert_into(pending_images::table).values(self).execute(conn)?;
        Ok(())
    }

    /// The owner's pictures among these, in the same order.
    pub fn of_user(conn: &mut Conn, owner: UserId, ids: &[ImageId]) -> Result<Vec<Self>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut images: Vec<Self> = pending_images::table
            .filter(pending_images::owner_id.eq(owner))
            .filter(one_of(pending_images::id, ids.iter().map(|id| id.0)))
            .select(Self::as_select())
            .load(conn)?;
        images.sort_by_key(|image| ids.iter().position(|id| *id == image.id));
        Ok(images)
    }

    /// Deletes the row and returns it, so that the caller can use the picture in this transaction.
    ///
    /// # Errors
    /// `NotFound` if the owner has no such picture.
    pub fn take(conn: &mut Conn, owner: UserId, id: ImageId) -> Result<Self> {
        let row = pending_images::table
            .find(id)
            .filter(pending_images::owner_id.eq(owner));
        // The lock comes before the read: a job may be changing the picture's address at the same moment.
        let locked = diesel::update(row)
            .set(pending_images::created_at.eq(pending_images::created_at))
            .execute(conn)?;
        if locked == 0 {
            return Err(Error::NotFound);
        }
        let image = pending_images::table.find(id).select(Self::as_select()).first(conn)?;
        diesel::delete(pending_images::table.find(id)).execute(conn)?;
        Ok(image)
    }

    pub fn picture(&self) -> Picture {
        let mut picture = Picture::from_url(&self.url);
        picture.tint.clone_from(&self.tint);
        picture
    }

    /// Deletes pictures that were not used within a day.
    pub(super) fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
        let expired: Vec<(ImageId, String)> = pending_images::table
            .filter(pending_images::created_at.lt(now - PENDING_TTL))
            .order(pending_images::id)
            .limit(BATCH_SIZE)
            .select((pending_images::id, pending_images::url))
            .load(conn)?;
        diesel::delete(pending_images::table.filter(one_of(pending_images::id, expired.iter().map(|(id, _)| id.0))))
            .execute(conn)?;
        for (_, url) in expired {
            Removal::enqueue(conn, &url, now)?;
        }
        Ok(())
    }
}
