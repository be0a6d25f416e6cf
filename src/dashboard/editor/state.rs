//! What the editor shows: everything as it is typed, whether it came from the database or from a form.

use crate::catalog::{
    Delivery, MAX_COMBINATIONS, MAX_FIELDS, PersonalizationField, PersonalizationKind, ProductState, Readiness, Stored,
    Values,
};
use crate::id::ImageId;
use crate::images::MAX_PICTURES;
use crate::money::Currency;

use super::form::EditorForm;

/// Letters that a text of a new field may have.
const DEFAULT_TEXT_LENGTH: &str = "60";

/// More rows than this are not read.
pub const MAX_ROWS: usize = MAX_COMBINATIONS;

#[derive(Debug, Clone, Default)]
pub struct EditorState {
    pub updated_at: String,
    pub title: String,
    pub slug: String,
    pub description: String,
    pub category: String,
    pub section: String,
    pub new_section: String,
    pub tags: String,
    pub compare_at_price: String,
    pub weight: String,
    pub delivery: String,
    /// `ready` or `made`
    pub readiness: String,
    pub ready_from: String,
    pub ready_within: String,
    pub state: String,
    pub options: Vec<TypedOption>,
    /// The names of the options that the rows are combinations of.
    pub of: Values,
    pub rows: Vec<Row>,
    pub fields: Vec<TypedField>,
    pub pictures: Vec<TypedPicture>,
}

#[derive(Debug, Clone, Default)]
pub struct TypedOption {
    pub name: String,
    /// One a line.
    pub values: String,
}

/// A combination; the only one of a product of one kind has no values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    pub values: Values,
    pub price: String,
    pub quantity: String,
    /// How many there were when the page was made.
    pub seen: String,
    pub sku: String,
    pub image: String,
}

#[derive(Debug, Clone)]
pub struct TypedField {
    pub id: String,
    pub kind: String,
    pub label: String,
    pub hint: String,
    /// One a line.
    pub choices: String,
    pub max_length: String,
    pub required: bool,
    pub price: String,
}

#[derive(Debug, Clone)]
pub struct TypedPicture {
    pub id: ImageId,
    pub alt: String,
}

impl Default for TypedField {
    fn default() -> Self {
        Self {
            id: String::new(),
            kind: PersonalizationKind::Text.as_str().to_owned(),
            label: String::new(),
            hint: String::new(),
            choices: String::new(),
            max_length: DEFAULT_TEXT_LENGTH.to_owned(),
            required: false,
            price: String::new(),
        }
    }
}

impl TypedField {
    pub fn required_word(&self) -> &'static str {
        if self.required { "yes" } else { "no" }
    }
}

impl Row {
    /// `Large / Blue`
    pub fn label(&self) -> String {
        let values: Vec<&str> = self
            .values
            .iter()
            .map(String::as_str)
            .filter(|value| !value.is_empty())
            .collect();
        values.join(" / ")
    }
}

impl EditorState {
    /// An empty one.
    pub fn blank() -> Self {
        Self {
            delivery: Delivery::Parcel.as_str().to_owned(),
            readiness: "ready".to_owned(),
            state: ProductState::Draft.as_str().to_owned(),
            rows: vec![Row {
                quantity: "1".to_owned(),
                seen: "0".to_owned(),
                ..Row::default()
            }],
            ..Self::default()
        }
    }

