//! Opening a shop: a draft that only its owner sees, then a shop that everyone sees.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::address::ShopAddress;
use super::settings::{IdentityChange, ShopIdentity};
use super::shop::{Shop, ShopState};
use super::theme::Theme;
use crate::accounts::{EventKind, Origin, SecurityEvent};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ShopId, UserId};
use crate::schema::{shops, users};

impl Shop {
    /// Creates a draft for a user without a shop, or changes their draft. A user has one shop: of two requests at the same
    /// time the second finds the shop of the first.
    pub fn save_draft(
        conn: &mut Conn,
        owner: UserId,
        identity: &ShopIdentity,
        now: NaiveDateTime,
    ) -> Result<IdentityChange> {
        let existing: Option<(ShopId, ShopState)> = shops::table
            .filter(shops::owner_id.eq(owner))
            .select((shops::id, shops::state))
            .first(conn)
            .optional()?;
        match existing {
            Some((id, ShopState::Draft)) => return Self::set_identity(conn, id, identity, now),
            Some(_) => return Ok(IdentityChange::Saved),
            None => {}
        }
        let slug = match &identity.slug {
            Some(slug) if ShopAddress::is_taken(conn, slug, None)? => return Ok(IdentityChange::AddressTaken),
            Some(slug) => slug.clone(),
            None => ShopAddress::from_name(conn, &identity.name)?,
        };
        let shop = Self {
            id: ShopId::new(),
            owner_id: Some(owner),
            name: identity.name.clone(),
            slug,
            tagline: identity.tagline.clone(),
            bio: identity.bio.clone(),
            announcement: String::new(),
            location: String::new(),
            shop_image: String::new(),
            state: ShopState::Draft,
            vacation_from: None,
            vacation_until: None,
            vacation_message: String::new(),
            theme: Theme::DEFAULT,
            created_at: now,
            updated_at: now,
            logo: String::new(),
            contact: String::new(),
            returns: String::new(),
            care: String::new(),
            vacation_selling: false,
        };
        diesel::insert_into(shops::table).values(&shop).execute(conn)?;
        Ok(IdentityChange::Saved)
    }

    /// Opens a draft or a closed shop to everyone. Does nothing for an open shop.
    ///
    /// # Errors
    /// `Refused` for an owner whose email address is not confirmed, and for a shop that the market hides.
    pub fn open(conn: &mut Conn, id: ShopId, origin: &Origin, now: NaiveDateTime) -> Result<()> {
        let (owner, state): (Option<UserId>, ShopState) = shops::table
            .find(id)
            .select((shops::owner_id, shops::state))
            .first(conn)?;
        let owner = owner.ok_or(Error::NotFound)?;
        let verified: Option<NaiveDateTime> = users::table.find(owner).select(users::email_verified_at).first(conn)?;
        if verified.is_none() {
            return Err(Error::Refused(
                "Confirm your email address first. Open the link that we sent you.".to_owned(),
            ));
        }
        match state {
            ShopState::Open => return Ok(()),
            ShopState::Hidden => {
                return Err(Error::Refused(
                    "An admin has hidden this shop. Contact them to open it again.".to_owned(),
                ));
            }
            ShopState::Draft | ShopState::Closed => {}
        }
        let unchanged = shops::table.find(id).filter(shops::state.eq(state));
        let opened = if state == ShopState::Draft {
            // A shop counts as created when it first opens, so that it is first among the newest.
            diesel::update(unchanged)
                .set((
                    shops::state.eq(ShopState::Open),
                    shops::created_at.eq(now),
                    shops::updated_at.eq(now),
                ))
                .execute(conn)?
        } else {
            diesel::update(unchanged)
                .set((shops::state.eq(ShopState::Open), shops::updated_at.eq(now)))
                .execute(conn)?
        };
        if opened == 1 {
            SecurityEvent::record(conn, owner, EventKind::ShopOpened, origin, now)?;
        }
        Ok(())
    }
}
