//! Sections: how a shop groups its products.

use chrono::NaiveDateTime;
use diesel::dsl::count;
use diesel::prelude::*;

use crate::db::Conn;
use crate::direction::Direction;
use crate::error::{Error, Result};
use crate::id::{SectionId, ShopId};
use crate::schema::{products, sections};

const MAX_SECTIONS: usize = 30;
/// The longest name, in characters.
pub const MAX_SECTION_NAME_LENGTH: usize = 60;

#[derive(Debug, Clone, Queryable, Selectable)]
pub struct Section {
    pub id: SectionId,
    pub name: String,
}

#[derive(Insertable)]
#[diesel(table_name = sections)]
struct NewSection<'a> {
    id: SectionId,
    shop_id: ShopId,
    name: &'a str,
    position: i32,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl Section {
    /// A shop's sections in their order.
    pub fn of_shop(conn: &mut Conn, shop: ShopId) -> Result<Vec<Self>> {
        Ok(sections::table
            .filter(sections::shop_id.eq(shop))
            .order((sections::position, sections::id))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// A shop's sections in their order, each with its number of products.
    pub fn with_counts(conn: &mut Conn, shop: ShopId) -> Result<Vec<(Self, i64)>> {
        Ok(sections::table
            .left_join(products::table)
            .filter(sections::shop_id.eq(shop))
            .group_by((sections::id, sections::name, sections::position))
            .order((sections::position, sections::id))
            .select((Self::as_select(), count(products::id.nullable())))
            .load(conn)?)
    }

    /// Adds a section at the end.
    ///
    /// # Errors
    /// `Refused` for a name that the shop already has, or if the shop has too many sections.
    pub fn add(conn: &mut Conn, shop: ShopId, name: &str, now: NaiveDateTime) -> Result<()> {
        let all = Self::of_shop(conn, shop)?;
        if all.len() >= MAX_SECTIONS {
            return Err(Error::Refused(format!(
                "You have the maximum of {MAX_SECTIONS} sections. Rename or remove one first."
            )));
        }
        check_name(&all, name, None)?;
        Self::append(conn, shop, name, now)?;
        Ok(())
    }

    /// As `add`, without its checks.
    pub fn append(conn: &mut Conn, shop: ShopId, name: &str, now: NaiveDateTime) -> Result<SectionId> {
        let last: Option<i32> = sections::table
            .filter(sections::shop_id.eq(shop))
            .select(diesel::dsl::max(sections::position))
            .first(conn)?;
        let section = NewSection {
            id: SectionId::new(),
            shop_id: shop,
            name,
            position: last.map_or(0, |last| last + 1),
            created_at: now,
            updated_at: now,
        };
        diesel::insert_into(sections::table).values(&section).execute(conn)?;
        Ok(section.id)
    }

    /// # Errors
    /// `NotFound` for a section of another shop, `Refused` for a name that another section has.
    pub fn rename(conn: &mut Conn, shop: ShopId, id: SectionId, name: &str, now: NaiveDateTime) -> Result<()> {
        check_name(&Self::of_shop(conn, shop)?, name, Some(id))?;
        let section = sections::table.find(id).filter(sections::shop_id.eq(shop));
        let renamed = diesel::update(section)
            .set((sections::name.eq(name), sections::updated_at.eq(now)))
            .execute(conn)?;
        if renamed == 1 { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Swaps the section with the one before or after it, if there is one.
    ///
    /// # Errors
    /// `NotFound` for a section of another shop.
    pub fn shift(conn: &mut Conn, shop: ShopId, id: SectionId, direction: Direction, now: NaiveDateTime) -> Result<()> {
        let mut all: Vec<SectionId> = Self::of_shop(conn, shop)?
            .into_iter()
            .map(|section| section.id)
            .collect();
        let at = all.iter().position(|other| *other == id).ok_or(Error::NotFound)?;
        if !direction.shift(&mut all, at) {
            return Ok(());
        }
        for (position, id) in (0_i32..).zip(all) {
            diesel::update(sections::table.find(id))
                .set((sections::position.eq(position), sections::updated_at.eq(now)))
                .execute(conn)?;
        }
        Ok(())
    }

    /// Deletes the section. Its products stay without a section.
    ///
    /// # Errors
    /// `NotFound` for a section of another shop.
    pub fn delete(conn: &mut Conn, shop: ShopId, id: SectionId) -> Result<()> {
        let section = sections::table.find(id).filter(sections::shop_id.eq(shop));
        match diesel::delete(section).execute(conn)? {
            0 => Err(Error::NotFound),
            _ => Ok(()),
        }
    }
}

fn check_name(all: &[Section], name: &str, except: Option<SectionId>) -> Result<()> {
    let same = |other: &Section| other.name.to_lowercase() == name.to_lowercase() && Some(other.id) != except;
    if all.iter().any(same) {
        return Err(Error::Refused(
            "You already have a section with this name. Choose another.".to_owned(),
        ));
    }
    Ok(())
}
