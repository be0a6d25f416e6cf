//! A picture that was sent and belongs to nothing yet: kept for its owner, for a day.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::{Picture, Removal};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{ImageId, UserId};
use crate::schema::pending_images;

/// How long one waits for a place.
const PENDING_TTL: TimeDelta = TimeDelta::days(1);
/// How many old ones go at a time.
const BATCH_SIZE: i64 = 500;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = pending_images)]
pub struct PendingImage {
    pub id: ImageId,
    pub public_id: String,
    pub url: String,
    pub width: i32,
    pub height: i32,
    pub tint: String,
}

impl PendingImage {
    pub(super) fn insert(&self, conn: &mut Conn, owner: UserId, now: NaiveDateTime) -> Result<()> {
        diesel::insert_into(pending_images::table)
            .values((
                pending_images::id.eq(self.id),
                pending_images::owner_id.eq(owner),
                pending_images::public_id.eq(&self.public_id),
                pending_images::url.eq(&self.url),
                pending_images::width.eq(self.width),
                pending_images::height.eq(self.height),
                pending_images::tint.eq(&self.tint),
                pending_images::created_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// Those of these that are this person's, in the order asked for.
    pub fn of_user(conn: &mut Conn, owner: UserId, ids: &[ImageId]) -> Result<Vec<Self>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut found: Vec<Self> = pending_images::table
            .filter(pending_images::owner_id.eq(owner))
            .filter(one_of(pending_images::id, ids.iter().map(|id| id.0)))
            .select(Self::as_select())
            .load(conn)?;
        found.sort_by_key(|image| ids.iter().position(|id| *id == image.id));
        Ok(found)
    }

    /// All of this person's, the oldest first.
    pub fn latest(conn: &mut Conn, owner: UserId) -> Result<Vec<Self>> {
        Ok(pending_images::table
            .filter(pending_images::owner_id.eq(owner))
            .order(pending_images::id)
            .select(Self::as_select())
            .load(conn)?)
    }

    /// Gives the picture to whoever asks for it in this transaction: it is pending no more.
    ///
    /// # Errors
    /// `NotFound` for one that is not there, or not this person's.
    pub fn take(conn: &mut Conn, owner: UserId, id: ImageId) -> Result<Self> {
        let theirs = pending_images::table
            .find(id)
            .filter(pending_images::owner_id.eq(owner));
        // Held before it is read: its address may be changing just now.
        let held = diesel::update(theirs)
            .set(pending_images::created_at.eq(pending_images::created_at))
            .execute(conn)?;
        if held == 0 {
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

    /// Takes away those that found no place within a day.
    pub(super) fn purge_expired(conn: &mut Conn, now: NaiveDateTime) -> Result<()> {
        let old: Vec<(ImageId, String)> = pending_images::table
            .filter(pending_images::created_at.lt(now - PENDING_TTL))
            .order(pending_images::id)
            .limit(BATCH_SIZE)
            .select((pending_images::id, pending_images::url))
            .load(conn)?;
        diesel::delete(pending_images::table.filter(one_of(pending_images::id, old.iter().map(|(id, _)| id.0))))
            .execute(conn)?;
        for (_, url) in old {
            Removal::ask(conn, &url, now)?;
        }
        Ok(())
    }
}
