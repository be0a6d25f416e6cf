//! What a shop says of itself, and how its owner changes it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::address::ShopAddress;
use super::shop::{Shop, ShopState};
use super::theme::Theme;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ImageId, ShopId, UserId};
use crate::images::{PendingImage, Removal};
use crate::schema::shops;

/// The first thing that a shop needs, and what it says first.
#[derive(Debug, Clone)]
pub struct Sign {
    pub name: String,
    /// None: one that the name makes.
    pub slug: Option<String>,
    pub tagline: String,
    /// Markdown.
    pub bio: String,
}

/// What else it says in its window.
#[derive(Debug, Clone)]
pub struct Window {
    pub announcement: String,
    pub location: String,
    pub contact: String,
}

/// What it promises.
#[derive(Debug, Clone)]
pub struct Policies {
    pub returns: String,
    pub care: String,
}

/// Which of a shop's pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Logo,
    Cover,
}

/// What became of a change of address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// All is written.
    Done,
    /// Nothing is: another shop has the address.
    Taken,
}

impl Shop {
    /// Changes name, address, tagline and story; what was the address leads to the new one.
    pub fn set_sign(conn: &mut Conn, id: ShopId, sign: &Sign, now: NaiveDateTime) -> Result<Moved> {
        let shop = Self::find(conn, id)?;
        let slug = match &sign.slug {
            Some(slug) => slug.clone(),
            None => shop.slug.clone(),
        };
        if slug != shop.slug {
            if ShopAddress::is_taken(conn, &slug, Some(id))? {
                return Ok(Moved::Taken);
            }
            // Nobody knew the address of a shop that was never open.
            if shop.state != ShopState::Draft {
                ShopAddress::leave(conn, id, &shop.slug, &slug)?;
            }
        }
        diesel::update(shops::table.find(id))
            .set((
                shops::name.eq(&sign.name),
                shops::slug.eq(&slug),
                shops::tagline.eq(&sign.tagline),
                shops::bio.eq(&sign.bio),
                shops::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(Moved::Done)
    }

    pub fn set_window(conn: &mut Conn, id: ShopId, window: &Window, now: NaiveDateTime) -> Result<()> {
        diesel::update(shops::table.find(id))
            .set((
                shops::announcement.eq(&window.announcement),
                shops::location.eq(&window.location),
                shops::contact.eq(&window.contact),
                shops::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    pub fn set_policies(conn: &mut Conn, id: ShopId, policies: &Policies, now: NaiveDateTime) -> Result<()> {
        diesel::update(shops::table.find(id))
            .set((
                shops::returns.eq(&policies.returns),
                shops::care.eq(&policies.care),
                shops::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    pub fn set_theme(conn: &mut Conn, id: ShopId, theme: Theme, now: NaiveDateTime) -> Result<()> {
        diesel::update(shops::table.find(id))
            .set((
                shops::hue.eq(theme.hue),
                shops::vividness.eq(theme.vividness),
                shops::corner.eq(theme.corner),
                shops::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// Keeps others from changing the shop until this transaction is over.
    pub fn hold(conn: &mut Conn, id: ShopId, now: NaiveDateTime) -> Result<()> {
        let held = diesel::update(shops::table.find(id))
            .set(shops::updated_at.eq(now))
            .execute(conn)?;
        if held == 1 { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Hangs one of the owner's pending pictures, or takes the picture down.
    ///
    /// # Errors
    /// `NotFound` for a picture that is not this person's.
    pub fn set_face(
        conn: &mut Conn,
        id: ShopId,
        face: Face,
        picture: Option<(UserId, ImageId)>,
        now: NaiveDateTime,
    ) -> Result<()> {
        let url = match picture {
            Some((owner, image)) => PendingImage::take(conn, owner, image)?.url,
            None => String::new(),
        };
        // Held before it is read: its address may be changing just now.
        Self::hold(conn, id, now)?;
        let (logo, cover): (String, String) = shops::table
            .find(id)
            .select((shops::logo, shops::shop_image))
            .first(conn)?;
        let (old, logo, cover) = match face {
            Face::Logo => (logo, url, cover),
            Face::Cover => (cover, logo, url),
        };
        diesel::update(shops::table.find(id))
            .set((shops::logo.eq(logo), shops::shop_image.eq(cover)))
            .execute(conn)?;
        Removal::ask(conn, &old, now)
    }
}
