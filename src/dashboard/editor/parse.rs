//! What was typed, made into a draft; or what is wrong with it, field by field.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use crate::catalog::{
    Categories, DEAREST, Delivery, Draft, FieldDraft, FieldKind, LONGEST_TEXT, LONGEST_WAIT, MOST_CHOICES,
    MOST_IN_STOCK, Place, ProductState, Readiness, Tags, VariantDraft,
};
use crate::id::{FieldId, ImageId, SectionId};
use crate::money::{Currency, Money};
use crate::text::{line, lines};
use crate::web::Problems;

use super::state::{Row, Sheet, TypedField};

/// Grams: a tonne.
const HEAVIEST: i32 = 1_000_000;

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

impl Sheet {
    /// The draft that was typed, its table made anew where the options changed.
    pub fn parse(&mut self, rules: Rules<'_>) -> Result<Draft, Problems> {
        let mut problems = Problems::default();
        let public = rules.state == ProductState::Active;
        let title = problems
            .keep("title", line("title", &self.title, 120))
            .unwrap_or_default();
        if title.is_empty() && problems.of("title").is_empty() {
            problems.add("title", "Give the product a title.");
        }
        let slug = problems
            .keep("slug", line("address", &self.slug, 120))
            .unwrap_or_default();
        let description = problems.keep("description", lines("description", &self.description, 10_000));
        if rules.categories.by_code(&self.category).is_none() {
            problems.add("category", "Choose a category.");
        }
        let section = problems.keep("section", self.section());
        let tags = problems.keep("tags", Tags::parse(&self.tags));
        let weight = optional(&self.weight, |typed| whole("weight", typed, 1..=HEAVIEST));
        let weight = problems.keep("weight", weight);
        let delivery = problems.keep(
            "delivery",
            Delivery::parse(&self.delivery).ok_or("Choose how the product reaches its buyer."),
        );
        let readiness = self.readiness(&mut problems);
        let options = match self.parse_options() {
            Ok(options) => {
                if self.make_table(&options) > 0 {
                    problems.add(
                        "table",
                        "The options make new combinations. Look at their prices and stock, then save again.",
                    );
                }
                Some(options)
            }
            Err(wrong) => {
                problems.append(wrong);
                None
            }
        };
        let several = self.several();
        let variants: Vec<Option<VariantDraft>> = (self.rows.iter().enumerate())
            .map(|(place, row)| {
                let id = |name: &'static str| cell(name, several.then_some(place));
                self.variant(row, &id, rules.currency, public, &mut problems)
            })
            .collect();
        let lowest = variants.iter().flatten().map(|variant| variant.price).min();
        let compare_at_price = optional(&self.compare_at_price, |typed| price(rules.currency, typed));
        let compare_at_price = problems.keep("compare_at_price", compare_at_price).flatten();
        if compare_at_price.is_some_and(|before| lowest.is_some_and(|now| before <= now)) {
            problems.add("compare_at_price", "The price before has to be above the price now.");
        }
        let fields: Vec<Option<FieldDraft>> = (self.fields.iter().enumerate())
            .map(|(place, field)| personal(field, place, rules.currency, &mut problems))
            .collect();
        let pictures = self.described_pictures(&mut problems);
        if public && !rules.live && pictures.is_empty() {
            problems.add("images", "Add at least one picture, so that buyers see what they get.");
        }
        match (section, options, delivery, readiness) {
            (Some(section), Some(options), Some(delivery), Some(readiness)) if problems.is_empty() => Ok(Draft {
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
            _ => Err(problems),
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

    fn readiness(&self, problems: &mut Problems) -> Option<Readiness> {
        match self.readiness.as_str() {
            "ready" => Some(Readiness::Ready),
            "made" => {
                let days = |typed: &str| whole("number of days", typed, 0..=LONGEST_WAIT);
                let from = problems.keep("ready_from", days(&self.ready_from))?;
                let within = problems.keep("ready_within", days(&self.ready_within))?;
                if within == 0 || within < from {
                    problems.add("ready_within", "The last day has to be one, and not before the first.");
                    return None;
                }
                Some(Readiness::Made { from, within })
            }
            _ => {
                problems.add("readiness", "Choose when the product is ready.");
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
        problems: &mut Problems,
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
        let price = problems.keep(id("price"), price.map_err(said));
        let quantity = whole("stock", &row.quantity, 0..=MOST_IN_STOCK).map_err(said);
        let quantity = problems.keep(id("quantity"), quantity);
        let sku = problems.keep(id("sku"), line("code", &row.sku, 64).map_err(said));
        let image = optional(&row.image, |typed| {
            let own = typed.parse().ok().map(ImageId);
            let own = own.filter(|id| self.pictures.iter().any(|picture| picture.id == *id));
            own.ok_or_else(|| said("Choose one of the product's pictures.".to_owned()))
        });
        let image = problems.keep(id("image_id"), image);
        Some(VariantDraft {
            values: row.values.clone(),
            price: price?,
            quantity: quantity?,
            // Where this cannot be read, all of the stock is new; it never is what is typed.
            seen: row.seen.parse().unwrap_or(0).clamp(0, MOST_IN_STOCK),
            sku: sku?,
            image: image?,
        })
    }

    fn described_pictures(&self, problems: &mut Problems) -> Vec<(ImageId, String)> {
        let mut described = Vec::new();
        for picture in &self.pictures {
            let alt = line("description of the picture", &picture.alt, 250);
            let alt = problems.keep(format!("alt-{}", picture.id), alt);
            described.push((picture.id, alt.unwrap_or_default()));
        }
        described
    }
}

/// The id of a control in a row, from 0; of a product of one kind, the name alone.
pub fn cell(name: &'static str, row: Option<usize>) -> Cow<'static, str> {
    row.map_or(Cow::Borrowed(name), |row| Cow::Owned(format!("{name}-{row}")))
}

fn personal(typed: &TypedField, place: usize, currency: Currency, problems: &mut Problems) -> Option<FieldDraft> {
    let id = |name| cell(name, Some(place));
    let known = optional(&typed.id, |typed| {
        typed.parse().map(FieldId).map_err(|_| "This field is not there.")
    });
    let known = problems.keep(id("field_label"), known);
    let label = line("question", &typed.label, 60).and_then(|label| match label.as_str() {
        "" => Err("Say what you ask for, or remove the field.".to_owned()),
        _ => Ok(label),
    });
    let label = problems.keep(id("field_label"), label);
    let hint = problems.keep(id("field_hint"), line("hint", &typed.hint, 120));
    let kind = FieldKind::parse(&typed.kind).ok_or("Choose what the buyer does.");
    let kind = problems.keep(id("field_kind"), kind);
    let longest = match kind {
        Some(FieldKind::Text) => whole("number of letters", &typed.longest, 1..=LONGEST_TEXT),
        _ => Ok(LONGEST_TEXT),
    };
    let longest = problems.keep(id("field_longest"), longest);
    let choices = match kind {
        Some(FieldKind::Choice) => choices(&typed.choices),
        _ => Ok(Vec::new()),
    };
    let choices = problems.keep(id("field_choices"), choices);
    let extra = optional(&typed.price, |typed| price(currency, typed));
    let extra = problems.keep(id("field_price"), extra);
    Some(FieldDraft {
        id: known?,
        kind: kind?,
        label: label?,
        hint: hint?,
        choices: choices?,
        longest: longest?,
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
        count if count > MOST_CHOICES => Err(format!("These are {count} choices. Keep {MOST_CHOICES} at most.")),
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
    if price.0 > DEAREST {
        return Err(format!("The price is above {}.", currency.format(Money(DEAREST))));
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
