//! A shop: its row, and who sees it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::theme::{Corner, Theme, Vividness};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{ShopId, UserId};
use crate::schema::{shop_slugs, shops, users};
use crate::string_enum::string_enum;

string_enum! {
    /// Who sees a shop: its owner alone, everyone, nobody while its owner is suspended, nobody any more.
    ShopState { Draft = "draft", Open = "open", Hidden = "hidden", Closed = "closed" }
}

#[derive(Debug, Clone, Queryable, Selectable)]
pub struct Shop {
    pub id: ShopId,
    pub owner_id: Option<UserId>,
    pub name: String,
    pub slug: String,
    pub tagline: String,
    pub bio: String,
    pub announcement: String,
    pub location: String,
    pub shop_image: String,
    pub state: ShopState,
    pub(super) vacation_from: Option<NaiveDateTime>,
    pub(super) vacation_until: Option<NaiveDateTime>,
    pub(super) vacation_message: String,
    hue: i32,
    vividness: Vividness,
    corner: Corner,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
    pub logo: String,
    pub contact: String,
    pub returns: String,
    pub care: String,
    pub(super) vacation_selling: bool,
}

impl ShopState {
    /// For its owner.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Not open yet",
            Self::Open => "Open",
            Self::Hidden => "Hidden by the market",
            Self::Closed => "Closed",
        }
    }
}

impl Shop {
    /// The open shop at this address; the visitor's own is there in any state.
    pub fn at(conn: &mut Conn, slug: &str, own: Option<ShopId>) -> Result<Self> {
        let shop: Self = shops::table
            .filter(shops::slug.eq(slug))
            .select(Self::as_select())
            .first(conn)?;
        if shop.state == ShopState::Open || Some(shop.id) == own {
            Ok(shop)
        } else {
            Err(Error::NotFound)
        }
    }

    /// For its owner, who is known by what they are signed in with.
    pub fn find(conn: &mut Conn, id: ShopId) -> Result<Self> {
        Ok(shops::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// Where the shop is now that had this address before.
    pub fn moved_from(conn: &mut Conn, slug: &str) -> Result<Option<String>> {
        Ok(shop_slugs::table
            .inner_join(shops::table)
            .filter(shop_slugs::slug.eq(slug))
            .filter(shops::state.eq(ShopState::Open))
            .select(shops::slug)
            .first(conn)
            .optional()?)
    }

    /// The address of the open shop with this number, as the original's links name it.
    pub fn slug_of(conn: &mut Conn, id: ShopId) -> Result<String> {
        shops::table
            .filter(shops::id.eq(id))
            .filter(shops::state.eq(ShopState::Open))
            .select(shops::slug)
            .first(conn)
            .map_err(Error::from)
    }

    /// Hides the open shop of someone who is suspended, or shows it again.
    pub fn hide(conn: &mut Conn, owner: UserId, hidden: bool, now: NaiveDateTime) -> Result<()> {
        let (from, to) = if hidden {
            (ShopState::Open, ShopState::Hidden)
        } else {
            (ShopState::Hidden, ShopState::Open)
        };
        let theirs = shops::table
            .filter(shops::owner_id.eq(owner))
            .filter(shops::state.eq(from));
        diesel::update(theirs)
            .set((shops::state.eq(to), shops::updated_at.eq(now)))
            .execute(conn)?;
        Ok(())
    }

    /// What the maker goes by: the first name, else the username, else nothing.
    pub fn owner(&self, conn: &mut Conn) -> Result<String> {
        let names: Option<(String, String)> = match self.owner_id {
            Some(owner) => users::table
                .find(owner)
                .select((users::first_name, users::username))
                .first(conn)
                .optional()?,
            None => None,
        };
        Ok(names.map_or_else(
            String::new,
            |(first, username)| if first.is_empty() { username } else { first },
        ))
    }

    /// Who sees it.
    pub fn state(conn: &mut Conn, id: ShopId) -> Result<ShopState> {
        Ok(shops::table.find(id).select(shops::state).first(conn)?)
    }

    /// The addresses of those of these shops that are open.
    pub fn urls(conn: &mut Conn, ids: &[ShopId]) -> Result<Vec<(ShopId, String)>> {
        let open: Vec<(ShopId, String)> = shops::table
            .filter(one_of(shops::id, ids.iter().map(|id| id.0)))
            .filter(shops::state.eq(ShopState::Open))
            .select((shops::id, shops::slug))
            .load(conn)?;
        Ok(open
            .into_iter()
            .map(|(id, slug)| (id, format!("/shops/{slug}")))
            .collect())
    }

    pub fn url(&self) -> String {
        format!("/shops/{}", self.slug)
    }

    pub fn theme(&self) -> Theme {
        Theme {
            hue: self.hue,
            vividness: self.vividness,
            corner: self.corner,
        }
    }
}
