//! A variant of a product: what a buyer puts into the cart.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::options::Values;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{ImageId, ProductId, VariantId};
use crate::money::Money;
use crate::schema::product_variants;

/// A row of `product_variants`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = product_variants, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Variant {
    pub id: VariantId,
    #[diesel(skip_update)]
    pub product_id: ProductId,
    /// The picture that shows it, if it is not the cover.
    pub image_id: Option<ImageId>,
    pub position: i32,
    pub value1: String,
    pub value2: String,
    pub value3: String,
    pub sku: String,
    pub price: Money,
    /// Stock. Stock movements change it.
    #[diesel(skip_update)]
    pub quantity: i32,
    #[diesel(skip_update)]
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

impl Variant {
    /// The variants of a product in their order.
    pub fn of_product(conn: &mut Conn, product: ProductId) -> Result<Vec<Self>> {
        Ok(product_variants::table
            .filter(product_variants::product_id.eq(product))
            .order((product_variants::position, product_variants::id))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// `Large / Blue`. Empty for a product without options.
    pub fn label(&self) -> String {
        label(&self.values())
    }

    pub fn values(&self) -> Values {
        [self.value1.clone(), self.value2.clone(), self.value3.clone()]
    }
}

/// `Large / Blue`, without the values that are empty.
pub fn label(values: &Values) -> String {
    let used: Vec<&str> = values
        .iter()
        .map(String::as_str)
        .filter(|value| !value.is_empty())
        .collect();
    used.join(" / ")
}
