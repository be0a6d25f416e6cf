//! A variant as it can be bought right now, or why it cannot.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::line::LineProblem;
use super::personalization::Personalization;
use crate::catalog::{PersonalizationField, Product, Variant};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{UserId, VariantId};
use crate::money::Money;
use crate::schema::{product_variants, products, shops};
use crate::shops::Shop;

pub struct Offer {
    pub title: String,
    pub variant: Variant,
    pub fields: Vec<PersonalizationField>,
    /// Why nobody, or not this buyer, can buy it.
    pub problem: Option<LineProblem>,
}

impl Offer {
    pub fn of_variant(conn: &mut Conn, variant: VariantId, buyer: Option<UserId>, now: NaiveDateTime) -> Result<Self> {
        let (variant, product, shop): (Variant, Product, Shop) = product_variants::table
            .inner_join(products::table.inner_join(shops::table))
            .filter(product_variants::id.eq(variant))
            .select((Variant::as_select(), Product::as_select(), Shop::as_select()))
            .first(conn)?;
        let problem = LineProblem::from_shop(product.state, &shop, buyer, now)
            .or_else(|| (variant.quantity <= 0).then_some(LineProblem::SoldOut));
        Ok(Self {
            title: product.content.title,
            fields: PersonalizationField::of_product(conn, product.id)?,
            variant,
            problem,
        })
    }

    /// The price of one item with these answers. None if it is out of range.
    pub fn price(&self, personalization: &Personalization) -> Option<Money> {
        let answers = personalization.answers(&self.fields);
        answers
            .iter()
            .try_fold(self.variant.price, |sum, answer| sum.plus(answer.price))
    }
}
