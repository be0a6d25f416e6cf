//! Imports products, each with one variant, and their images.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::Import;
use super::model::Model;
use super::report::RowResult;
use super::row::{NotOurPicture, Row};
use crate::catalog::{ProductState, Reason, StockMovement};
use crate::error::Result;
use crate::id::{ImageId, ProductId, ShopId, UserId, VariantId};
use crate::ops::rows::{NewImage, NewProduct, NewVariant};
use crate::schema::{categories, product_images, product_slugs, product_variants, products};
use crate::text;

impl Import<'_> {
    pub(super) fn product(&mut self, row: &Row) -> Result<RowResult> {
        let owner = UserId(self.reference(row, "owner", Model::User)?);
        let shop = ShopId(self.reference(row, "shop", Model::Shop)?);
        let title = row.required_text("title")?;
        let slug = self.product_slug(shop, title)?;
        let created_at = row.time("created_at")?;
        let product = NewProduct {
            id: ProductId(row.pk),
            owner_id: Some(owner),
            shop_id: shop,
            category: self.category(row)?,
            title,
            slug: &slug,
            description: row.optional_text("description")?,
            price: row.price("price", self.currency)?,
            quantity: row.quantity()?,
            option1: "",
            option2: "",
            option3: "",
            state: ProductState::Active,
            published_at: created_at,
            created_at,
            updated_at: row.optional_time("updated_at")?.unwrap_or(created_at),
        };
        let variant = NewVariant {
            id: VariantId::new(),
            product_id: product.id,
            image_id: None,
            position: 1,
            value1: "",
            value2: "",
            value3: "",
            sku: "",
            price: product.price,
            quantity: product.quantity,
            created_at,
            updated_at: product.updated_at,
        };
        row.stored(diesel::insert_into(products::table).values(&product).execute(self.conn))?;
        row.stored(
            diesel::insert_into(product_variants::table)
                .values(&variant)
                .execute(self.conn),
        )?;
        StockMovement::open(
            self.conn,
            variant.id,
            variant.quantity,
            Reason::Import,
            None,
            created_at,
        )?;
        Ok(RowResult::Imported)
    }

    pub(super) fn image(&mut self, row: &Row) -> Result<RowResult> {
        if !self.is_part_of_imported(row, "product", Model::Product)? {
            return Ok(RowResult::Skipped("the product already existed and was not changed"));
        }
        let url = match row.picture("url")? {
            Ok(Some(url)) => url,
            Ok(None) => return Ok(RowResult::Skipped("the picture has no address")),
            Err(NotOurPicture) => return Ok(RowResult::Skipped(NotOurPicture::REASON)),
        };
        let product = ProductId(row.reference("product")?);
        let last: Option<i32> = product_images::table
            .filter(product_images::product_id.eq(product))
            .select(diesel::dsl::max(product_images::position))
            .first(self.conn)?;
        let created_at = row.time("created_at")?;
        let image = NewImage {
            id: ImageId(row.pk),
            product_id: product,
            public_id: row.optional_text("public_id")?,
            url: &url,
            position: last.unwrap_or(0) + 1,
            alt: "",
            width: None,
            height: None,
            tint: "",
            created_at,
            updated_at: row.optional_time("updated_at")?.unwrap_or(created_at),
        };
        row.stored(
            diesel::insert_into(product_images::table)
                .values(&image)
                .execute(self.conn),
        )?;
        Ok(RowResult::Imported)
    }

    fn category<'r>(&mut self, row: &'r Row) -> Result<&'r str> {
        let code = row.text("category")?;
        if diesel::select(exists(categories::table.find(code))).get_result(self.conn)? {
            return Ok(code);
        }
        Err(row.refuse(format!("there is no category {code:?}")))
    }

    fn product_slug(&mut self, shop: ShopId, title: &str) -> Result<String> {
        let wanted = text::slug(title, "product");
        let pattern = format!("{wanted}%");
        let mut taken: Vec<String> = products::table
            .filter(products::shop_id.eq(shop).and(products::slug.like(&pattern)))
            .select(products::slug)
            .load(self.conn)?;
        let earlier: Vec<String> = product_slugs::table
            .filter(product_slugs::shop_id.eq(shop).and(product_slugs::slug.like(&pattern)))
            .select(product_slugs::slug)
            .load(self.conn)?;
        taken.extend(earlier);
        Ok(text::free_slug(&wanted, |slug| taken.iter().any(|other| other == slug)))
    }
}
