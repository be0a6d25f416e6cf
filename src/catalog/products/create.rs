//! Creating a product, and the steps that creating and changing one share.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::draft::{Draft, SectionChoice, VariantDraft};
use super::personalization::PersonalizationField;
use super::product::Product;
use super::visibility::ProductState;
use crate::catalog::seller::SellerContext;
use crate::catalog::stock::movement::{Reason, StockMovement};
use crate::catalog::variants::variant::Variant;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ProductId, SectionId, ShopId, UserId, VariantId};
use crate::images::Image;
use crate::schema::{categories, product_slugs, product_variants, products, sections};
use crate::shops::Section;
use crate::text::{free_slug, slug};

impl Product {
    /// Creates a product in a shop.
    ///
    /// # Errors
    /// `NotFound` for an unknown category, and for a section or picture that does not belong to the shop.
    pub fn create(conn: &mut Conn, context: SellerContext, draft: &Draft) -> Result<ProductId> {
        let SellerContext { shop, user, now } = context;
        require_category(conn, &draft.content.category)?;
        let id = ProductId::new();
        let [option1, option2, option3] = draft.options.names();
        let preferred = if draft.slug.is_empty() {
            &draft.content.title
        } else {
            &draft.slug
        };
        let product = Self {
            id,
            owner_id: Some(user),
            shop_id: shop,
            slug: free_product_slug(conn, shop, id, &slug(preferred, "product"))?,
            price: draft.price(),
            quantity: draft.variants.iter().map(|variant| variant.quantity).sum(),
            option1,
            option2,
            option3,
            state: draft.state,
            published_at: published_at(None, draft.state, now),
            created_at: now,
            updated_at: now,
            section_id: find_or_create_section(conn, context, &draft.section)?,
            archived_from: None,
            content: draft.content.clone(),
        };
        diesel::insert_into(products::table).values(&product).execute(conn)?;
        require_own_pictures(draft)?;
        Image::arrange(conn, user, id, &draft.pictures, now)?;
        for (position, variant) in (1..).zip(&draft.variants) {
            variant.to_row(id, position, now).insert(conn, user)?;
        }
        PersonalizationField::set(conn, id, &draft.fields, now)?;
        Ok(id)
    }
}

/// When a product went live for the first time. Until then it is the time of its creation. `known` are the two times so
/// far: created and published.
///
/// A product that is live from its creation is published a microsecond later, which distinguishes it from a draft.
pub(crate) fn published_at(
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

pub(crate) fn require_category(conn: &mut Conn, code: &str) -> Result<()> {
    let known: bool = diesel::select(exists(categories::table.filter(categories::code.eq(code)))).get_result(conn)?;
    if known { Ok(()) } else { Err(Error::NotFound) }
}

/// Refuses a variant with a picture that is not one of the product's.
pub(crate) fn require_own_pictures(draft: &Draft) -> Result<()> {
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

/// The first of `preferred`, `preferred-2`, … that no other product of the shop has or had.
pub(crate) fn free_product_slug(conn: &mut Conn, shop: ShopId, product: ProductId, preferred: &str) -> Result<String> {
    let alike = format!("{preferred}%");
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
    Ok(free_slug(preferred, |slug| taken.iter().any(|known| known == slug)))
}

/// The chosen section. A section of a new name is created.
///
/// # Errors
/// `NotFound` for a section of another shop.
pub(crate) fn find_or_create_section(
    conn: &mut Conn,
    context: SellerContext,
    choice: &SectionChoice,
) -> Result<Option<SectionId>> {
    let of_shop = sections::table.filter(sections::shop_id.eq(context.shop));
    match choice {
        SectionChoice::NoSection => Ok(None),
        SectionChoice::Section(id) => Ok(Some(
            of_shop.filter(sections::id.eq(id)).select(sections::id).first(conn)?,
        )),
        SectionChoice::Named(name) => {
            let known: Option<SectionId> = of_shop
                .filter(sections::name.eq(name))
                .select(sections::id)
                .first(conn)
                .optional()?;
            if known.is_some() {
                return Ok(known);
            }
            Section::append(conn, context.shop, name, context.now).map(Some)
        }
    }
}

impl VariantDraft {
    /// A new variant of a product.
    pub(crate) fn to_row(&self, product: ProductId, position: i32, now: NaiveDateTime) -> Variant {
        let [value1, value2, value3] = self.values.clone();
        Variant {
            id: VariantId::new(),
            product_id: product,
            image_id: self.image,
            position,
            value1,
            value2,
            value3,
            sku: self.sku.clone(),
            price: self.price,
            quantity: self.quantity,
            created_at: now,
            updated_at: now,
        }
    }
}

impl Variant {
    /// Adds a variant with its opening stock. The caller updates the product's total.
    pub(crate) fn insert(&self, conn: &mut Conn, user: UserId) -> Result<()> {
        diesel::insert_into(product_variants::table)
            .values(self)
            .execute(conn)?;
        StockMovement::open(conn, self, Reason::Opening, Some(user))
    }
}
