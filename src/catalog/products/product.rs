//! A product, and its variants: the things that can be bought.

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use crate::catalog::products::visibility::{ProductState, visible};
use crate::db::{Conn, one_of};
use crate::error::{Error, Result};
use crate::id::{ImageId, ProductId, ShopId, VariantId};
use crate::money::Money;
use crate::schema::{product_slugs, product_variants, products, shops};
use crate::shops::{Shop, ShopState};

#[derive(Debug, Clone, Queryable, Selectable)]
pub struct Product {
    pub id: ProductId,
    pub shop_id: ShopId,
    pub category: String,
    pub title: String,
    pub slug: String,
    pub description: String,
    /// The lowest of its variants'.
    pub price: Money,
    /// All of its variants' together.
    pub quantity: i32,
    option1: String,
    option2: String,
    option3: String,
    pub state: ProductState,
    pub published_at: NaiveDateTime,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = product_variants)]
pub struct Variant {
    pub id: VariantId,
    pub image_id: Option<ImageId>,
    value1: String,
    value2: String,
    value3: String,
    pub price: Money,
    pub quantity: i32,
}

impl Product {
    /// The product at this address, with its shop, if everyone may see it; one of the visitor's own shop in any state.
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

    /// Where the product is now that had this address before, its shop's name in it new or old.
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

    /// The address of the product with this number, as the original's links name it.
    pub fn url_of(conn: &mut Conn, id: ProductId) -> Result<String> {
        let (shop, slug) = Self::place_of(conn, id)?;
        Ok(format!("/shops/{shop}/{slug}"))
    }

    /// The words of its shop's and its own address, if everyone may see it.
    pub fn place_of(conn: &mut Conn, id: ProductId) -> Result<(String, String)> {
        Ok(visible()
            .filter(products::id.eq(id))
            .select((shops::slug, products::slug))
            .first(conn)?)
    }

    /// The addresses of those of these products that everyone may see.
    pub fn urls(conn: &mut Conn, ids: &[ProductId]) -> Result<Vec<(ProductId, String)>> {
        let shown: Vec<(ProductId, String, String)> = visible()
            .filter(one_of(products::id, ids.iter().map(|id| id.0)))
            .select((products::id, shops::slug, products::slug))
            .load(conn)?;
        let url = |(id, shop, slug)| (id, format!("/shops/{shop}/{slug}"));
        Ok(shown.into_iter().map(url).collect())
    }

    /// As `place_of`, of the product that comes in this variant.
    pub fn place_of_variant(conn: &mut Conn, variant: VariantId) -> Result<(String, String)> {
        let product: ProductId = product_variants::table
            .find(variant)
            .select(product_variants::product_id)
            .first(conn)?;
        Self::place_of(conn, product)
    }

    /// How many of a shop's everyone may see.
    pub fn count_of(conn: &mut Conn, shop: ShopId) -> Result<i64> {
        Ok(products::table
            .filter(products::shop_id.eq(shop))
            .filter(products::state.eq(ProductState::Active))
            .count()
            .get_result(conn)?)
    }

    /// Whether a shop has any, live or not.
    pub fn any_of(conn: &mut Conn, shop: ShopId) -> Result<bool> {
        let theirs = products::table.filter(products::shop_id.eq(shop));
        Ok(diesel::select(exists(theirs)).get_result(conn)?)
    }

    pub fn variants(&self, conn: &mut Conn) -> Result<Vec<Variant>> {
        Ok(product_variants::table
            .filter(product_variants::product_id.eq(self.id))
            .order((product_variants::position, product_variants::id))
            .select(Variant::as_select())
            .load(conn)?)
    }

    /// What its variants differ in: `Size / Color`, or nothing.
    pub fn option_name(&self) -> String {
        joined([&self.option1, &self.option2, &self.option3])
    }
}

impl Variant {
    /// `Large / Blue`, or nothing for a product's only one.
    pub fn label(&self) -> String {
        joined([&self.value1, &self.value2, &self.value3])
    }
}

fn joined(parts: [&str; 3]) -> String {
    let used: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    used.join(" / ")
}

/// What is left, in words.
pub fn stock(quantity: i32) -> String {
    match quantity {
        0 => "Sold out".into(),
        1 => "Last one".into(),
        left => format!("In stock ({left} available)"),
    }
}
