//! A product: its row, and where it is found.

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;
use serde::Deserialize;

use super::delivery::{Delivery, Readiness};
use super::tags::Tags;
use super::visibility::{ProductState, visible};
use crate::catalog::variants::options::Values;
use crate::catalog::variants::variant::Variant;
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{ProductId, SectionId, ShopId, UserId, VariantId};
use crate::money::Money;
use crate::schema::{product_slugs, product_variants, products, shops};
use crate::shops::{Shop, ShopState};

/// A row of `products`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = products, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Product {
    pub id: ProductId,
    #[diesel(skip_update)]
    pub owner_id: Option<UserId>,
    #[diesel(skip_update)]
    pub shop_id: ShopId,
    pub slug: String,
    /// The lowest price of its variants.
    pub price: Money,
    /// The stock of all its variants together. Stock movements change it.
    #[diesel(skip_update)]
    pub quantity: i32,
    pub option1: String,
    pub option2: String,
    pub option3: String,
    pub state: ProductState,
    /// When it went live for the first time. Until then, when it was created.
    pub published_at: NaiveDateTime,
    #[diesel(skip_update)]
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
    pub section_id: Option<SectionId>,
    /// The state before it was archived.
    pub archived_from: Option<ProductState>,
    #[diesel(embed)]
    pub content: ProductContent,
}

/// The columns of a product that its seller fills in. A new field of a product is added here. The demo market is read from
/// JSON, without the columns that it writes in another way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Deserialize)]
#[diesel(table_name = products, treat_none_as_null = true, treat_none_as_default_value = false)]
#[serde(default, deny_unknown_fields)]
pub struct ProductContent {
    pub title: String,
    /// Markdown.
    pub description: String,
    /// The code of a category.
    pub category: String,
    /// Separated by commas.
    pub tags: String,
    /// The price before a reduction.
    #[serde(skip)]
    pub compare_at_price: Option<Money>,
    /// Grams, packed.
    pub weight: Option<i32>,
    #[serde(skip)]
    pub delivery: Delivery,
    /// The first and the last day on which a product that is made to order is ready. Both or neither are set.
    #[serde(skip)]
    pub ready_from: Option<i32>,
    #[serde(skip)]
    pub ready_within: Option<i32>,
    /// What it is made of, in a line.
    pub material: String,
}

impl ProductContent {
    pub fn tags(&self) -> Tags {
        Tags::from_column(&self.tags)
    }

    pub fn readiness(&self) -> Readiness {
        Readiness::from_days(self.ready_from, self.ready_within)
    }
}

impl Product {
    /// A shop's product.
    ///
    /// # Errors
    /// `NotFound` for a product of another shop.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, id: ProductId) -> Result<Self> {
        Ok(products::table
            .filter(products::shop_id.eq(shop))
            .filter(products::id.eq(id))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// The product at an address, with its shop. Visitors see a product that is live; a seller sees their own in any state.
    pub fn at(conn: &mut Conn, shop: &str, slug: &str, own: Option<ShopId>) -> Result<(Self, Shop)> {
        let (product, shop): (Self, Shop) = products::table
            .inner_join(shops::table)
            .filter(shops::slug.eq(shop))
            .filter(products::slug.eq(slug))
            .select((Self::as_select(), Shop::as_select()))
            .first(conn)?;
        let visible = product.state == ProductState::Active && shop.state == ShopState::Open;
        if visible || Some(shop.id) == own {
            Ok((product, shop))
        } else {
            Err(Error::NotFound)
        }
    }

    /// The current address of a product that had this one before. The shop's part may be its old or its new one.
    pub fn moved_from(conn: &mut Conn, shop: &str, slug: &str) -> Result<Option<String>> {
        let shop_now = Shop::moved_from(conn, shop)?.unwrap_or_else(|| shop.to_owned());
        let known: Option<String> = visible()
            .filter(shops::slug.eq(&shop_now))
            .filter(products::slug.eq(slug))
            .select(products::slug)
            .first(conn)
            .optional()?;
        let product_now = match known {
            Some(slug) => Some(slug),
            None => product_slugs::table
                .inner_join(products::table)
                .inner_join(shops::table)
                .filter(shops::slug.eq(&shop_now))
                .filter(shops::state.eq(ShopState::Open))
                .filter(products::state.eq(ProductState::Active))
                .filter(product_slugs::slug.eq(slug))
                .select(products::slug)
                .first(conn)
                .optional()?,
        };
        Ok(product_now.map(|slug| format!("/shops/{shop_now}/{slug}")))
    }

    /// The address of the product with this id. The original's links contain the id.
    pub fn url_of(conn: &mut Conn, id: ProductId) -> Result<String> {
        let (shop, slug) = Self::slugs_of(conn, id)?;
        Ok(format!("/shops/{shop}/{slug}"))
    }

    /// The slugs of the shop and of the product.
    ///
    /// # Errors
    /// `NotFound` for a product that is not live.
    pub fn slugs_of(conn: &mut Conn, id: ProductId) -> Result<(String, String)> {
        Ok(visible()
            .filter(products::id.eq(id))
            .select((shops::slug, products::slug))
            .first(conn)?)
    }

    /// The addresses of these products, without those that are not live.
    pub fn urls(conn: &mut Conn, ids: &[ProductId]) -> Result<Vec<(ProductId, String)>> {
        let shown: Vec<(ProductId, String, String)> = visible()
            .filter(one_of(products::id, ids.iter().map(|id| id.0)))
            .select((products::id, shops::slug, products::slug))
            .load(conn)?;
        let url = |(id, shop, slug)| (id, format!("/shops/{shop}/{slug}"));
        Ok(shown.into_iter().map(url).collect())
    }

    /// The slugs of the shop and of the product that a variant belongs to, as `slugs_of`.
    pub fn slugs_of_variant(conn: &mut Conn, variant: VariantId) -> Result<(String, String)> {
        let product: ProductId = product_variants::table
            .find(variant)
            .select(product_variants::product_id)
            .first(conn)?;
        Self::slugs_of(conn, product)
    }

    /// The number of a shop's live products.
    pub fn count_of(conn: &mut Conn, shop: ShopId) -> Result<i64> {
        Ok(products::table
            .filter(products::shop_id.eq(shop))
            .filter(products::state.eq(ProductState::Active))
            .count()
            .get_result(conn)?)
    }

    /// Whether a shop has a product, live or not.
    pub fn exists_in(conn: &mut Conn, shop: ShopId) -> Result<bool> {
        let theirs = products::table.filter(products::shop_id.eq(shop));
        Ok(diesel::select(exists(theirs)).get_result(conn)?)
    }

    /// What its variants differ in: `Size / Color`. Empty for a product without options.
    pub fn option_name(&self) -> String {
        let names: Vec<String> = self
            .option_names()
            .into_iter()
            .filter(|name| !name.is_empty())
            .collect();
        names.join(" / ")
    }

    pub fn option_names(&self) -> Values {
        [self.option1.clone(), self.option2.clone(), self.option3.clone()]
    }

    pub fn variants(&self, conn: &mut Conn) -> Result<Vec<Variant>> {
        Variant::of_product(conn, self.id)
    }

    /// Whether it is live or was live before.
    pub fn was_live(&self) -> bool {
        self.state == ProductState::Active || self.published_at != self.created_at
    }
}

/// The stock as buyers read it.
pub fn stock(quantity: i32) -> String {
    match quantity {
        0 => "Sold out".into(),
        1 => "Last one".into(),
        left => format!("In stock ({left} available)"),
    }
}
