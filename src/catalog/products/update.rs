//! A product that changes: its row, its combinations, and where their stock goes.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::create::{free_address, insert_variant, known_category, own_pictures_only, published, section};
use super::draft::{Draft, VariantDraft};
use super::personalization::PersonalizationField;
use super::product::Product;
use super::stored::{StoredProduct, StoredVariant};
use super::visibility::ProductState;
use crate::catalog::stock::movement::{Reason, StockChange, StockMovement};
use crate::catalog::variants::options::{Passage, Values};
use crate::catalog::variants::removed::{Plan, RemovedVariants};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ProductId, ShopId, UserId};
use crate::images::Image;
use crate::schema::{product_slugs, product_variants, products};
use crate::text::slug;

/// What the shop had before its eyes when it made the change.
#[derive(Debug, Clone)]
pub struct Basis {
    pub updated_at: NaiveDateTime,
    /// What it agreed to, as `RemovedVariants::token`; empty for nothing.
    pub agreed: String,
}

/// What came of a change. Unless it is done, nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    Done,
    /// The shop has to know this first.
    Asks(RemovedVariants),
    /// Someone changed the product meanwhile.
    Changed,
}

impl Product {
    /// Makes a shop's product what the draft says.
    ///
    /// # Errors
    /// `NotFound` for what is not the shop's; `Refused` when the stock changed so that the draft no longer fits.
    pub fn update(
        conn: &mut Conn,
        shop: ShopId,
        user: UserId,
        id: ProductId,
        draft: &Draft,
        basis: &Basis,
        now: NaiveDateTime,
    ) -> Result<Saved> {
        let before = StoredProduct::of_shop(conn, shop, id)?;
        if before.updated_at != basis.updated_at {
            return Ok(Saved::Changed);
        }
        known_category(conn, &draft.category)?;
        own_pictures_only(draft)?;
        let variants = StoredVariant::of_product(conn, id)?;
        let passage = Passage::new(&before.option_names(), &draft.options);
        let combinations: Vec<Values> = draft.variants.iter().map(|variant| variant.values.clone()).collect();
        let old: Vec<Values> = variants.iter().map(StoredVariant::values).collect();
        let plan = Plan::new(&passage, &old, &combinations);
        let stock: Vec<i32> = variants.iter().map(|variant| variant.quantity).collect();
        let removed_variants = plan.removed_variants(&stock);
        if !removed_variants.is_nothing() && removed_variants.token() != basis.agreed {
            return Ok(Saved::Asks(removed_variants));
        }
        PersonalizationField::set(conn, id, &draft.fields, now)?;
        Image::arrange(conn, user, id, &draft.pictures, now)?;
        move_stock(conn, &plan, &variants, &draft.variants, user, now)?;
        take_away(conn, &plan, &variants)?;
        let opened = write_variants(conn, id, &plan, &variants, &draft.variants, user, now)?;
        write_product(conn, shop, &before, draft, opened, now)?;
        Ok(Saved::Done)
    }
}

/// By how much the shop changed what it saw, whatever was sold meanwhile; and what joins or leaves.
fn move_stock(
    conn: &mut Conn,
    plan: &Plan,
    before: &[StoredVariant],
    after: &[VariantDraft],
    user: UserId,
    now: NaiveDateTime,
) -> Result<()> {
    let mut changes = Vec::new();
    let mut change = |old: usize, by: i32| {
        let variant = before[old].id;
        changes.push(StockChange {
            variant,
            by,
            order: None,
        });
    };
    for (made_of, wanted) in plan.made_of.iter().zip(after) {
        if let Some((&first, others)) = made_of.split_first() {
            let joining: i32 = others.iter().map(|old| before[*old].quantity).sum();
            change(first, wanted.quantity - wanted.seen + joining);
        }
    }
    for old in plan.joined().chain(plan.gone.iter().copied()) {
        change(old, -before[old].quantity);
    }
    let short = StockMovement::make(conn, &changes, Reason::Edit, Some(user), now)?;
    let Some(short) = short.first() else { return Ok(()) };
    let left = before.iter().find(|variant| variant.id == *short);
    Err(Error::Refused(format!(
        "The stock changed while you were writing: there are {} left of what you wanted to take away more of. Look at the \
         stock, then save again.",
        left.map_or(0, |variant| variant.quantity)
    )))
}

/// The combinations that there will be no more; their stock is at zero by now, unless something came back this moment.
fn take_away(conn: &mut Conn, plan: &Plan, before: &[StoredVariant]) -> Result<()> {
    for old in plan.joined().chain(plan.gone.iter().copied()) {
        let empty = product_variants::table
            .find(before[old].id)
            .filter(product_variants::quantity.eq(0));
        if diesel::delete(empty).execute(conn)? == 0 {
            return Err(stale());
        }
    }
    Ok(())
}

