//! What was typed, made into a draft; or what is wrong with it, field by field.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::catalog::{
    Categories, Delivery, Draft, MAX_CHOICES, MAX_LEAD_DAYS, MAX_PRICE, MAX_STOCK, MAX_TEXT_LENGTH,
    PersonalizationFieldDraft, PersonalizationKind, Place, ProductState, Readiness, Tags, VariantDraft,
};
use crate::id::{ImageId, PersonalizationFieldId, SectionId};
use crate::money::{Currency, Money};
use crate::text::{line, lines};
use crate::web::FormErrors;

use super::state::{EditorState, Row, TypedField};

/// Grams: a tonne.
const MAX_WEIGHT_GRAMS: i32 = 1_000_000;

/// What a sheet is read by.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    pub currency: Currency,
    pub categories: &'a Categories,
    /// Who shall see it.
    pub state: ProductState,
    /// Whether it is seen by everyone already.
    pub live: bool,
}

impl EditorState {
    /// The draft that was typed, its table made anew where the options changed.
    pub fn parse(&mut self, rules: Rules<'_>) -> Result<Draft, FormErrors> {
        let mut errors = FormErrors::default();
        let public = rules.state == ProductState::Active;
        let title = errors
            .check("title", line("title", &self.title, 120))
            .unwrap_or_default();
        if title.is_empty() && errors.get("title").is_empty() {
            errors.add("title", "Give the product a title.");
        }
        let slug = errors
            .check("slug", line("address", &self.slug, 120))
            .unwrap_or_default();
        let description = errors.check("description", lines("description", &self.description, 10_000));
        if rules.categories.by_code(&self.category).is_none() {
            errors.add("category", "Choose a category.");
        }
        let section = errors.check("section", self.section());
        let tags = errors.check("tags", Tags::parse(&self.tags));
        let weight = optional(&self.weight, |typed| whole("weight", typed, 1..=MAX_WEIGHT_GRAMS));
        let weight = errors.check("weight", weight);
        let delivery = errors.check(
            "delivery",
            Delivery::parse(&self.delivery).ok_or("Choose how the product reaches its buyer."),
        );
        let readiness = self.readiness(&mut errors);
        let options = match self.parse_options() {
            Ok(options) => {
                if self.make_table(&options) > 0 {
                    errors.add(
                        "table",
                        "The options make new combinations. Look at their prices and stock, then save again.",
                    );
                }
                Some(options)
            }
            Err(wrong) => {
                errors.append(wrong);
                None
            }
        };
        let several = self.several();
        let variants: Vec<Option<VariantDraft>> = (self.rows.iter().enumerate())
            .map(|(place, row)| {
                let id = |name: &'static str| cell(name, several.then_some(place));
                self.variant(row, &id, rules.currency, public, &mut errors)
            })
            .collect();
        let lowest = variants.iter().flatten().map(|variant| variant.price).min();
        let compare_at_price = optional(&self.compare_at_price, |typed| price(rules.currency, typed));
        let compare_at_price = errors.check("compare_at_price", compare_at_price).flatten();
        if compare_at_price.is_some_and(|before| lowest.is_some_and(|now| before <= now)) {
            errors.add("compare_at_price", "The price before has to be above the price now.");
        }
        let fields: Vec<Option<PersonalizationFieldDraft>> = (self.fields.iter().enumerate())
            .map(|(place, field)| personal(field, place, rules.currency, &mut errors))
            .collect();
        let pictures = self.described_pictures(&mut errors);
        if public && !rules.live && pictures.is_empty() {
            errors.add("images", "Add at least one picture, so that buyers see what they get.");
        }
        match (section, options, delivery, readiness) {
            (Some(section), Some(options), Some(delivery), Some(readiness)) if errors.is_empty() => Ok(Draft {
                title,
                slug,
                description: description.unwrap_or_default(),
                category: self.category.clone(),
                section,
                tags: tags.unwrap_or_default(),
                compare_at_price,
                weight: weight.flatten(),
                delivery,
                readiness,
                state: rules.state,
                options,
                variants: variants.into_iter().flatten().collect(),
                fields: fields.into_iter().flatten().collect(),
                pictures,
            }),
            _ => Err(errors),
        }
    }

    /// Whether there is a table.
    pub fn several(&self) -> bool {
        self.of.iter().any(|name| !name.is_empty())
    }

    fn section(&self) -> Result<Place, String> {
        let name = line("name of the section", &self.new_section, 60)?;
        if !name.is_empty() {
            return Ok(Place::Named(name));
        }
        match self.section.as_str() {
            "" => Ok(Place::NoSection),
            id => (id.parse().map(|id| Place::Section(SectionId(id))))
                .map_err(|_| "Choose one of the sections in the list.".to_owned()),
        }
    }

    fn readiness(&self, errors: &mut FormErrors) -> Option<Readiness> {
        match self.readiness.as_str() {
            "ready" => Some(Readiness::Ready),
            "made" => {
                let days = |typed: &str| whole("number of days", typed, 0..=MAX_LEAD_DAYS);
                let from = errors.check("ready_from", days(&self.ready_from))?;
                let within = errors.check("ready_within", days(&self.ready_within))?;
                if within == 0 || within < from {
                    errors.add("ready_within", "The last day has to be one, and not before the first.");
                    return None;
                }
                Some(Readiness::Made { from, within })
            }
            _ => {
                errors.add("readiness", "Choose when the product is ready.");
                None
            }
        }
    }

