//! A shop: its row, and who sees it.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::theme::Theme;
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{ShopId, UserId};
use crate::schema::{shop_slugs, shops, users};
use crate::string_enum::string_enum;

string_enum! {
    /// Who sees a shop. `Draft`: only its owner. `Open`: everyone. `Hidden`: nobody while its owner is suspended.
    /// `Closed`: nobody.
    ShopState { Draft = "draft", Open = "open", Hidden = "hidden", Closed = "closed" }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = shops, treat_none_as_default_value = false)]
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
    pub(crate) vacation_from: Option<NaiveDateTime>,
    pub(crate) vacation_until: Option<NaiveDateTime>,
    pub(crate) vacation_message: String,
    #[diesel(embed)]
    pub theme: Theme,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
    pub logo: String,
    pub contact: String,
    pub returns: String,
    pub care: String,
    pub(crate) vacation_selling: bool,
}

impl ShopState {
    /// For its owner.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Not open yet",
            Self::Open => "Open",
            Self::Hidden => "Hidden by an admin",
            Self::Closed => "Closed",
        }
    }
}

impl Shop {
    /// The open shop with this slug. The visitor's own shop is found in any state.
    pub fn by_slug(conn: &mut Conn, slug: &str, own_shop: Option<ShopId>) -> Result<Self> {
        let shop: Self = shops::table
            .filter(shops::slug.eq(slug))
            .select(Self::as_select())
            .first(conn)?;
        if shop.state == ShopState::Open || Some(shop.id) == own_shop {
            Ok(shop)
        } else {
            Err(Error::NotFound)
        }
    }

    /// The shop with this id in any state, for its owner.
    pub fn find(conn: &mut Conn, id: ShopId) -> Result<Self> {
        Ok(shops::table.find(id).select(Self::as_select()).first(conn)?)
    }

    /// The current slug of the open shop that had this slug before.
    pub fn moved_from(conn: &mut Conn, slug: &str) -> Result<Option<String>> {
        Ok(shop_slugs::table
            .inner_join(shops::table)
            .filter(shop_slugs::slug.eq(slug))
            .filter(shops::state.eq(ShopState::Open))
            .select(shops::slug)
            .first(conn)
            .optional()?)
    }

    /// The slug of the open shop with this id. The original's links have the id.
    pub fn slug_of(conn: &mut Conn, id: ShopId) -> Result<String> {
        shops::table
            .filter(shops::id.eq(id))
            .filter(shops::state.eq(ShopState::Open))
            .select(shops::slug)
            .first(conn)
            .map_err(Error::from)
    }

    /// Hides the open shop of a suspended user, or shows it again. Returns whether there was one.
    pub fn set_hidden(conn: &mut Conn, owner: UserId, hidden: bool, now: NaiveDateTime) -> Result<bool> {
        let (from, to) = if hidden {
            (ShopState::Open, ShopState::Hidden)
        } else {
            (ShopState::Hidden, ShopState::Open)
        };
        let shop = shops::table
            .filter(shops::owner_id.eq(owner))
            .filter(shops::state.eq(from));
        let changed = diesel::update(shop)
            .set((shops::state.eq(to), shops::updated_at.eq(now)))
            .execute(conn)?;
        Ok(changed > 0)
    }

    /// The owner's first name, or else their username. Empty for a shop without an owner.
    pub fn owner_name(&self, conn: &mut Conn) -> Result<String> {
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

    pub fn state(conn: &mut Conn, id: ShopId) -> Result<ShopState> {
        Ok(shops::table.find(id).select(shops::state).first(conn)?)
    }

    /// The addresses of the open shops among these.
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
}
