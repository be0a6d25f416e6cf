//! The state of the editor: what its form shows and what it sends, as text.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::form::{list, values};
use crate::catalog::{
    Delivery, MAX_COMBINATIONS, MAX_FIELDS, MAX_OPTIONS, PersonalizationKind, ProductState, Values, label,
};
use crate::id::ImageId;
use crate::images::MAX_PICTURES;

/// The limit of a text in a new field, in characters.
const DEFAULT_TEXT_LENGTH: &str = "60";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct EditorState {
    /// The button that was pressed.
    #[serde(rename = "do")]
    pub action: String,
    /// The version of the product that the form was filled with, in microseconds since 1970.
    pub updated_at: String,
    /// The token of the removed variants that the seller agreed to.
    pub agreed: String,
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
    #[serde(deserialize_with = "list::<MAX_OPTIONS, _, _>")]
    pub options: Vec<OptionForm>,
    /// The names of the options that `variants` are combinations of. They differ from `options` while those are edited.
    #[serde(deserialize_with = "values")]
    pub variant_options: Values,
    #[serde(default = "one_variant", deserialize_with = "variants")]
    pub variants: Vec<VariantForm>,
    #[serde(deserialize_with = "list::<MAX_FIELDS, _, _>")]
    pub fields: Vec<FieldForm>,
    #[serde(deserialize_with = "pictures")]
    pub pictures: Vec<PictureForm>,
}

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

impl EditorState {
    /// The form of a new product.
    pub fn blank() -> Self {
        Self {
            delivery: Delivery::Parcel.as_str().to_owned(),
            readiness: "ready".to_owned(),
            state: ProductState::Draft.as_str().to_owned(),
            variants: vec![VariantForm {
                quantity: "1".to_owned(),
                seen: "0".to_owned(),
                ..VariantForm::default()
            }],
            ..Self::default()
        }
    }

    /// Whether the product has options, so that there is a table of variants.
    pub fn has_options(&self) -> bool {
        self.variant_options.iter().any(|name| !name.is_empty())
    }

    /// How many pictures may still be added.
    pub fn room_for_pictures(&self) -> usize {
        MAX_PICTURES.saturating_sub(self.pictures.len())
    }

    /// Adds pictures at the end, up to the limit.
    pub fn add_pictures(&mut self, ids: impl IntoIterator<Item = ImageId>) {
        let added = ids.into_iter().map(|id| PictureForm { id, alt: String::new() });
        self.pictures.extend(added);
        self.pictures.truncate(MAX_PICTURES);
    }
}

/// Reads the variants. A product has one at least.
fn variants<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<VariantForm>, D::Error> {
    let variants = list::<MAX_COMBINATIONS, D, VariantForm>(deserializer)?;
    Ok(if variants.is_empty() { one_variant() } else { variants })
}

fn one_variant() -> Vec<VariantForm> {
    vec![VariantForm::default()]
}

/// Reads the pictures, each of them once. Ids that are not numbers are left out.
fn pictures<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PictureForm>, D::Error> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::web::parse_nested;

    fn parse(input: &str) -> EditorState {
        parse_nested(input.as_bytes()).unwrap()
    }

    #[test]
    fn the_form_reads_nested_lists_in_the_order_of_their_indices() {
        let state = parse(
            "title=Moon+jar&do=save&options%5B1%5D%5Bname%5D=Glaze&options[0][name]=Size&options[0][values]=S%0D%0AL\
             &variant_options[0]=Size&variants[0][values][0]=S&variants[0][price]=12&variants[2][price]=15\
             &fields[0][label]=Name&fields[0][required]=yes&pictures[7][id]=42&pictures[7][alt]=A+jar&pictures[9][id]=42\
             &pictures[8][id]=x&unknown[5][x]=1",
        );
        assert_eq!((state.title.as_str(), state.action.as_str()), ("Moon jar", "save"));
        let names: Vec<&str> = state.options.iter().map(|option| option.name.as_str()).collect();
        assert_eq!(names, ["Size", "Glaze"]);
        assert_eq!(state.options[0].values, "S\r\nL");
        assert_eq!(state.variant_options[0], "Size");
        let prices: Vec<&str> = state.variants.iter().map(|variant| variant.price.as_str()).collect();
        assert_eq!(prices, ["12", "15"]);
        assert_eq!(state.variants[0].label(), "S");
        assert_eq!(state.fields[0].required, "yes");
        assert_eq!(state.pictures.len(), 1);
        assert_eq!(
            (state.pictures[0].id, state.pictures[0].alt.as_str()),
            (ImageId(42), "A jar")
        );
    }

    #[test]
    fn lists_have_limits_and_an_empty_form_has_one_variant() {
        assert_eq!(parse("").variants.len(), 1);
        assert_eq!(parse("variants=").variants.len(), 1);
        let many: Vec<String> = (0..200)
            .map(|index| format!("variants[{index}][price]=1&fields[{index}][label]=a&options[{index}][name]=a"))
            .collect();
        let state = parse(&many.join("&"));
        assert_eq!(
            (state.variants.len(), state.fields.len(), state.options.len()),
            (100, 5, 3)
        );
        assert_eq!(parse("variants[4294967295][price]=7").variants[0].price, "7");
    }

    proptest! {
        #[test]
        fn any_input_is_read_or_refused(input in "([a-c]|title|variants|\\[|\\]|%5B|%5D|%|[0-9]|=|&|\\+){0,40}") {
            let _ = parse_nested::<EditorState>(input.as_bytes());
        }
    }
}
