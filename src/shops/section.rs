//! Sections: how a shop groups its products.

use chrono::NaiveDateTime;
use diesel::dsl::count;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{SectionId, ShopId};
use crate::schema::{products, sections};

/// More would be no help to anyone.
const MAX_SECTIONS: usize = 30;

#[derive(Debug, Clone, Queryable, Selectable)]
pub struct Section {
    pub id: SectionId,
    pub name: String,
}

/// Which way a section goes in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

impl Section {
    /// A shop's, in their order.
    pub fn of_shop(conn: &mut Conn, shop: ShopId) -> Result<Vec<Self>> {
        Ok(sections::table
            .filter(sections::shop_id.eq(shop))
            .order((sections::position, sections::id))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// A shop's, in their order, each with how many products stand in it.
    pub fn with_counts(conn: &mut Conn, shop: ShopId) -> Result<Vec<(Self, i64)>> {
        Ok(sections::table
            .left_join(products::table)
            .filter(sections::shop_id.eq(shop))
            .group_by((sections::id, sections::name, sections::position))
            .order((sections::position, sections::id))
            .select((Self::as_select(), count(products::id.nullable())))
            .load(conn)?)
    }

    /// # Errors
    /// `Refused` for a name that the shop has already, or for one too many.
    pub fn add(conn: &mut Conn, shop: ShopId, name: &str, now: NaiveDateTime) -> Result<()> {
        let all = Self::of_shop(conn, shop)?;
        if all.len() >= MAX_SECTIONS {
            return Err(Error::Refused(format!(
                "A shop has at most {MAX_SECTIONS} sections. Rename or remove one first."
            )));
        }
        free(&all, name, None)?;
        let last: Option<i32> = sections::table
            .filter(sections::shop_id.eq(shop))
            .select(diesel::dsl::max(sections::position))
            .first(conn)?;
        diesel::insert_into(sections::table)
            .values((
                sections::id.eq(SectionId::new()),
                sections::shop_id.eq(shop),
                sections::name.eq(name),
                sections::position.eq(last.map_or(0, |last| last + 1)),
                sections::created_at.eq(now),
                sections::updated_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }

    /// # Errors
    /// `NotFound` for a section that is not the shop's, `Refused` for a name that another of it has.
    pub fn rename(conn: &mut Conn, shop: ShopId, id: SectionId, name: &str, now: NaiveDateTime) -> Result<()> {
        free(&Self::of_shop(conn, shop)?, name, Some(id))?;
        let theirs = sections::table.find(id).filter(sections::shop_id.eq(shop));
        let renamed = diesel::update(theirs)
            .set((sections::name.eq(name), sections::updated_at.eq(now)))
            .execute(conn)?;
        if renamed == 1 { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Changes places with the one before or after, if there is one.
    ///
    /// # Errors
    /// `NotFound` for a section that is not the shop's.
    pub fn shift(conn: &mut Conn, shop: ShopId, id: SectionId, way: Direction, now: NaiveDateTime) -> Result<()> {
        let mut all: Vec<SectionId> = Self::of_shop(conn, shop)?.into_iter().map(|one| one.id).collect();
        let at = all.iter().position(|one| *one == id).ok_or(Error::NotFound)?;
        let to = match way {
            Direction::Up => at.checked_sub(1),
            Direction::Down => Some(at + 1).filter(|to| *to < all.len()),
        };
        let Some(to) = to else { return Ok(()) };
        all.swap(at, to);
        for (position, one) in (0_i32..).zip(all) {
            diesel::update(sections::table.find(one))
                .set((sections::position.eq(position), sections::updated_at.eq(now)))
                .execute(conn)?;
        }
        Ok(())
    }

    /// Its products stay, in no section.
    ///
    /// # Errors
    /// `NotFound` for a section that is not the shop's.
    pub fn remove(conn: &mut Conn, shop: ShopId, id: SectionId) -> Result<()> {
        let theirs = sections::table.find(id).filter(sections::shop_id.eq(shop));
        match diesel::delete(theirs).execute(conn)? {
            0 => Err(Error::NotFound),
            _ => Ok(()),
        }
    }
}

fn free(all: &[Section], name: &str, except: Option<SectionId>) -> Result<()> {
    let same = |one: &Section| one.name.to_lowercase() == name.to_lowercase() && Some(one.id) != except;
    if all.iter().any(same) {
        return Err(Error::Refused(
            "There is a section of this name already. Choose another.".to_owned(),
        ));
    }
    Ok(())
}
