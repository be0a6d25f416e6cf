//! The state of the editor: what its form shows and what it sends, as text.

use serde::Deserialize;

use super::lists::{
    FieldForm, OptionForm, PictureForm, VariantForm, list, one_variant, pictures, text, values, variants,
};
use crate::catalog::{
    Delivery, MAX_FIELDS, MAX_OPTIONS, OptionMapping, Options, Product, ProductState, Readiness, SavedProduct, Values,
};
use crate::id::ImageId;
use crate::images::MAX_PICTURES;
use crate::money::{Currency, Money};

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
    pub material: String,
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

    pub fn from_saved(saved: &SavedProduct, currency: Currency) -> Self {
        let Product { content, state, .. } = &saved.product;
        // A draft without a price has the price zero.
        let price = |price: Money| match (price, *state) {
            (Money(0), ProductState::Draft) => String::new(),
            _ => currency.plain(price),
        };
        let options = saved.options();
        let ready = content.readiness() == Readiness::Ready;
        Self {
            action: String::new(),
            updated_at: version(&saved.product),
            agreed: String::new(),
            title: content.title.clone(),
            slug: saved.product.slug.clone(),
            description: content.description.clone(),
            category: content.category.clone(),
            section: text(saved.product.section_id),
            new_section: String::new(),
            tags: content.tags.clone(),
            compare_at_price: text(content.compare_at_price.map(|price| currency.plain(price))),
            weight: text(content.weight),
            delivery: content.delivery.as_str().to_owned(),
            readiness: if ready { "ready" } else { "made" }.to_owned(),
            ready_from: text(content.ready_from),
            ready_within: text(content.ready_within),
            material: content.material.clone(),
            state: state.as_str().to_owned(),
            options: (options.all().iter())
                .map(|option| OptionForm {
                    name: option.name.clone(),
                    values: option.values.join("\n"),
                })
                .collect(),
            variant_options: saved.product.option_names(),
            variants: (saved.variants.iter())
                .map(|variant| VariantForm::from_saved(variant, price(variant.price)))
                .collect(),
            fields: (saved.fields.iter())
                .map(|field| FieldForm::from_saved(field, currency))
                .collect(),
            pictures: (saved.images.iter())
                .map(|image| PictureForm {
                    id: image.id,
                    alt: image.alt.clone(),
                })
                .collect(),
        }
    }

    /// Applies the form to a version that was saved meanwhile, in another tab or by a sale. The seller's changes of stock
    /// stay the same; they count from the new stock.
    pub fn merge_saved_version(&mut self, saved: &SavedProduct, options: &Options) {
        self.updated_at = version(&saved.product);
        let mapping = OptionMapping::new(&saved.product.option_names(), options);
        for variant in &mut self.variants {
            let sources = saved.variants.iter();
            let sources = sources.filter(|saved| mapping.map(&saved.values()) == variant.values);
            let stock: i32 = sources.map(|saved| saved.quantity).sum();
            if let (Ok(typed), Ok(seen)) = (variant.quantity.trim().parse::<i32>(), variant.seen.parse::<i32>()) {
                let changed = stock.saturating_add(typed.saturating_sub(seen));
                variant.quantity = changed.max(0).to_string();
            }
            variant.seen = stock.to_string();
        }
        for field in &mut self.fields {
            if saved.fields.iter().all(|known| known.id.to_string() != field.id) {
                field.id.clear();
            }
        }
    }
}

fn version(product: &Product) -> String {
    product.updated_at.and_utc().timestamp_micros().to_string()
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