/// Writes the combinations that stay and adds those that are new; tells how many pieces came with these.
fn write_variants(
    conn: &mut Conn,
    product: ProductId,
    plan: &Plan,
    before: &[StoredVariant],
    after: &[VariantDraft],
    user: UserId,
    now: NaiveDateTime,
) -> Result<i32> {
    let firsts = || {
        plan.made_of
            .iter()
            .map(|made_of| made_of.first().map(|first| &before[*first]))
    };
    // No two may have the same values, not even while they change places.
    for (old, wanted) in firsts().zip(after) {
        if let Some(old) = old.filter(|old| old.values() != wanted.values) {
            diesel::update(product_variants::table.find(old.id))
                .set(product_variants::value1.eq(format!("~{}", old.id)))
                .execute(conn)?;
        }
    }
    let mut opened = 0;
    for (position, (old, wanted)) in (1..).zip(firsts().zip(after)) {
        let Some(old) = old else {
            insert_variant(conn, product, position, wanted, user, now)?;
            opened += wanted.quantity;
            continue;
        };
        let same = old.values() == wanted.values
            && (old.price, old.image_id, old.position) == (wanted.price, wanted.image, position)
            && old.sku == wanted.sku;
        if same {
            continue;
        }
        diesel::update(product_variants::table.find(old.id))
            .set((
                product_variants::image_id.eq(wanted.image),
                product_variants::position.eq(position),
                product_variants::value1.eq(&wanted.values[0]),
                product_variants::value2.eq(&wanted.values[1]),
                product_variants::value3.eq(&wanted.values[2]),
                product_variants::sku.eq(&wanted.sku),
                product_variants::price.eq(wanted.price),
                product_variants::updated_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(opened)
}

/// The row itself, last, as whoever changes stock has it; only if nobody else wrote it since it was read.
fn write_product(
    conn: &mut Conn,
    shop: ShopId,
    before: &StoredProduct,
    draft: &Draft,
    opened: i32,
    now: NaiveDateTime,
) -> Result<()> {
    let names = draft.options.names();
    let section = section(conn, shop, &draft.section, now)?;
    let address = address(conn, shop, before, draft)?;
    let archived_from = match (before.state, draft.state) {
        (ProductState::Archived, ProductState::Archived) => before.archived_from(),
        (was, ProductState::Archived) => Some(was),
        _ => None,
    };
    let known = Some((before.created_at, before.published_at));
    let unchanged = products::table
        .filter(products::id.eq(before.id))
        .filter(products::updated_at.eq(before.updated_at));
    let written = diesel::update(unchanged)
        .set((
            products::category.eq(&draft.category),
            products::title.eq(&draft.title),
            products::slug.eq(address),
            products::description.eq(&draft.description),
            products::price.eq(draft.price()),
            products::quantity.eq(products::quantity + opened),
            products::option1.eq(&names[0]),
            products::option2.eq(&names[1]),
            products::option3.eq(&names[2]),
            products::state.eq(draft.state),
            products::published_at.eq(published(known, draft.state, now)),
            products::updated_at.eq(now),
            products::section_id.eq(section),
            products::tags.eq(draft.tags.joined()),
            products::compare_at_price.eq(draft.compare_at_price),
            products::weight.eq(draft.weight),
            products::delivery.eq(draft.delivery),
            products::ready_from.eq(draft.readiness.from()),
            products::ready_within.eq(draft.readiness.within()),
            products::archived_from.eq(archived_from.map(ProductState::as_str)),
        ))
        .execute(conn)?;
    if written == 0 { Err(stale()) } else { Ok(()) }
}

/// The words of the address: those that the shop typed; for what was never live, those of its new title. What was
/// live is found under its old ones, too.
fn address(conn: &mut Conn, shop: ShopId, before: &StoredProduct, draft: &Draft) -> Result<String> {
    let typed = if draft.slug.is_empty() {
        before.slug.clone()
    } else {
        slug(&draft.slug, "product")
    };
    let follows = typed == before.slug && !before.was_live() && draft.title != before.title;
    let wanted = if follows { slug(&draft.title, "product") } else { typed };
    if wanted == before.slug {
        return Ok(wanted);
    }
    let free = free_address(conn, shop, before.id, &wanted)?;
    if free != before.slug && before.was_live() {
        for known in [&free, &before.slug] {
            diesel::delete(product_slugs::table.find((shop, known))).execute(conn)?;
        }
        diesel::insert_into(product_slugs::table)
            .values((
                product_slugs::shop_id.eq(shop),
                product_slugs::slug.eq(&before.slug),
                product_slugs::product_id.eq(before.id),
            ))
            .execute(conn)?;
    }
    Ok(free)
}

fn stale() -> Error {
    Error::Refused("Something about this product changed at this very moment. Look at it, then save again.".to_owned())
}
