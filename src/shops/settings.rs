//! What a shop says about itself, and how its owner changes it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::address::ShopAddress;
use super::shop::{Shop, ShopState};
use super::theme::Theme;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::ShopId;
use crate::images::{PendingImage, Removal};
use crate::schema::shops;

// The longest texts of a shop, in characters.
pub const MAX_SHOP_NAME_LENGTH: usize = 60;
pub const MAX_TAGLINE_LENGTH: usize = 120;
/// In any script, a story of this length fits into a form.
pub const MAX_STORY_LENGTH: usize = 5_000;
pub const MAX_ANNOUNCEMENT_LENGTH: usize = 300;
pub const MAX_LOCATION_LENGTH: usize = 80;
pub const MAX_CONTACT_LENGTH: usize = 200;
pub const MAX_POLICY_LENGTH: usize = 2_000;

/// What a shop needs first: its name and address, and what it says at the top of its page.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = shops)]
pub struct ShopIdentity {
    pub name: String,
    /// None: a new shop gets an address made from its name, an existing one keeps its address.
    pub slug: Option<String>,
    pub tagline: String,
    /// Markdown.
    pub bio: String,
}

/// What else a shop says on its page.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = shops)]
pub struct ShopDetails {
    pub announcement: String,
    pub location: String,
    pub contact: String,
}

#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = shops)]
pub struct Policies {
    pub returns: String,
    pub care: String,
}

/// The pictures of a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branding {
    Logo,
    Cover,
}

/// The result of saving a `ShopIdentity`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityChange {
    Saved,
    /// Another shop has the address. Nothing was saved.
    AddressTaken,
}

impl Shop {
    /// Changes name, address, tagline and story. The old address redirects to the new one.
    pub fn set_identity(
        conn: &mut Conn,
        id: ShopId,
        identity: &ShopIdentity,
        now: NaiveDateTime,
    ) -> Result<IdentityChange> {
        let shop = Self::find(conn, id)?;
        if let Some(slug) = identity.slug.as_ref().filter(|slug| **slug != shop.slug) {
            if ShopAddress::is_taken(conn, slug, Some(id))? {
                return Ok(IdentityChange::AddressTaken);
            }
            // Nobody knows the address of a shop that was never open.
            if shop.state != ShopState::Draft {
                ShopAddress::add_redirect(conn, id, &shop.slug, slug)?;
            }
        }
        diesel::update(shops::table.find(id))
            .set((identity, shops::updated_at.eq(now)))
            .execute(conn)?;
        Ok(IdentityChange::Saved)
    }

    pub fn set_details(conn: &mut Conn, id: ShopId, details: &ShopDetails, now: NaiveDateTime) -> Result<()> {
        diesel::update(shops::table.find(id))
            .set((details, shops::updated_at.eq(now)))
            .execute(conn)?;
        Ok(())
    }

    pub fn set_policies(conn: &mut Conn, id: ShopId, policies: &Policies, now: NaiveDateTime) -> Result<()> {
        diesel::update(shops::table.find(id))
            .set((policies, shops::updated_at.eq(now)))
            .execute(conn)?;
        Ok(())
    }

    pub fn set_theme(conn: &mut Conn, id: ShopId, theme: Theme, now: NaiveDateTime) -> Result<()> {
        diesel::update(shops::table.find(id))
            .set((theme, shops::updated_at.eq(now)))
            .execute(conn)?;
        Ok(())
    }

    /// Keeps other transactions from changing the shop until this one ends.
    ///
    /// # Errors
    /// `NotFound` if there is no such shop.
    pub fn lock(conn: &mut Conn, id: ShopId, now: NaiveDateTime) -> Result<()> {
        let locked = diesel::update(shops::table.find(id))
            .set(shops::updated_at.eq(now))
            .execute(conn)?;
        if locked == 1 { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Sets the logo or the cover to a picture that the caller has taken from the pending ones, or removes it.
    pub fn set_branding(
        conn: &mut Conn,
        id: ShopId,
        kind: Branding,
        picture: Option<PendingImage>,
        now: NaiveDateTime,
    ) -> Result<()> {
        let url = picture.map(|picture| picture.url).unwrap_or_default();
        // The lock comes before the read: a job may be changing the picture's address at the same moment.
        Self::lock(conn, id, now)?;
        let (logo, cover): (String, String) = shops::table
            .find(id)
            .select((shops::logo, shops::shop_image))
            .first(conn)?;
        let (old, logo, cover) = match kind {
            Branding::Logo => (logo, url, cover),
            Branding::Cover => (cover, logo, url),
        };
        diesel::update(shops::table.find(id))
            .set((shops::logo.eq(logo), shops::shop_image.eq(cover)))
            .execute(conn)?;
        Removal::enqueue(conn, &old, now)
    }
}
