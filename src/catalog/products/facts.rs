//! What a product's page says beside its title and text.

use diesel::prelude::*;

use super::product::ProductContent;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{ProductId, SectionId};
use crate::schema::{products, sections};

#[derive(Debug, Clone, Queryable)]
pub struct Facts {
    pub content: ProductContent,
    pub section: Option<(SectionId, String)>,
}

impl Facts {
    pub fn of_product(conn: &mut Conn, product: ProductId) -> Result<Self> {
        Ok(products::table
            .left_join(sections::table)
            .filter(products::id.eq(product))
            .select((ProductContent::as_select(), (sections::id, sections::name).nullable()))
            .first(conn)?)
    }
}
