//! Personalization: what a shop asks its buyer for, so that the product becomes theirs.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{PersonalizationFieldId, ProductId};
use crate::money::Money;
use crate::schema::personalization_fields;
use crate::string_enum::string_enum;

string_enum! {
    /// What a buyer does in a field: writes a short text, or picks one of several.
    PersonalizationKind { Text = "text", Choice = "choice" }
}

/// The most fields of a product.
pub const MAX_FIELDS: usize = 5;
/// The most letters that a shop may ask for.
pub const MAX_TEXT_LENGTH: i32 = 500;
/// The most choices of a field.
pub const MAX_CHOICES: usize = 30;

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = personalization_fields)]
pub struct PersonalizationField {
    pub id: PersonalizationFieldId,
    pub kind: PersonalizationKind,
    pub label: String,
    pub hint: String,
    choices: String,
    /// Letters that a text may have.
    pub max_length: i32,
    pub required: bool,
    /// On top of the variant's.
    pub price: Money,
}

/// A field as its shop wants it.
#[derive(Debug, Clone)]
pub struct PersonalizationFieldDraft {
    /// None: a new one.
    pub id: Option<PersonalizationFieldId>,
    pub kind: PersonalizationKind,
    pub label: String,
    pub hint: String,
    /// Empty for a text.
    pub choices: Vec<String>,
    pub max_length: i32,
    pub required: bool,
    pub price: Money,
}

impl PersonalizationField {
    /// A product's, in their order.
    pub fn of_product(conn: &mut Conn, product: ProductId) -> Result<Vec<Self>> {
        Ok(personalization_fields::table
            .filter(personalization_fields::product_id.eq(product))
            .order((personalization_fields::position, personalization_fields::id))
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
    pub fn set(
        conn: &mut Conn,
        product: ProductId,
        fields: &[PersonalizationFieldDraft],
        now: NaiveDateTime,
    ) -> Result<()> {
        let there: Vec<PersonalizationFieldId> = personalization_fields::table
            .filter(personalization_fields::product_id.eq(product))
            .select(personalization_fields::id)
            .load(conn)?;
        let stays = |id: &PersonalizationFieldId| fields.iter().any(|field| field.id == Some(*id));
        for id in there.iter().filter(|id| !stays(id)) {
            diesel::delete(personalization_fields::table.find(*id)).execute(conn)?;
        }
        for (position, field) in (1..).zip(fields) {
            let written = (
                personalization_fields::position.eq(position),
                personalization_fields::kind.eq(field.kind),
                personalization_fields::label.eq(&field.label),
                personalization_fields::hint.eq(&field.hint),
                personalization_fields::choices.eq(field.choices.join("\n")),
                personalization_fields::max_length.eq(field.max_length),
                personalization_fields::required.eq(field.required),
                personalization_fields::price.eq(field.price),
                personalization_fields::updated_at.eq(now),
            );
            match field.id {
                Some(id) if there.contains(&id) => {
                    diesel::update(personalization_fields::table.find(id))
                        .set(written)
                        .execute(conn)?;
                }
                Some(_) => return Err(Error::NotFound),
                None => {
                    let fresh = (
                        personalization_fields::id.eq(PersonalizationFieldId::new()),
                        personalization_fields::product_id.eq(product),
                        personalization_fields::created_at.eq(now),
                    );
                    diesel::insert_into(personalization_fields::table)
                        .values((fresh, written))
                        .execute(conn)?;
                }
            }
        }
        Ok(())
    }
}
