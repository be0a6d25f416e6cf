//! Changing a product: its row, its variants, and their stock.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::create::{find_or_create_section, free_product_slug, published_at, require_category, require_own_pictures};
use super::draft::Draft;
use super::personalization::PersonalizationField;
use super::product::Product;
use super::visibility::ProductState;
use crate::catalog::seller::SellerContext;
use crate::catalog::stock::movement::{Reason, StockChange, StockMovement};
use crate::catalog::variants::options::{OptionMapping, Values};
use crate::catalog::variants::removed::{RemovedVariants, VariantPlan};
use crate::catalog::variants::variant::Variant;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{ProductId, ShopId};
use crate::images::Image;
use crate::schema::{product_slugs, product_variants, products};
use crate::text::slug;

/// The version of a product that a seller changed.
#[derive(Debug, Clone)]
pub struct BaseVersion {
    pub updated_at: NaiveDateTime,
    /// The token of the `RemovedVariants` that the seller agreed to. Empty: none.
    pub agreed: String,
}

/// The result of a change. Only `Saved` changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpdateOutcome {
    Saved,
    /// The seller has to agree to this first.
    NeedsAgreement(RemovedVariants),
    /// The product was changed since the seller opened it.
    Outdated,
}

impl Product {
    /// Changes a shop's product to match a draft.
    ///
    /// # Errors
    /// `NotFound` for what does not belong to the shop. `Refused` when the stock changed meanwhile and the draft no longer
    /// fits.
    pub fn update(
        conn: &mut Conn,
        context: SellerContext,
        id: ProductId,
        draft: &Draft,
        base: &BaseVersion,
    ) -> Result<UpdateOutcome> {
        let before = Self::of_shop(conn, context.shop, id)?;
        if before.updated_at != base.updated_at {
            return Ok(UpdateOutcome::Outdated);
        }
        require_category(conn, &draft.content.category)?;
        require_own_pictures(draft)?;
        let variants = Variant::of_product(conn, id)?;
        let mapping = OptionMapping::new(&before.option_names(), &draft.options);
        let combinations: Vec<Values> = draft.variants.iter().map(|variant| variant.values.clone()).collect();
        let old: Vec<Values> = variants.iter().map(Variant::values).collect();
        let plan = VariantPlan::new(&mapping, &old, &combinations);
        let stock: Vec<i32> = variants.iter().map(|variant| variant.quantity).collect();
        let removed_variants = plan.removed_variants(&stock);
        if !removed_variants.is_empty() && removed_variants.token() != base.agreed {
            return Ok(UpdateOutcome::NeedsAgreement(removed_variants));
        }
        PersonalizationField::set(conn, id, &draft.fields, context.now)?;
        Image::arrange(conn, context.user, id, &draft.pictures, context.now)?;
        let update = Update {
            context,
            before: &before,
            variants: &variants,
            plan: &plan,
            draft,
        };
        update.change_stock(conn)?;
        update.delete_variants(conn)?;
        let opened = update.write_variants(conn)?;
        update.write_product(conn, opened)?;
        Ok(UpdateOutcome::Saved)
    }
}

/// A change that was checked and agreed to.
struct Update<'a> {
    context: SellerContext,
    before: &'a Product,
    /// The variants before the change.
    variants: &'a [Variant],
    plan: &'a VariantPlan,
    draft: &'a Draft,
}