    /// A product as it is.
    pub fn from_stored(stored: &Stored, currency: Currency) -> Self {
        let product = &stored.product;
        let readiness = Readiness::from_days(product.ready_from, product.ready_within);
        let number = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
        // A draft whose price nobody gave has none to show.
        let price = |price: crate::money::Money| {
            let unset = price.0 == 0 && product.state == ProductState::Draft;
            if unset { String::new() } else { currency.plain(price) }
        };
        let field = |field: &PersonalizationField| TypedField {
            id: field.id.to_string(),
            kind: field.kind.as_str().to_owned(),
            label: field.label.clone(),
            hint: field.hint.clone(),
            choices: field.choices().collect::<Vec<_>>().join("\n"),
            max_length: field.max_length.to_string(),
            required: field.required,
            price: if field.price.0 == 0 {
                String::new()
            } else {
                currency.plain(field.price)
            },
        };
        Self {
            updated_at: product.updated_at.and_utc().timestamp_micros().to_string(),
            title: product.title.clone(),
            slug: product.slug.clone(),
            description: product.description.clone(),
            category: product.category.clone(),
            section: product.section_id.map(|id| id.to_string()).unwrap_or_default(),
            new_section: String::new(),
            tags: product.tags.clone(),
            compare_at_price: product
                .compare_at_price
                .map(|price| currency.plain(price))
                .unwrap_or_default(),
            weight: number(product.weight),
            delivery: product.delivery.as_str().to_owned(),
            readiness: if readiness == Readiness::Ready { "ready" } else { "made" }.to_owned(),
            ready_from: number(product.ready_from),
            ready_within: number(product.ready_within),
            state: product.state.as_str().to_owned(),
            options: (stored.options().all().iter())
                .map(|option| TypedOption {
                    name: option.name.clone(),
                    values: option.values.join("\n"),
                })
                .collect(),
            of: product.option_names(),
            rows: (stored.variants.iter())
                .map(|variant| Row {
                    values: variant.values(),
                    price: price(variant.price),
                    quantity: variant.quantity.to_string(),
                    seen: variant.quantity.to_string(),
                    sku: variant.sku.clone(),
                    image: variant.image_id.map(|id| id.to_string()).unwrap_or_default(),
                })
                .collect(),
            fields: stored.fields.iter().map(field).collect(),
            pictures: (stored.images.iter())
                .map(|image| TypedPicture {
                    id: image.id,
                    alt: image.alt.clone(),
                })
                .collect(),
        }
    }

    /// What was sent. What is more than a product can have is left out.
    pub fn sent(form: EditorForm) -> Self {
        let at = |list: &[String], place: usize| list.get(place).cloned().unwrap_or_default();
        let option = |name: &Option<String>, values: &str| {
            name.clone().map(|name| TypedOption {
                name,
                values: values.to_owned(),
            })
        };
        let options = [
            option(&form.option1, &form.values1),
            option(&form.option2, &form.values2),
            option(&form.option3, &form.values3),
        ];
        let row = |place: usize| Row {
            values: [
                at(&form.value1, place),
                at(&form.value2, place),
                at(&form.value3, place),
            ],
            price: at(&form.price, place),
            quantity: at(&form.quantity, place),
            seen: at(&form.seen, place),
            sku: at(&form.sku, place),
            image: at(&form.image_id, place),
        };
        let field = |place: usize| TypedField {
            id: at(&form.field_id, place),
            kind: at(&form.field_kind, place),
            label: at(&form.field_label, place),
            hint: at(&form.field_hint, place),
            choices: at(&form.field_choices, place),
            max_length: at(&form.field_longest, place),
            required: at(&form.field_required, place) == "yes",
            price: at(&form.field_price, place),
        };
        let mut pictures: Vec<TypedPicture> = Vec::new();
        for (place, id) in form.picture.iter().enumerate() {
            if let Ok(id) = id.parse().map(ImageId)
                && pictures.iter().all(|picture| picture.id != id)
            {
                let alt = at(&form.alt, place);
                pictures.push(TypedPicture { id, alt });
            }
        }
        Self {
            options: options.into_iter().flatten().collect(),
            of: [form.of1.clone(), form.of2.clone(), form.of3.clone()],
            rows: (0..form.price.len().clamp(1, MAX_ROWS)).map(row).collect(),
            fields: (0..form.field_label.len().min(MAX_FIELDS)).map(field).collect(),
            pictures,
            updated_at: form.updated_at,
            title: form.title,
            slug: form.slug,
            description: form.description,
            category: form.category,
            section: form.section,
            new_section: form.new_section,
            tags: form.tags,
            compare_at_price: form.compare_at_price,
            weight: form.weight,
            delivery: form.delivery,
            readiness: form.readiness,
            ready_from: form.ready_from,
            ready_within: form.ready_within,
            state: form.state,
        }
    }

    /// For how many more pictures there is room.
    pub fn room(&self) -> usize {
        MAX_PICTURES.saturating_sub(self.pictures.len())
    }

    /// Pictures that came along, after those that are there; more than a product can have are left out.
    pub fn add_pictures(&mut self, fresh: impl IntoIterator<Item = ImageId>) {
        let fresh = fresh.into_iter().map(|id| TypedPicture { id, alt: String::new() });
        self.pictures.extend(fresh);
        self.pictures.truncate(MAX_PICTURES);
    }
}
