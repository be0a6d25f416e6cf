//! A product as it is saved, with everything that the editor shows of it.

use super::personalization::PersonalizationField;
use super::product::Product;
use crate::catalog::variants::options::{Options, Values};
use crate::catalog::variants::variant::Variant;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{ProductId, ShopId};
use crate::images::Image;

#[derive(Debug, Clone)]
pub struct SavedProduct {
    pub product: Product,
    pub variants: Vec<Variant>,
    pub fields: Vec<PersonalizationField>,
    pub images: Vec<Image>,
}

impl SavedProduct {
    /// A shop's product. Runs four queries.
    ///
    /// # Errors
    /// `NotFound` for a product of another shop.
    pub fn of_shop(conn: &mut Conn, shop: ShopId, id: ProductId) -> Result<Self> {
        Ok(Self {
            product: Product::of_shop(conn, shop, id)?,
            variants: Variant::of_product(conn, id)?,
            fields: PersonalizationField::of_product(conn, id)?,
            images: Image::of_products(conn, &[id])?,
        })
    }

    pub fn options(&self) -> Options {
        let combinations: Vec<Values> = self.variants.iter().map(Variant::values).collect();
        Options::from_columns(&self.product.option_names(), &combinations)
    }
}
