//! Reads the editor's form into a draft, or into errors by field.

use super::input::{optional, price, whole_number};
use super::state::EditorState;
use crate::catalog::{
    Categories, Delivery, Draft, MAX_DESCRIPTION_LENGTH, MAX_LEAD_DAYS, MAX_TITLE_LENGTH, Options,
    PersonalizationFieldDraft, ProductContent, ProductState, Readiness, SectionChoice, Tags,
};
use crate::id::{ImageId, SectionId};
use crate::images::MAX_ALT_LENGTH;
use crate::money::{Currency, Money};
use crate::shops::MAX_SECTION_NAME_LENGTH;
use crate::text::{line, lines};
use crate::web::FormErrors;

/// One metric ton, in grams.
const MAX_WEIGHT_GRAMS: i32 = 1_000_000;

/// What the form is checked against.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    pub currency: Currency,
    pub categories: &'a Categories,
    /// The state that the product will have.
    pub state: ProductState,
    /// Whether the product is live now.
    pub live: bool,
}

impl EditorState {
    /// Reads the draft. Rebuilds the table of variants when the options changed.
    pub fn parse(&mut self, rules: Rules<'_>) -> Result<Draft, FormErrors> {
        let mut errors = FormErrors::default();
        let public = rules.state == ProductState::Active;
        let content = self.parse_content(rules, &mut errors);
        let slug = errors.check("slug", line("address", &self.slug, MAX_TITLE_LENGTH));
        let section = errors.check("section", self.parse_section());
        let options = self.parse_options_and_rebuild(&mut errors);
        let variants = self.parse_variants(rules.currency, public, &mut errors);
        let lowest = variants.iter().map(|variant| variant.price).min();
        let compare_at_price = self.parse_compare_at_price(rules.currency, lowest, &mut errors);
        let fields: Vec<PersonalizationFieldDraft> = (self.fields.iter().enumerate())
            .filter_map(|(index, field)| field.parse(index, rules.currency, &mut errors))
            .collect();
        let pictures = self.parse_pictures(&mut errors);
        if public && !rules.live && pictures.is_empty() {
            errors.add("images", "Add at least one picture.");
        }
        match (content, slug, section, options) {
            (Some(content), Some(slug), Some(section), Some(options)) if errors.is_empty() => Ok(Draft {
                content: ProductContent {
                    compare_at_price,
                    ..content
                },
                slug,
                section,
                state: rules.state,
                options,
                variants,
                fields,
                pictures,
            }),
            _ => Err(errors),
        }
    }

    /// Reads the product's own fields. The price before a reduction depends on the variants and is read with them.
    fn parse_content(&self, rules: Rules<'_>, errors: &mut FormErrors) -> Option<ProductContent> {
        let title = errors.check("title", line("title", &self.title, MAX_TITLE_LENGTH));
        if title.as_ref().is_some_and(String::is_empty) {
            errors.add("title", "Enter a title.");
        }
        let description = errors.check(
            "description",
            lines("description", &self.description, MAX_DESCRIPTION_LENGTH),
        );
        if rules.categories.by_code(&self.category).is_none() {
            errors.add("category", "Choose a category.");
        }
        let tags = errors.check("tags", Tags::parse(&self.tags));
        let weight = optional(&self.weight, |input| {
            whole_number("weight", input, 1..=MAX_WEIGHT_GRAMS)
        });
        let weight = errors.check("weight", weight);
        let delivery = Delivery::parse(&self.delivery).ok_or("Choose how the product is delivered.");
        let delivery = errors.check("delivery", delivery);
        let readiness = self.parse_readiness(errors);
        let material = errors.check("material", line("material", &self.material, 120));
        Some(ProductContent {
            title: title?,
            description: description?,
            category: self.category.clone(),
            tags: tags?.joined(),
            compare_at_price: None,
            weight: weight?,
            delivery: delivery?,
            ready_from: readiness?.from(),
            ready_within: readiness?.within(),
            material: material?,
        })
    }

    /// `lowest` is the lowest price of the variants.
    fn parse_compare_at_price(
        &self,
        currency: Currency,
        lowest: Option<Money>,
        errors: &mut FormErrors,
    ) -> Option<Money> {
        let before = optional(&self.compare_at_price, |input| price(currency, input));
        let before = errors.check("compare_at_price", before).flatten();
        if before.is_some_and(|before| lowest.is_some_and(|now| before <= now)) {
            errors.add(
                "compare_at_price",
                "The compare-at price must be higher than the price.",
            );
        }
        before
    }

    fn parse_section(&self) -> Result<SectionChoice, String> {
        let name = line("name of the section", &self.new_section, MAX_SECTION_NAME_LENGTH)?;
        if !name.is_empty() {
            return Ok(SectionChoice::Named(name));
        }
        match self.section.as_str() {
            "" => Ok(SectionChoice::NoSection),
            id => (id.parse().map(|id| SectionChoice::Section(SectionId(id))))
                .map_err(|_| "Choose one of the sections in the list.".to_owned()),
        }
    }

    fn parse_readiness(&self, errors: &mut FormErrors) -> Option<Readiness> {
        match self.readiness.as_str() {
            "ready" => Some(Readiness::Ready),
            "made" => {
                let days = |input: &str| whole_number("number of days", input, 0..=MAX_LEAD_DAYS);
                let from = errors.check("ready_from", days(&self.ready_from))?;
                let within = errors.check("ready_within", days(&self.ready_within))?;
                if within == 0 || within < from {
                    errors.add(
                        "ready_within",
                        "The maximum must be at least one day, and not less than the minimum.",
                    );
                    return None;
                }
                Some(Readiness::Made { from, within })
            }
            _ => {
                errors.add("readiness", "Choose the processing time.");
                None
            }
        }
    }

    /// New variants are shown to the seller before they are saved.
    fn parse_options_and_rebuild(&mut self, errors: &mut FormErrors) -> Option<Options> {
        match self.parse_options() {
            Ok(options) => {
                if self.rebuild_variants(&options) > 0 {
                    errors.add(
                        "table",
                        "The options create new variants. Check their prices and stock, then save again.",
                    );
                }
                Some(options)
            }
            Err(invalid) => {
                errors.append(invalid);
                None
            }
        }
    }

    fn parse_pictures(&self, errors: &mut FormErrors) -> Vec<(ImageId, String)> {
        let described = self.pictures.iter().map(|picture| {
            let alt = line("description of the picture", &picture.alt, MAX_ALT_LENGTH);
            let alt = errors.check(format!("alt-{}", picture.id), alt);
            (picture.id, alt.unwrap_or_default())
        });
        described.collect()
    }
}
