//! The form of a saved product, and what happens to a form when another version is saved meanwhile.

use super::state::{EditorState, FieldForm, OptionForm, PictureForm, VariantForm};
use crate::catalog::{
    OptionMapping, Options, PersonalizationField, Product, ProductState, Readiness, SavedProduct, Variant,
};
use crate::money::{Currency, Money};

impl EditorState {
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

impl VariantForm {
    fn from_saved(variant: &Variant, price: String) -> Self {
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
    fn from_saved(field: &PersonalizationField, currency: Currency) -> Self {
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

fn version(product: &Product) -> String {
    product.updated_at.and_utc().timestamp_micros().to_string()
}

/// Empty for none.
fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
