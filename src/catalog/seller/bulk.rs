//! Who sees a shop's products: publishing, archiving, and back again; and where in the shop they stand.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::catalog::products::create::published;
use crate::catalog::products::stored::{StoredProduct, StoredVariant};
use crate::catalog::products::visibility::ProductState;
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{ProductId, SectionId, ShopId};
use crate::images::Image;
use crate::schema::{product_variants, products, sections};

/// The most products that are changed at once.
pub const MAX_SELECTION: usize = 200;

/// Products of one shop that are changed together.
#[derive(Debug, Clone)]
pub struct BulkSelection {
    pub(crate) shop: ShopId,
    /// In ascending order, so that two who change the same never wait for each other in a circle.
    pub(crate) ids: Vec<ProductId>,
}

/// What keeps a product from being published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unready {
    pub id: ProductId,
    pub title: String,
    /// `a picture`, `a price above zero`.
    pub missing: Vec<&'static str>,
}

impl BulkSelection {
    /// # Errors
    /// `NotFound` when one of them is not the shop's; `Refused` for none, or too many.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, ids: &[ProductId]) -> Result<Self> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Err(Error::Refused("Tick the products first.".to_owned()));
        }
        if ids.len() > MAX_SELECTION {
            return Err(Error::Refused(format!(
                "These are {} products. Change {MAX_SELECTION} at once, or fewer.",
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

    /// All the shop's products that were archived in this one moment and not touched since; there may be none.
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

    /// Makes those live that miss nothing: tells how many went live just now, and what the others miss.
    pub fn publish(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<(usize, Vec<Unready>)> {
        let of = || one_of(product_variants::product_id, self.ids.iter().map(|id| id.0));
        let free: Vec<ProductId> = product_variants::table
            .filter(of())
            .filter(product_variants::price.le(crate::money::Money(0)))
            .select(product_variants::product_id)
            .load(conn)?;
        let shown: Vec<ProductId> = Image::of_products(conn, &self.ids)?
            .iter()
            .map(|image| image.product_id)
            .collect();
        let (mut done, mut unready) = (0, Vec::new());
        for id in &self.ids {
            let product = StoredProduct::of_shop(conn, self.shop, *id)?;
            if product.state == ProductState::Active {
                continue;
            }
            let checks = [
                (product.title.is_empty(), "a title"),
                (free.contains(id), "a price above zero"),
                (!shown.contains(id), "a picture"),
            ];
            let missing: Vec<&str> = checks
                .iter()
                .filter(|(wanting, _)| *wanting)
                .map(|(_, what)| *what)
                .collect();
            if !missing.is_empty() {
                let title = product.title;
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
                    products::published_at.eq(published(known, ProductState::Active, now)),
                    products::archived_from.eq(None::<String>),
                    products::updated_at.eq(now),
                ))
                .execute(conn)?;
            done += 1;
        }
        Ok((done, unready))
    }

    /// Takes them from everyone's sight; what was archived before stays as it is. Tells how many that were.
    pub fn archive(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let mut done = 0;
        for id in &self.ids {
            for was in [ProductState::Active, ProductState::Draft] {
                done += diesel::update(products::table.find(id).filter(products::state.eq(was)))
                    .set((
                        products::state.eq(ProductState::Archived),
                        products::archived_from.eq(was.as_str()),
                        products::updated_at.eq(now),
                    ))
                    .execute(conn)?;
            }
        }
        Ok(done)
    }

    /// Makes them what they were before they were archived. Tells how many that were.
    pub fn restore(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<usize> {
        let mut done = 0;
        for id in &self.ids {
            let product = StoredProduct::of_shop(conn, self.shop, *id)?;
            if product.state != ProductState::Archived {
                continue;
            }
            let before = product.archived_from().unwrap_or(ProductState::Draft);
            done += diesel::update(
                products::table
                    .find(id)
                    .filter(products::state.eq(ProductState::Archived)),
            )
            .set((
                products::state.eq(before),
                products::archived_from.eq(None::<String>),
                products::updated_at.eq(now),
            ))
            .execute(conn)?;
        }
        Ok(done)
    }

    /// Puts them into a section of the shop, or into none.
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

    /// The only one's variants, if it is one product of one kind.
    pub(crate) fn variant(conn: &mut Conn, id: ProductId) -> Result<StoredVariant> {
        let mut variants = StoredVariant::of_product(conn, id)?;
        match (variants.pop(), variants.is_empty()) {
            (Some(variant), true) => Ok(variant),
            _ => Err(Error::Refused(
                "This product comes in several kinds. Change their prices and stock on its own page.".to_owned(),
            )),
        }
    }
}
