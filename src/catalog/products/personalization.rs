//! Personalization: what a shop asks the buyer of a product for.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{PersonalizationFieldId, ProductId};
use crate::money::Money;
use crate::schema::personalization_fields;
use crate::string_enum::string_enum;

string_enum! {
    /// What a buyer does in a field: write a short text, or pick a choice.
    PersonalizationKind { Text = "text", Choice = "choice" }
}

/// Fields of a product.
pub const MAX_FIELDS: usize = 5;
/// The highest limit that a shop may set for a text, in characters.
pub const MAX_TEXT_LENGTH: i32 = 500;
/// The longest question, in characters.
pub const MAX_LABEL_LENGTH: usize = 60;
/// The longest hint, in characters.
pub const MAX_HINT_LENGTH: usize = 120;
/// The longest choice, in characters.
pub const MAX_CHOICE_LENGTH: usize = 60;
/// Choices of a field.
pub const MAX_CHOICES: usize = 30;

/// A row of `personalization_fields`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = personalization_fields)]
pub struct PersonalizationField {
    pub id: PersonalizationFieldId,
    #[diesel(skip_update)]
    pub product_id: ProductId,
    pub position: i32,
    pub kind: PersonalizationKind,
    pub label: String,
    pub hint: String,
    /// One on each line.
    pub(super) choices: String,
    /// The limit of a text, in characters.
    pub max_length: i32,
    pub required: bool,
    /// Added to the price of the variant.
    pub price: Money,
    #[diesel(skip_update)]
    pub created_at: NaiveDateTime,
    pub updated_at: NaiveDateTime,
}

/// A field as its seller wants it.
#[derive(Debug, Clone)]
pub struct PersonalizationFieldDraft {
    /// None: a new field.
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
    /// The fields of a product in their order.
    pub fn of_product(conn: &mut Conn, product: ProductId) -> Result<Vec<Self>> {
        Ok(personalization_fields::table
            .filter(personalization_fields::product_id.eq(product))
            .order((personalization_fields::position, personalization_fields::id))
            .select(Self::as_select())
            .load(conn)?)
    }

    /// The choices of a buyer. Empty for a text.
    pub fn choices(&self) -> impl Iterator<Item = &str> {
        self.choices.lines().filter(|choice| !choice.is_empty())
    }

    /// Replaces the fields of a product, in this order. Fields that stay keep their ids.
    ///
    /// # Errors
    /// `NotFound` for a field of another product.
    pub fn set(
        conn: &mut Conn,
        product: ProductId,
        drafts: &[PersonalizationFieldDraft],
        now: NaiveDateTime,
    ) -> Result<()> {
        let known: Vec<PersonalizationFieldId> = personalization_fields::table
            .filter(personalization_fields::product_id.eq(product))
            .select(personalization_fields::id)
            .load(conn)?;
        let stays = |id: &PersonalizationFieldId| drafts.iter().any(|draft| draft.id == Some(*id));
        for id in known.iter().filter(|id| !stays(id)) {
            diesel::delete(personalization_fields::table.find(*id)).execute(conn)?;
        }
        for (position, draft) in (1..).zip(drafts) {
            let field = draft.to_row(product, position, now);
            match draft.id {
                Some(id) if known.contains(&id) => {
                    diesel::update(personalization_fields::table.find(id))
                        .set(&field)
                        .execute(conn)?;
                }
                Some(_) => return Err(Error::NotFound),
                None => {
                    diesel::insert_into(personalization_fields::table)
                        .values(&field)
                        .execute(conn)?;
                }
            }
        }
        Ok(())
    }
}

impl PersonalizationFieldDraft {
    fn to_row(&self, product: ProductId, position: i32, now: NaiveDateTime) -> PersonalizationField {
        PersonalizationField {
            id: self.id.unwrap_or_else(PersonalizationFieldId::new),
            product_id: product,
            position,
            kind: self.kind,
            label: self.label.clone(),
            hint: self.hint.clone(),
            choices: self.choices.join("\n"),
            max_length: self.max_length,
            required: self.required,
            price: self.price,
            created_at: now,
            updated_at: now,
        }
    }
}
