//! The lists of the editor's form: options, variants, personalization fields and pictures. Their keys are nested and have
//! an index, such as `variants[0][price]`.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use crate::catalog::{MAX_COMBINATIONS, PersonalizationField, PersonalizationKind, Values, Variant, label};
use crate::id::ImageId;
use crate::money::{Currency, Money};

/// The limit of a text in a new field, in characters.
const DEFAULT_TEXT_LENGTH: &str = "60";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct OptionForm {
    pub name: String,
    /// One on each line.
    pub values: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct VariantForm {
    #[serde(deserialize_with = "values")]
    pub values: Values,
    pub price: String,
    pub quantity: String,
    /// The stock when the form was filled.
    pub seen: String,
    pub sku: String,
    pub image: String,
}

/// A personalization field.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct FieldForm {
    /// Empty: a new field.
    pub id: String,
    pub kind: String,
    pub label: String,
    pub hint: String,
    /// One on each line.
    pub choices: String,
    pub max_length: String,
    /// `yes` or `no`
    pub required: String,
    pub price: String,
}

#[derive(Debug, Clone)]
pub struct PictureForm {
    pub id: ImageId,
    pub alt: String,
}

impl Default for FieldForm {
    fn default() -> Self {
        Self {
            id: String::new(),
            kind: PersonalizationKind::Text.as_str().to_owned(),
            label: String::new(),
            hint: String::new(),
            choices: String::new(),
            max_length: DEFAULT_TEXT_LENGTH.to_owned(),
            required: "no".to_owned(),
            price: String::new(),
        }
    }
}

impl VariantForm {
    /// `Large / Blue`. Empty for a product without options.
    pub fn label(&self) -> String {
        label(&self.values)
    }
}

impl VariantForm {
    pub fn from_saved(variant: &Variant, price: String) -> Self {
        Self {
            values: variant.values(),
            price,
            quantity: variant.quantity.to_string(),
            seen: variant.quantity.to_string(),
            sku: variant.sku.clone(),
            image: text(variant.image_id),
        }
    }
}

impl FieldForm {
    pub fn from_saved(field: &PersonalizationField, currency: Currency) -> Self {
        Self {
            id: field.id.to_string(),
            kind: field.kind.as_str().to_owned(),
            label: field.label.clone(),
            hint: field.hint.clone(),
            choices: field.choices().collect::<Vec<_>>().join("\n"),
            max_length: field.max_length.to_string(),
            required: if field.required { "yes" } else { "no" }.to_owned(),
            price: match field.price {
                Money(0) => String::new(),
                price => currency.plain(price),
            },
        }
    }
}

/// Empty for none.
pub fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// Reads at most `MAX` entries in the order of their indices. Indices may be missing.
pub fn list<'de, const MAX: usize, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let entries = BTreeMap::<u32, T>::deserialize(deserializer)?;
    Ok(entries.into_values().take(MAX).collect())
}

/// Reads a value for each option. Missing values are empty.
pub fn values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Values, D::Error> {
    let mut entries = BTreeMap::<usize, String>::deserialize(deserializer)?;
    let mut value = |index: usize| entries.remove(&index).unwrap_or_default();
    Ok([value(0), value(1), value(2)])
}

/// Reads the variants. A product has at least one.
pub fn variants<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<VariantForm>, D::Error> {
    let variants = list::<MAX_COMBINATIONS, D, VariantForm>(deserializer)?;
    Ok(if variants.is_empty() { one_variant() } else { variants })
}

pub fn one_variant() -> Vec<VariantForm> {
    vec![VariantForm::default()]
}

/// Reads the pictures, each of them once. Ids that are not numbers are left out.
pub fn pictures<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PictureForm>, D::Error> {
    #[derive(Deserialize)]
    #[serde(default)]
    #[derive(Default)]
    struct Entry {
        id: String,
        alt: String,
    }
    let mut pictures: Vec<PictureForm> = Vec::new();
    for Entry { id, alt } in BTreeMap::<u32, Entry>::deserialize(deserializer)?.into_values() {
        if let Ok(id) = id.parse().map(ImageId)
            && pictures.iter().all(|picture| picture.id != id)
        {
            pictures.push(PictureForm { id, alt });
        }
    }
    Ok(pictures)
}
