//! Personalisation: what a shop asks its buyer for, so that the product becomes theirs.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{FieldId, ProductId};
use crate::money::Money;
use crate::schema::product_fields;
use crate::string_enum::words;

words! {
    /// What a buyer does in a field: writes a short text, or picks one of several.
    FieldKind { Text = "text", Choice = "choice" }
}

/// The most fields of a product.
pub const MOST_FIELDS: usize = 5;
/// The most letters that a shop may ask for.
pub const LONGEST_TEXT: i32 = 500;
/// The most choices of a field.
pub const MOST_CHOICES: usize = 30;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = product_fields)]
pub struct Field {
    pub id: FieldId,
    pub kind: FieldKind,
    pub label: String,
    pub hint: String,
    choices: String,
    /// Letters that a text may have.
    pub longest: i32,
    pub required: bool,
    /// On top of the variant's.
    pub price: Money,
}

/// A field as its shop wants it.
#[derive(Debug, Clone)]
pub struct FieldDraft {
    /// None: a new one.
    pub id: Option<FieldId>,
    pub kind: FieldKind,
    pub label: String,
    pub hint: String,
    /// Empty for a text.
    pub choices: Vec<String>,
    pub longest: i32,
    pub required: bool,
    pub price: Money,
}

impl Field {
    /// A product's, in their order.
    pub fn of(conn: &mut Conn, product: ProductId) -> Result<Vec<Self>> {
        Ok(product_fields::table
            .filter(product_fields::product_id.eq(product))
            .order((product_fields::position, product_fields::id))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// What a buyer picks from; empty for a text.
    pub fn choices(&self) -> impl Iterator<Item = &str> {
        self.choices.lines().filter(|choice| !choice.is_empty())
    }

    /// Makes a product's fields these, in this order. Those that stay keep their ids.
    ///
    /// # Errors
    /// `NotFound` for the id of another product's.
    pub fn set(conn: &mut Conn, product: ProductId, fields: &[FieldDraft], now: NaiveDateTime) -> Result<()> {
        let there: Vec<FieldId> = product_fields::table
            .filter(product_fields::product_id.eq(product))
            .select(product_fields::id)
            .load(conn)?;
        let stays = |id: &FieldId| fields.iter().any(|field| field.id == Some(*id));
        for id in there.iter().filter(|id| !stays(id)) {
            diesel::delete(product_fields::table.find(*id)).execute(conn)?;
        }
        for (position, field) in (1..).zip(fields) {
            let written = (
                product_fields::position.eq(position),
                product_fields::kind.eq(field.kind),
                product_fields::label.eq(&field.label),
                product_fields::hint.eq(&field.hint),
                product_fields::choices.eq(field.choices.join("\n")),
                product_fields::longest.eq(field.longest),
                product_fields::required.eq(field.required),
                product_fields::price.eq(field.price),
                product_fields::updated_at.eq(now),
            );
            match field.id {
                Some(id) if there.contains(&id) => {
                    diesel::update(product_fields::table.find(id))
                        .set(written)
                        .execute(conn)?;
                }
                Some(_) => return Err(Error::NotFound),
                None => {
                    let fresh = (
                        product_fields::id.eq(FieldId::new()),
                        product_fields::product_id.eq(product),
                        product_fields::created_at.eq(now),
                    );
                    diesel::insert_into(product_fields::table)
                        .values((fresh, written))
                        .execute(conn)?;
                }
            }
        }
        Ok(())
    }
}
