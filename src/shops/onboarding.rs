//! Opening a shop: a draft that only its owner sees, and the moment when everyone does.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::address::ShopAddress;
use super::settings::{Moved, Sign};
use super::shop::{Shop, ShopState};
use super::theme::{Corner, Vividness};
use crate::accounts::{EventKind, Origin, SecurityEvent};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ShopId, UserId};
use crate::schema::{shops, users};

/// The look of a shop that has not chosen one: the market's own.
const HUE: i32 = 264;

impl Shop {
    /// Begins a draft for someone who has no shop; with one that is a draft still, changes it. Of two that begin at the
    /// same time the second finds the shop of the first: one person has one shop.
    pub fn begin(conn: &mut Conn, owner: UserId, sign: &Sign, now: NaiveDateTime) -> Result<Moved> {
        let known: Option<(ShopId, ShopState)> = shops::table
            .filter(shops::owner_id.eq(owner))
            .select((shops::id, shops::state))
            .first(conn)
            .optional()?;
        match known {
            Some((id, ShopState::Draft)) => return Self::set_sign(conn, id, sign, now),
            Some(_) => return Ok(Moved::Done),
            None => {}
        }
        let slug = match &sign.slug {
            Some(slug) if ShopAddress::is_taken(conn, slug, None)? => return Ok(Moved::Taken),
            Some(slug) => slug.clone(),
            None => ShopAddress::of_name(conn, &sign.name)?,
        };
        let nothing = "";
        diesel::insert_into(shops::table)
            .values((
                shops::id.eq(ShopId::new()),
                shops::owner_id.eq(owner),
                shops::name.eq(&sign.name),
                shops::slug.eq(slug),
                shops::tagline.eq(&sign.tagline),
                shops::bio.eq(&sign.bio),
                shops::announcement.eq(nothing),
                shops::location.eq(nothing),
                shops::shop_image.eq(nothing),
                shops::state.eq(ShopState::Draft),
                shops::vacation_message.eq(nothing),
                shops::hue.eq(HUE),
                shops::vividness.eq(Vividness::Vivid),
                shops::corner.eq(Corner::Pocket),
                shops::created_at.eq(now),
                shops::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(Moved::Done)
    }

    /// Opens a draft, or a shop that was closed, to everyone. Whoever opens an open one changes nothing.
    ///
    /// # Errors
    /// `Refused` for an owner whose address is not confirmed, and for a shop that the market hides.
    pub fn open(conn: &mut Conn, id: ShopId, origin: &Origin, now: NaiveDateTime) -> Result<()> {
        let (owner, state): (Option<UserId>, ShopState) = shops::table
            .find(id)
            .select((shops::owner_id, shops::state))
            .first(conn)?;
        let owner = owner.ok_or(Error::NotFound)?;
        let verified: Option<NaiveDateTime> = users::table.find(owner).select(users::email_verified_at).first(conn)?;
        if verified.is_none() {
            return Err(Error::Refused(
                "Confirm your email address first: open the link that we sent you.".to_owned(),
            ));
        }
        match state {
            ShopState::Open => return Ok(()),
            ShopState::Hidden => {
                return Err(Error::Refused(
                    "The market hides this shop for now. Write to whoever runs it.".to_owned(),
                ));
            }
            ShopState::Draft | ShopState::Closed => {}
        }
        let still = shops::table.find(id).filter(shops::state.eq(state));
        let opened = if state == ShopState::Draft {
            // Its years are counted from here, and it stands first among the newest.
            diesel::update(still)
                .set((
                    shops::state.eq(ShopState::Open),
                    shops::created_at.eq(now),
                    shops::updated_at.eq(now),
                ))
                .execute(conn)?
        } else {
            diesel::update(still)
                .set((shops::state.eq(ShopState::Open), shops::updated_at.eq(now)))
                .execute(conn)?
        };
        if opened == 1 {
            SecurityEvent::record(conn, owner, EventKind::ShopOpened, origin, now)?;
        }
        Ok(())
    }
}