    fn variant(
        &self,
        row: &Row,
        id: &dyn Fn(&'static str) -> Cow<'static, str>,
        currency: Currency,
        public: bool,
        errors: &mut FormErrors,
    ) -> Option<VariantDraft> {
        let label = row.label();
        let said = |message: String| {
            if label.is_empty() {
                message
            } else {
                format!("{label}: {message}")
            }
        };
        // What is not live yet may wait for its price.
        let price = match row.price.trim() {
            "" if !public => Ok(Money(0)),
            "" => Err("Give the product a price.".to_owned()),
            typed => price(currency, typed).and_then(|price| match price {
                Money(0) if public => Err("The price has to be above zero.".to_owned()),
                price => Ok(price),
            }),
        };
        let price = errors.check(id("price"), price.map_err(said));
        let quantity = whole("stock", &row.quantity, 0..=MAX_STOCK).map_err(said);
        let quantity = errors.check(id("quantity"), quantity);
        let sku = errors.check(id("sku"), line("code", &row.sku, 64).map_err(said));
        let image = optional(&row.image, |typed| {
            let own = typed.parse().ok().map(ImageId);
            let own = own.filter(|id| self.pictures.iter().any(|picture| picture.id == *id));
            own.ok_or_else(|| said("Choose one of the product's pictures.".to_owned()))
        });
        let image = errors.check(id("image_id"), image);
        Some(VariantDraft {
            values: row.values.clone(),
            price: price?,
            quantity: quantity?,
            // Where this cannot be read, all of the stock is new; it never is what is typed.
            seen: row.seen.parse().unwrap_or(0).clamp(0, MAX_STOCK),
            sku: sku?,
            image: image?,
        })
    }

    fn described_pictures(&self, errors: &mut FormErrors) -> Vec<(ImageId, String)> {
        let mut described = Vec::new();
        for picture in &self.pictures {
            let alt = line("description of the picture", &picture.alt, 250);
            let alt = errors.check(format!("alt-{}", picture.id), alt);
            described.push((picture.id, alt.unwrap_or_default()));
        }
        described
    }
}

/// The id of a control in a row, from 0; of a product of one kind, the name alone.
pub fn cell(name: &'static str, row: Option<usize>) -> Cow<'static, str> {
    row.map_or(Cow::Borrowed(name), |row| Cow::Owned(format!("{name}-{row}")))
}

fn personal(
    typed: &TypedField,
    place: usize,
    currency: Currency,
    errors: &mut FormErrors,
) -> Option<PersonalizationFieldDraft> {
    let id = |name| cell(name, Some(place));
    let known = optional(&typed.id, |typed| {
        typed
            .parse()
            .map(PersonalizationFieldId)
            .map_err(|_| "This field is not there.")
    });
    let known = errors.check(id("field_label"), known);
    let label = line("question", &typed.label, 60).and_then(|label| match label.as_str() {
        "" => Err("Say what you ask for, or remove the field.".to_owned()),
        _ => Ok(label),
    });
    let label = errors.check(id("field_label"), label);
    let hint = errors.check(id("field_hint"), line("hint", &typed.hint, 120));
    let kind = PersonalizationKind::parse(&typed.kind).ok_or("Choose what the buyer does.");
    let kind = errors.check(id("field_kind"), kind);
    let max_length = match kind {
        Some(PersonalizationKind::Text) => whole("number of letters", &typed.max_length, 1..=MAX_TEXT_LENGTH),
        _ => Ok(MAX_TEXT_LENGTH),
    };
    let max_length = errors.check(id("field_longest"), max_length);
    let choices = match kind {
        Some(PersonalizationKind::Choice) => choices(&typed.choices),
        _ => Ok(Vec::new()),
    };
    let choices = errors.check(id("field_choices"), choices);
    let extra = optional(&typed.price, |typed| price(currency, typed));
    let extra = errors.check(id("field_price"), extra);
    Some(PersonalizationFieldDraft {
        id: known?,
        kind: kind?,
        label: label?,
        hint: hint?,
        choices: choices?,
        max_length: max_length?,
        required: typed.required,
        price: extra?.unwrap_or_default(),
    })
}

fn choices(typed: &str) -> Result<Vec<String>, String> {
    let mut choices: Vec<String> = Vec::new();
    for typed in typed.lines() {
        let choice = line("choice", typed, 60)?;
        if !choice.is_empty() && !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    match choices.len() {
        0 | 1 => Err("Give at least two choices, one a line.".to_owned()),
        count if count > MAX_CHOICES => Err(format!("These are {count} choices. Keep {MAX_CHOICES} at most.")),
        _ => Ok(choices),
    }
}

fn optional<T, E>(typed: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Result<Option<T>, E> {
    match typed.trim() {
        "" => Ok(None),
        typed => parse(typed).map(Some),
    }
}

fn price(currency: Currency, typed: &str) -> Result<Money, String> {
    let price = currency
        .parse(typed)
        .map_err(|problem| format!("The price {problem}."))?;
    if price.0 > MAX_PRICE {
        return Err(format!("The price is above {}.", currency.format(Money(MAX_PRICE))));
    }
    Ok(price)
}

fn whole(what: &str, typed: &str, within: RangeInclusive<i32>) -> Result<i32, String> {
    let typed = typed.trim();
    let digits = !typed.is_empty() && typed.bytes().all(|byte| byte.is_ascii_digit());
    let number = typed.parse().ok().filter(|number| digits && within.contains(number));
    number.ok_or_else(|| {
        format!(
            "The {what} is not a whole number from {} to {}.",
            within.start(),
            within.end()
        )
    })
}
