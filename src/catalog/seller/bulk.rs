//! Changes of several products at once: publish, archive, restore, move to a section.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::catalog::products::create::published_at;
use crate::catalog::products::product::Product;
use crate::catalog::products::visibility::ProductState;
use crate::catalog::variants::variant::Variant;
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{ProductId, SectionId, ShopId};
use crate::images::Image;
use crate::schema::{product_variants, products, sections};

/// Products that are changed at once.
pub const MAX_SELECTION: usize = 200;

/// Products of one shop that are changed together.
#[derive(Debug, Clone)]
pub struct BulkSelection {
    pub(crate) shop: ShopId,
    /// In ascending order, so that two transactions cannot deadlock.
    pub(crate) ids: Vec<ProductId>,
}

/// A product that cannot be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unready {
    pub id: ProductId,
    pub title: String,
    /// `a picture`, `a price above zero`.
    pub missing: Vec<&'static str>,
}

impl BulkSelection {
    /// # Errors
    /// `NotFound` for a product of another shop. `Refused` for none, or for too many.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, ids: &[ProductId]) -> Result<Self> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Err(Error::Refused("Select products first.".to_owned()));
        }
        if ids.len() > MAX_SELECTION {
            return Err(Error::Refused(format!(
                "You selected {} products. Change at most {MAX_SELECTION} at once.",
                ids.len()
            )));
        }
        let own: i64 = products::table
            .filter(products::shop_id.eq(shop))
            .filter(one_of(products::id, ids.iter().map(|id| id.0)))
            .count()
            .get_result(conn)?;
        if usize::try_from(own) != Ok(ids.len()) {
            return Err(Error::NotFound);
        }
        Ok(Self { shop, ids })
    }

    /// The products of the shop that were archived at one moment and not changed since. There may be none.
    pub fn archived_at(conn: &mut Conn, shop: ShopId, at: NaiveDateTime) -> Result<Self> {
        let ids = products::table
            .filter(products::shop_id.eq(shop))
            .filter(products::state.eq(ProductState::Archived))
            .filter(products::updated_at.eq(at))
            .order(products::id)
            .select(products::id)
            .load(conn)?;
        Ok(Self { shop, ids })
    }

    /// Publishes the products that are complete. Returns the number of products that went live, and the incomplete ones.
    pub fn publish(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<(usize, Vec<Unready>)> {
        let free: Vec<ProductId> = product_variants::table
            .filter(one_of(product_variants::product_id, self.ids.iter().map(|id| id.0)))
            .filter(product_variants::price.le(crate::money::Money(0)))
            .select(product_variants::product_id)
            .load(conn)?;
        let with_picture: Vec<ProductId> = Image::of_products(conn, &self.ids)?
            .iter()
            .map(|image| image.product_id)
            .collect();
        let (mut done, mut unready) = (0, Vec::new());
        for id in &self.ids {
            let product = Product::of_shop(conn, self.shop, *id)?;
            if product.state == ProductState::Active {
                continue;
            }
            let checks = [
                (product.content.title.is_empty(), "a title"),
                (free.contains(id), "a price above zero"),
                (!with_picture.contains(id), "a picture"),
            ];
            let missing: Vec<&str> = checks
                .iter()
                .filter(|(is_missing, _)| *is_missing)
                .map(|(_, what)| *what)
                .collect();
            if !missing.is_empty() {
                let title = product.content.title;
                unready.push(Unready {
                    id: *id,
                    title,
                    missing,
                });
                continue;
            }
            let known = Some((product.created_at, product.published_at));
            diesel::update(products::table.find(id))
                .set((
                    products::state.eq(ProductState::Active),
                    products::published_at.eq(published_at(known, ProductState::Active, now)),
                    products::archived_from.eq(None::<ProductState>),
                    products::updated_at.eq(now),
                ))
                .execute(conn)?;
            done += 1;
        }
        Ok((done, unready))
    }

    /// Archives the products that are not archived yet. Returns their number.
    pub fn archive(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let mut done = 0;
        for id in &self.ids {
            for state in [ProductState::Active, ProductState::Draft] {
                done += diesel::update(products::table.find(id).filter(products::state.eq(state)))
                    .set((
                        products::state.eq(ProductState::Archived),
                        products::archived_from.eq(state),
                        products::updated_at.eq(now),
                    ))
                    .execute(conn)?;
            }
        }
        Ok(done)
    }

    /// Gives archived products the state that they had before. Returns their number.
    pub fn restore(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let mut done = 0;
        for id in &self.ids {
            let product = Product::of_shop(conn, self.shop, *id)?;
            if product.state != ProductState::Archived {
                continue;
            }
            let before = product.archived_from.unwrap_or(ProductState::Draft);
            done += diesel::update(
                products::table
                    .find(id)
                    .filter(products::state.eq(ProductState::Archived)),
            )
            .set((
                products::state.eq(before),
                products::archived_from.eq(None::<ProductState>),
                products::updated_at.eq(now),
            ))
            .execute(conn)?;
        }
        Ok(done)
    }

    /// Moves the products to a section of the shop, or out of their section.
    ///
    /// # Errors
    /// `NotFound` for a section of another shop.
    pub fn move_to(&self, conn: &mut Conn, section: Option<SectionId>, now: NaiveDateTime) -> Result<usize> {
        if let Some(section) = section {
            let of_shop = sections::table.find(section).filter(sections::shop_id.eq(self.shop));
            of_shop.select(sections::id).first::<SectionId>(conn)?;
        }
        for id in &self.ids {
            diesel::update(products::table.find(id))
                .set((products::section_id.eq(section), products::updated_at.eq(now)))
                .execute(conn)?;
        }
        Ok(self.ids.len())
    }

    /// The only variant of a product.
    ///
    /// # Errors
    /// `Refused` for a product with several variants.
    pub(crate) fn only_variant(conn: &mut Conn, id: ProductId) -> Result<Variant> {
        let mut variants = Variant::of_product(conn, id)?;
        match (variants.pop(), variants.is_empty()) {
            (Some(variant), true) => Ok(variant),
            _ => Err(Error::Refused(
                "This product has several variants. Change their prices and stock in the product editor.".to_owned(),
            )),
        }
    }
}
