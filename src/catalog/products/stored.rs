//! A product as its shop finds it: every column, its variants, fields and pictures.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::delivery::Delivery;
use super::personalization::PersonalizationField;
use super::visibility::ProductState;
use crate::catalog::variants::options::{Options, Values};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{ImageId, ProductId, SectionId, ShopId, VariantId};
use crate::images::Image;
use crate::money::Money;
use crate::schema::{product_variants, products};

/// The product's own row.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = products)]
pub struct StoredProduct {
    pub id: ProductId,
    pub category: String,
    pub title: String,
    pub slug: String,
    pub description: String,
    option1: String,
    option2: String,
    option3: String,
    pub state: ProductState,
    pub published_at: NaiveDateTime,
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
    pub section_id: Option<SectionId>,
    pub tags: String,
    pub compare_at_price: Option<Money>,
    pub weight: Option<i32>,
    pub delivery: Delivery,
    pub ready_from: Option<i32>,
    pub ready_within: Option<i32>,
    archived_from: Option<String>,
}

/// One of its variants' rows.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = product_variants)]
pub struct StoredVariant {
    pub id: VariantId,
    pub image_id: Option<ImageId>,
    pub position: i32,
    value1: String,
    value2: String,
    value3: String,
    pub sku: String,
    pub price: Money,
    pub quantity: i32,
}

/// All of it.
#[derive(Debug, Clone)]
pub struct Stored {
    pub product: StoredProduct,
    pub variants: Vec<StoredVariant>,
    pub fields: Vec<PersonalizationField>,
    pub images: Vec<Image>,
}

impl StoredProduct {
    /// The shop's product with this id.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, id: ProductId) -> Result<Self> {
        Ok(products::table
            .filter(products::shop_id.eq(shop))
            .filter(products::id.eq(id))
            .select(Self::as_select())
            .first(conn)?)
    }

    /// What its variants differ in.
    pub fn option_names(&self) -> Values {
        [self.option1.clone(), self.option2.clone(), self.option3.clone()]
    }

    /// Whether it was live at some time.
    pub fn was_live(&self) -> bool {
        self.state == ProductState::Active || self.published_at != self.created_at
    }

    /// What it was before it was archived.
    pub fn archived_from(&self) -> Option<ProductState> {
        self.archived_from.as_deref().and_then(ProductState::parse)
    }
}

impl StoredVariant {
    pub fn of_product(conn: &mut Conn, product: ProductId) -> Result<Vec<Self>> {
        Ok(product_variants::table
            .filter(product_variants::product_id.eq(product))
            .order((product_variants::position, product_variants::id))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// `Large / Blue`, or nothing for a product's only one.
    pub fn label(&self) -> String {
        let used: Vec<String> = self.values().into_iter().filter(|value| !value.is_empty()).collect();
        used.join(" / ")
    }

    pub fn values(&self) -> Values {
        [self.value1.clone(), self.value2.clone(), self.value3.clone()]
    }
}

impl Stored {
    /// The shop's product with this id: four queries.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, id: ProductId) -> Result<Self> {
        Ok(Self {
            product: StoredProduct::of_shop(conn, shop, id)?,
            variants: StoredVariant::of_product(conn, id)?,
            fields: PersonalizationField::of_product(conn, id)?,
            images: Image::of_products(conn, &[id])?,
        })
    }

    pub fn options(&self) -> Options {
        let combinations: Vec<Values> = self.variants.iter().map(StoredVariant::values).collect();
        Options::stored(&self.product.option_names(), &combinations)
    }
}
