//! The options and the table of variants: rebuilt when the options change, and read into drafts.

use super::input::{control_id, optional, price, whole_number};
use super::lists::VariantForm;
use super::state::EditorState;
use crate::catalog::{MAX_SKU_LENGTH, MAX_STOCK, OptionMapping, Options, ProductOption, Values, VariantDraft};
use crate::id::ImageId;
use crate::money::{Currency, Money};
use crate::text::line;
use crate::web::FormErrors;

/// The ids of the controls of each option.
pub const OPTION_NAME_IDS: [&str; 3] = ["option1", "option2", "option3"];
pub const OPTION_VALUES_IDS: [&str; 3] = ["values1", "values2", "values3"];

impl EditorState {
    pub fn parse_options(&self) -> Result<Options, FormErrors> {
        let mut errors = FormErrors::default();
        let mut options = Vec::new();
        for (index, option) in self.options.iter().enumerate() {
            if option.name.trim().is_empty() && option.values.trim().is_empty() {
                continue;
            }
            let name = errors.check(OPTION_NAME_IDS[index], ProductOption::parse_name(&option.name));
            let values = errors.check(OPTION_VALUES_IDS[index], ProductOption::parse_values(&option.values));
            if let (Some(name), Some(values)) = (name, values) {
                options.push(ProductOption { name, values });
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Options::new(options).map_err(|message| FormErrors::one("options", message))
    }

    /// Makes one variant for each combination of the options, and keeps what was typed. Returns the number of new variants.
    pub fn rebuild_variants(&mut self, options: &Options) -> usize {
        let mapping = OptionMapping::new(&self.variant_options, options);
        let mapped: Vec<Values> = (self.variants.iter())
            .map(|variant| mapping.map(&variant.values))
            .collect();
        let first_price = self.variants.first().map(|variant| variant.price.clone());
        let price = first_price.unwrap_or_default();
        let mut new = 0;
        let variants = options.combinations().into_iter().map(|values| {
            let sources: Vec<&VariantForm> = (self.variants.iter().zip(&mapped))
                .filter(|(_, mapped)| **mapped == values)
                .map(|(variant, _)| variant)
                .collect();
            match sources.split_first() {
                Some((first, [])) => VariantForm {
                    values,
                    ..(*first).clone()
                },
                Some((first, _)) => VariantForm {
                    values,
                    quantity: sum(&sources, |variant| &variant.quantity),
                    seen: sum(&sources, |variant| &variant.seen),
                    ..(*first).clone()
                },
                None => {
                    new += 1;
                    VariantForm {
                        values,
                        price: price.clone(),
                        quantity: "0".to_owned(),
                        seen: "0".to_owned(),
                        ..VariantForm::default()
                    }
                }
            }
        });
        self.variants = variants.collect();
        self.variant_options = options.names();
        new
    }

    /// Reads the variants. `public` requires prices.
    pub fn parse_variants(&self, currency: Currency, public: bool, errors: &mut FormErrors) -> Vec<VariantDraft> {
        let mut drafts = Vec::new();
        for (index, variant) in self.variants.iter().enumerate() {
            let index = self.has_options().then_some(index);
            let price = variant.parse_price(currency, public);
            let price = errors.check(control_id("price", index), price);
            let details = self.parse_details(variant, index, errors);
            if let (Some(price), Some(details)) = (price, details) {
                drafts.push(VariantDraft { price, ..details });
            }
        }
        drafts
    }

    /// Reads everything but the price.
    fn parse_details(
        &self,
        variant: &VariantForm,
        index: Option<usize>,
        errors: &mut FormErrors,
    ) -> Option<VariantDraft> {
        let quantity = whole_number("stock", &variant.quantity, 0..=MAX_STOCK);
        let quantity = errors.check(control_id("quantity", index), variant.named(quantity));
        let sku = variant.named(line("SKU", &variant.sku, MAX_SKU_LENGTH));
        let sku = errors.check(control_id("sku", index), sku);
        let image = optional(&variant.image, |input| {
            let id = input.parse().ok().map(ImageId);
            let own = id.filter(|id| self.pictures.iter().any(|picture| picture.id == *id));
            own.ok_or_else(|| "Choose one of the product's pictures.".to_owned())
        });
        let image = errors.check(control_id("image_id", index), variant.named(image));
        Some(VariantDraft {
            values: variant.values.clone(),
            price: Money(0),
            quantity: quantity?,
            // The form sets it. Anything else counts as zero.
            seen: variant.seen.parse().unwrap_or(0).clamp(0, MAX_STOCK),
            sku: sku?,
            image: image?,
        })
    }
}

impl VariantForm {
    /// A draft may have no price yet.
    fn parse_price(&self, currency: Currency, public: bool) -> Result<Money, String> {
        let price = match self.price.trim() {
            "" if !public => Ok(Money(0)),
            "" => Err("Enter a price.".to_owned()),
            input => price(currency, input).and_then(|price| match price {
                Money(0) if public => Err("The price must be above zero.".to_owned()),
                price => Ok(price),
            }),
        };
        self.named(price)
    }

    /// Puts the name of the variant before a message.
    fn named<T>(&self, parsed: Result<T, String>) -> Result<T, String> {
        parsed.map_err(|message| match self.label() {
            label if label.is_empty() => message,
            label => format!("{label}: {message}"),
        })
    }
}

/// The sum of the values that are numbers.
fn sum(variants: &[&VariantForm], number: impl Fn(&VariantForm) -> &String) -> String {
    let numbers = variants
        .iter()
        .filter_map(|variant| number(variant).trim().parse::<i64>().ok());
    numbers.fold(0_i64, i64::saturating_add).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::editor::lists::OptionForm;

    fn state(options: &[(&str, &str)]) -> EditorState {
        let mut state = EditorState::blank();
        state.options = options
            .iter()
            .map(|(name, values)| OptionForm {
                name: (*name).to_owned(),
                values: (*values).to_owned(),
            })
            .collect();
        state.variants[0].price = "12".to_owned();
        let options = state.parse_options().unwrap();
        state.rebuild_variants(&options);
        state
    }

    #[test]
    fn a_variant_keeps_what_was_typed() {
        let mut state = state(&[("Size", "S\nL"), ("Color", "Red\nBlue")]);
        assert_eq!(state.variants.len(), 4);
        assert_eq!(
            (state.variants[0].quantity.as_str(), state.variants[3].price.as_str()),
            ("1", "12")
        );
        state.variants[3].price = "15".to_owned();
        state.variants[3].quantity = "7".to_owned();
        state.options[0].values = "XS\nS\nL".to_owned();
        let options = state.parse_options().unwrap();
        assert_eq!(state.rebuild_variants(&options), 2);
        let last = state.variants.last().unwrap();
        assert_eq!(
            (last.label().as_str(), last.price.as_str(), last.quantity.as_str()),
            ("L / Blue", "15", "7")
        );
    }

    #[test]
    fn removing_an_option_adds_up_the_stock() {
        let mut state = state(&[("Size", "S\nL"), ("Color", "Red\nBlue")]);
        for (variant, quantity) in state.variants.iter_mut().zip(["1", "2", "3", "x"]) {
            variant.quantity = quantity.to_owned();
        }
        state.options.remove(1);
        let options = state.parse_options().unwrap();
        assert_eq!(state.rebuild_variants(&options), 0);
        let stock: Vec<&str> = state.variants.iter().map(|variant| variant.quantity.as_str()).collect();
        assert_eq!(stock, ["3", "3"]);
    }
}
