//! Imports products, each with one variant, and their images.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::Import;
use super::model::Model;
use super::report::RowResult;
use super::row::{NotOurPicture, Row};
use crate::catalog::{
    Product, ProductContent, ProductState, Reason, StockMovement, Variant, VariantDraft, free_product_slug,
};
use crate::error::Result;
use crate::id::{ImageId, ProductId, ShopId, UserId};
use crate::images::Image;
use crate::schema::{categories, product_images, product_variants, products};
use crate::text::slug;

impl Import<'_> {
    pub(super) fn import_product(&mut self, row: &Row) -> Result<RowResult> {
        let owner = UserId(self.reference(row, "owner", Model::User)?);
        let shop = ShopId(self.reference(row, "shop", Model::Shop)?);
        let title = row.required_text("title")?;
        let id = ProductId(row.pk);
        let slug = free_product_slug(self.conn, shop, id, &slug(title, "product"))?;
        let created_at = row.time("created_at")?;
        let product = Product {
            id,
            owner_id: Some(owner),
            shop_id: shop,
            slug,
            price: row.price("price", self.currency)?,
            quantity: row.quantity()?,
            option1: String::new(),
            option2: String::new(),
            option3: String::new(),
            state: ProductState::Active,
            published_at: created_at,
            created_at,
            updated_at: row.optional_time("updated_at")?.unwrap_or(created_at),
            section_id: None,
            archived_from: None,
            content: ProductContent {
                title: title.to_owned(),
                description: row.optional_text("description")?.to_owned(),
                category: self.category(row)?.to_owned(),
                ..ProductContent::default()
            },
        };
        let variant = VariantDraft {
            price: product.price,
            quantity: product.quantity,
            ..VariantDraft::default()
        };
        let variant = Variant {
            updated_at: product.updated_at,
            ..variant.to_row(product.id, 1, created_at)
        };
        row.map_error(diesel::insert_into(products::table).values(&product).execute(self.conn))?;
        row.map_error(
            diesel::insert_into(product_variants::table)
                .values(&variant)
                .execute(self.conn),
        )?;
        StockMovement::open(self.conn, &variant, Reason::Import, None)?;
        Ok(RowResult::Imported)
    }

    pub(super) fn import_image(&mut self, row: &Row) -> Result<RowResult> {
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
        let image = Image {
            id: ImageId(row.pk),
            product_id: product,
            public_id: row.optional_text("public_id")?.to_owned(),
            url,
            position: last.unwrap_or(0) + 1,
            alt: String::new(),
            width: None,
            height: None,
            tint: String::new(),
            created_at,
            updated_at: row.optional_time("updated_at")?.unwrap_or(created_at),
        };
        row.map_error(
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
}