impl Update<'_> {
    /// Changes the stock of each variant by what the seller added or removed, and moves the stock of variants that are
    /// merged or deleted.
    fn change_stock(&self, conn: &mut Conn) -> Result<()> {
        let mut changes = Vec::new();
        let mut change = |old: usize, by: i32| {
            let variant = self.variants[old].id;
            changes.push(StockChange {
                variant,
                by,
                order: None,
            });
        };
        for (sources, draft) in self.plan.sources.iter().zip(&self.draft.variants) {
            if let Some((&first, merged)) = sources.split_first() {
                let moved: i32 = merged.iter().map(|old| self.variants[*old].quantity).sum();
                change(first, draft.quantity - draft.seen + moved);
            }
        }
        for old in self.plan.removed() {
            change(old, -self.variants[old].quantity);
        }
        let user = Some(self.context.user);
        let short = StockMovement::make(conn, &changes, Reason::Edit, user, self.context.now)?;
        let Some(short) = short.first() else { return Ok(()) };
        let left = self.variants.iter().find(|variant| variant.id == *short);
        let left = match left.map_or(0, |variant| variant.quantity) {
            1 => "1 is".to_owned(),
            left => format!("{left} are"),
        };
        Err(Error::Refused(format!(
            "The stock changed in the meantime. Only {left} left, so stock can't be reduced by that much. Check the stock, then save again."
        )))
    }

    /// Deletes the variants that are merged or removed. Their stock is zero by now, unless an item came back meanwhile.
    fn delete_variants(&self, conn: &mut Conn) -> Result<()> {
        for old in self.plan.removed() {
            let empty = product_variants::table
                .find(self.variants[old].id)
                .filter(product_variants::quantity.eq(0));
            if diesel::delete(empty).execute(conn)? == 0 {
                return Err(changed_meanwhile());
            }
        }
        Ok(())
    }

    /// Writes the variants that stay and adds the new ones. Returns the opening stock of the new ones.
    fn write_variants(&self, conn: &mut Conn) -> Result<i32> {
        let now = self.context.now;
        let firsts = || {
            let sources = self.plan.sources.iter();
            sources.map(|sources| sources.first().map(|first| &self.variants[*first]))
        };
        // Two variants must never have the same values, not even while they exchange them.
        for (old, draft) in firsts().zip(&self.draft.variants) {
            if let Some(old) = old.filter(|old| old.values() != draft.values) {
                diesel::update(product_variants::table.find(old.id))
                    .set(product_variants::value1.eq(format!("~{}", old.id)))
                    .execute(conn)?;
            }
        }
        let mut opened = 0;
        for (position, (old, draft)) in (1..).zip(firsts().zip(&self.draft.variants)) {
            let row = draft.to_row(self.before.id, position, now);
            let Some(old) = old else {
                row.insert(conn, self.context.user)?;
                opened += draft.quantity;
                continue;
            };
            let row = Variant {
                id: old.id,
                quantity: old.quantity,
                created_at: old.created_at,
                ..row
            };
            let unchanged = Variant {
                updated_at: now,
                ..old.clone()
            };
            if row != unchanged {
                diesel::update(product_variants::table.find(old.id))
                    .set(&row)
                    .execute(conn)?;
            }
        }
        Ok(opened)
    }

    /// Writes the product's own row. It comes last, because every change of stock locks variants before products. Fails
    /// if someone else wrote the row since it was read.
    fn write_product(&self, conn: &mut Conn, opened: i32) -> Result<()> {
        let Self { before, draft, .. } = *self;
        let now = self.context.now;
        let [option1, option2, option3] = draft.options.names();
        let section_id = find_or_create_section(conn, self.context, &draft.section)?;
        let product = Product {
            slug: self.slug(conn)?,
            price: draft.price(),
            option1,
            option2,
            option3,
            state: draft.state,
            published_at: published_at(Some((before.created_at, before.published_at)), draft.state, now),
            updated_at: now,
            section_id,
            archived_from: match (before.state, draft.state) {
                (ProductState::Archived, ProductState::Archived) => before.archived_from,
                (earlier, ProductState::Archived) => Some(earlier),
                _ => None,
            },
            content: draft.content.clone(),
            ..before.clone()
        };
        let unchanged = products::table
            .filter(products::id.eq(before.id))
            .filter(products::updated_at.eq(before.updated_at));
        let written = diesel::update(unchanged)
            .set((&product, products::quantity.eq(products::quantity + opened)))
            .execute(conn)?;
        if written == 0 { Err(changed_meanwhile()) } else { Ok(()) }
    }

    /// The slug that the seller typed. The slug of a product that was never live follows its title. A product that was
    /// live stays reachable under its old slugs.
    fn slug(&self, conn: &mut Conn) -> Result<String> {
        let Self { before, draft, .. } = *self;
        let typed = if draft.slug.is_empty() {
            before.slug.clone()
        } else {
            slug(&draft.slug, "product")
        };
        let title = &draft.content.title;
        let follows = typed == before.slug && !before.was_live() && *title != before.content.title;
        let preferred = if follows { slug(title, "product") } else { typed };
        if preferred == before.slug {
            return Ok(preferred);
        }
        let shop = self.context.shop;
        let free = free_product_slug(conn, shop, before.id, &preferred)?;
        if free != before.slug && before.was_live() {
            keep_old_slug(conn, shop, before, &free)?;
        }
        Ok(free)
    }
}

/// Makes the old slug of a product lead to its new one.
fn keep_old_slug(conn: &mut Conn, shop: ShopId, product: &Product, new: &str) -> Result<()> {
    for known in [new, &product.slug] {
        diesel::delete(product_slugs::table.find((shop, known))).execute(conn)?;
    }
    diesel::insert_into(product_slugs::table)
        .values((
            product_slugs::shop_id.eq(shop),
            product_slugs::slug.eq(&product.slug),
            product_slugs::product_id.eq(product.id),
        ))
        .execute(conn)?;
    Ok(())
}

fn changed_meanwhile() -> Error {
    Error::Refused("This product was changed at the same time. Check it, then save again.".to_owned())
}
