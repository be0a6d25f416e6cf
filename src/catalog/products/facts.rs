//! What a product's page says of it beside its title and text: the price before, how soon and how it comes, where it
//! stands in its shop, its tags.

use diesel::prelude::*;

use super::delivery::{Delivery, Readiness};
use super::tags::Tags;
use crate::db::Conn;
use crate::error::Result;
use crate::id::{ProductId, SectionId};
use crate::money::Money;
use crate::schema::{products, sections};

#[derive(Debug, Clone)]
pub struct Facts {
    /// What it cost before.
    pub compare_at_price: Option<Money>,
    pub readiness: Readiness,
    pub delivery: Delivery,
    pub section: Option<(SectionId, String)>,
    pub tags: Tags,
}

#[derive(Queryable)]
struct Row {
    compare_at_price: Option<Money>,
    ready_from: Option<i32>,
    ready_within: Option<i32>,
    delivery: Delivery,
    tags: String,
    section: Option<(SectionId, String)>,
}

impl Facts {
    pub fn of_product(conn: &mut Conn, product: ProductId) -> Result<Self> {
        let row: Row = products::table
            .left_join(sections::table)
            .filter(products::id.eq(product))
            .select((
                products::compare_at_price,
                products::ready_from,
                products::ready_within,
                products::delivery,
                products::tags,
                (sections::id, sections::name).nullable(),
            ))
            .first(conn)?;
        Ok(Self {
            compare_at_price: row.compare_at_price,
            readiness: Readiness::from_days(row.ready_from, row.ready_within),
            delivery: row.delivery,
            section: row.section,
            tags: Tags::stored(&row.tags),
        })
    }
}
