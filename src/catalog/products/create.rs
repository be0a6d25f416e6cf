//! A new product; and what creating and changing one have in common.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::dsl::{exists, max};
use diesel::prelude::*;

use super::draft::{Draft, Place, VariantDraft};
use super::personalization::PersonalizationField;
use super::product::Product;
use super::visibility::ProductState;
use crate::catalog::stock::movement::{Reason, StockMovement};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ProductId, SectionId, ShopId, UserId, VariantId};
use crate::images::Image;
use crate::schema::{categories, product_slugs, product_variants, products, sections};
use crate::text::{free_slug, slug};

impl Product {
    /// Puts a new product into a shop.
    ///
    /// # Errors
    /// `NotFound` for a category, section or picture that there is not, or is not the shop's.
    pub fn create(
        conn: &mut Conn,
        shop: ShopId,
        owner: UserId,
        draft: &Draft,
        now: NaiveDateTime,
    ) -> Result<ProductId> {
        known_category(conn, &draft.category)?;
        let id = ProductId::new();
        let names = draft.options.names();
        let wanted = if draft.slug.is_empty() {
            &draft.title
        } else {
            &draft.slug
        };
        let address = free_address(conn, shop, id, &slug(wanted, "product"))?;
        let section = section(conn, shop, &draft.section, now)?;
        let total: i32 = draft.variants.iter().map(|variant| variant.quantity).sum();
        diesel::insert_into(products::table)
            .values((
                products::id.eq(id),
                products::owner_id.eq(owner),
                products::shop_id.eq(shop),
                products::category.eq(&draft.category),
                products::title.eq(&draft.title),
                products::slug.eq(address),
                products::description.eq(&draft.description),
                products::price.eq(draft.price()),
                products::quantity.eq(total),
                products::option1.eq(&names[0]),
                products::option2.eq(&names[1]),
                products::option3.eq(&names[2]),
                products::state.eq(draft.state),
                products::published_at.eq(published(None, draft.state, now)),
                products::created_at.eq(now),
                products::updated_at.eq(now),
                products::section_id.eq(section),
                products::tags.eq(draft.tags.joined()),
                products::compare_at_price.eq(draft.compare_at_price),
                products::weight.eq(draft.weight),
                products::delivery.eq(draft.delivery),
                products::ready_from.eq(draft.readiness.from()),
                products::ready_within.eq(draft.readiness.within()),
            ))
            .execute(conn)?;
        own_pictures_only(draft)?;
        Image::arrange(conn, owner, id, &draft.pictures, now)?;
        for (position, variant) in (1..).zip(&draft.variants) {
            insert_variant(conn, id, position, variant, owner, now)?;
        }
        PersonalizationField::set(conn, id, &draft.fields, now)?;
        Ok(id)
    }
}

/// When a product went live for the first time; until then it is when it was created.
///
/// A microsecond after tells the product that was born live from a draft.
pub(crate) fn published(
    known: Option<(NaiveDateTime, NaiveDateTime)>,
    state: ProductState,
    now: NaiveDateTime,
) -> NaiveDateTime {
    match known {
        Some((created, published)) if created != published || state != ProductState::Active => published,
        None if state == ProductState::Active => now + TimeDelta::microseconds(1),
        _ => now,
    }
}

pub(crate) fn known_category(conn: &mut Conn, code: &str) -> Result<()> {
    let known: bool = diesel::select(exists(categories::table.filter(categories::code.eq(code)))).get_result(conn)?;
    if known { Ok(()) } else { Err(Error::NotFound) }
}

/// A variant shows one of the product's own pictures.
pub(crate) fn own_pictures_only(draft: &Draft) -> Result<()> {
    let own = |variant: &VariantDraft| {
        variant
            .image
            .is_none_or(|image| draft.pictures.iter().any(|(own, _)| *own == image))
    };
    if draft.variants.iter().all(own) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// The first of `wanted`, `wanted-2`, … that no other product of the shop has or had.
pub(crate) fn free_address(conn: &mut Conn, shop: ShopId, product: ProductId, wanted: &str) -> Result<String> {
    let alike = format!("{wanted}%");
    let mut taken: Vec<String> = products::table
        .filter(products::shop_id.eq(shop))
        .filter(products::slug.like(&alike))
        .filter(products::id.ne(product))
        .select(products::slug)
        .load(conn)?;
    taken.extend(
        product_slugs::table
            .filter(product_slugs::shop_id.eq(shop))
            .filter(product_slugs::slug.like(&alike))
            .filter(product_slugs::product_id.ne(product))
            .select(product_slugs::slug)
            .load::<String>(conn)?,
    );
    Ok(free_slug(wanted, |slug| taken.iter().any(|known| known == slug)))
}

/// The section that is meant, if it is the shop's.
pub(crate) fn section(conn: &mut Conn, shop: ShopId, place: &Place, now: NaiveDateTime) -> Result<Option<SectionId>> {
    let of_shop = sections::table.filter(sections::shop_id.eq(shop));
    match place {
        Place::NoSection => Ok(None),
        Place::Section(id) => Ok(Some(
            of_shop.filter(sections::id.eq(id)).select(sections::id).first(conn)?,
        )),
        Place::Named(name) => {
            let known: Option<SectionId> = of_shop
                .filter(sections::name.eq(name))
                .select(sections::id)
                .first(conn)
                .optional()?;
            if known.is_some() {
                return Ok(known);
            }
            let last: Option<i32> = of_shop.select(max(sections::position)).first(conn)?;
            let id = SectionId::new();
            diesel::insert_into(sections::table)
                .values((
                    sections::id.eq(id),
                    sections::shop_id.eq(shop),
                    sections::name.eq(name),
                    sections::position.eq(last.unwrap_or(0) + 1),
                    sections::created_at.eq(now),
                    sections::updated_at.eq(now),
                ))
                .execute(conn)?;
            Ok(Some(id))
        }
    }
}

/// A new combination, and its first count; the product's total is the caller's.
pub(crate) fn insert_variant(
    conn: &mut Conn,
    product: ProductId,
    position: i32,
    variant: &VariantDraft,
    user: UserId,
    now: NaiveDateTime,
) -> Result<()> {
    let id = VariantId::new();
    diesel::insert_into(product_variants::table)
        .values((
            product_variants::id.eq(id),
            product_variants::product_id.eq(product),
            product_variants::image_id.eq(variant.image),
            product_variants::position.eq(position),
            product_variants::value1.eq(&variant.values[0]),
            product_variants::value2.eq(&variant.values[1]),
            product_variants::value3.eq(&variant.values[2]),
            product_variants::sku.eq(&variant.sku),
            product_variants::price.eq(variant.price),
            product_variants::quantity.eq(variant.quantity),
            product_variants::created_at.eq(now),
            product_variants::updated_at.eq(now),
        ))
        .execute(conn)?;
    StockMovement::open(conn, id, variant.quantity, Reason::Opening, Some(user), now)
}
