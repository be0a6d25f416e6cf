//! The part of a product's page where it is bought: what the shop asks, how many, what it comes to, when it arrives.

use crate::carts::MAX_QUANTITY;
use crate::catalog::{Delivery, PersonalizationField, PersonalizationKind, Readiness, Variant};
use crate::id::{PersonalizationFieldId, ProductId, VariantId};
use crate::money::Money;
use crate::shipping::{DeliveryItem, DeliveryQuote, ShippingRate};
use crate::web::{FormErrors, Page};

/// What somebody typed there, to be shown again.
#[derive(Debug, Default)]
pub struct Typed {
    pub product: Option<ProductId>,
    pub variant: Option<VariantId>,
    pub quantity: String,
    pub answers: Vec<(PersonalizationFieldId, String)>,
    pub errors: FormErrors,
}

impl Typed {
    /// The fields of its form. The answers' names hold the numbers of their fields, so they are read pair by pair.
    pub fn read(pairs: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "variant" => typed.variant = value.parse().ok().map(VariantId),
                "product" => typed.product = value.parse().ok().map(ProductId),
                "quantity" => typed.quantity = value,
                other => {
                    let field = other.strip_prefix("personalization[");
                    if let Some(field) = field.and_then(|rest| rest.strip_suffix(']')) {
                        // A number that is none stands for a field that nothing has.
                        typed
                            .answers
                            .push((PersonalizationFieldId(field.parse().unwrap_or(0)), value));
                    }
                }
            }
        }
        typed
    }
}

/// Why it cannot be bought, if so.
pub enum Barred {
    /// It is the visitor's own.
    Own,
    /// The shop is away, and sells nothing meanwhile.
    Away,
    SoldOut,
}

pub struct BuyBox {
    pub product: ProductId,
    /// None: one is to be chosen first.
    pub variant: Option<VariantId>,
    pub barred: Option<Barred>,
    pub fields: Vec<AskedField>,
    pub quantity: String,
    /// The most that a cart takes of it.
    pub most: i32,
    /// One piece without what the fields add.
    pub price: Money,
    /// All that is chosen so far.
    pub total: Money,
    pub delivery: DeliveryLine,
    pub errors: FormErrors,
}

/// One of the shop's questions.
pub struct AskedField {
    /// `personalization-12`
    pub id: String,
    /// `personalization[12]`
    pub name: String,
    pub label: String,
    pub hint: String,
    pub choices: Vec<String>,
    pub is_choice: bool,
    pub max_length: i32,
    pub required: bool,
    pub price: Money,
    pub value: String,
    pub error: String,
}

/// How one piece gets to the visitor's country.
pub enum DeliveryLine {
    /// In words, since nothing is posted.
    Nothing(&'static str),
    DeliveryOption(crate::shipping::DeliveryOption),
    Unavailable,
}

/// What a product's page knows.
pub struct Sold<'a> {
    pub product: ProductId,
    pub price: Money,
    pub stock: i32,
    pub chosen: Option<&'a Variant>,
    pub fields: &'a [PersonalizationField],
    pub rates: &'a [ShippingRate],
    pub delivery: Delivery,
    pub readiness: Readiness,
    pub own: bool,
    /// Away, and not selling.
    pub away: bool,
}

impl BuyBox {
    pub fn of(sold: &Sold<'_>, page: &Page, typed: Typed) -> Self {
        let price = sold.chosen.map_or(sold.price, |variant| variant.price);
        let stock = sold.chosen.map_or(sold.stock, |variant| variant.quantity);
        let fields: Vec<AskedField> = sold.fields.iter().map(|field| AskedField::of(field, &typed)).collect();
        let extras = fields.iter().filter(|field| !field.value.trim().is_empty());
        let unit = extras.fold(price, |sum, field| sum.plus(field.price).unwrap_or(sum));
        let pieces: i32 = typed.quantity.trim().parse().unwrap_or(1);
        Self {
            product: sold.product,
            variant: sold.chosen.map(|variant| variant.id),
            barred: if sold.own {
                Some(Barred::Own)
            } else if sold.away {
                Some(Barred::Away)
            } else {
                (stock <= 0).then_some(Barred::SoldOut)
            },
            fields,
            quantity: if typed.quantity.is_empty() {
                "1".to_owned()
            } else {
                typed.quantity
            },
            most: stock.clamp(1, MAX_QUANTITY),
            price,
            total: unit.times(pieces.clamp(1, MAX_QUANTITY)).unwrap_or(unit),
            delivery: DeliveryLine::of(sold, price, page),
            errors: typed.errors,
        }
    }

    pub fn barred_own(&self) -> bool {
        matches!(self.barred, Some(Barred::Own))
    }
}

impl AskedField {
    fn of(field: &PersonalizationField, typed: &Typed) -> Self {
        let id = format!("personalization-{}", field.id);
        let given = typed.answers.iter().find(|(one, _)| *one == field.id);
        Self {
            error: typed.errors.get(&id).to_owned(),
            id,
            name: format!("personalization[{}]", field.id),
            label: field.label.clone(),
            hint: field.hint.clone(),
            choices: field.choices().map(str::to_owned).collect(),
            is_choice: field.kind == PersonalizationKind::Choice,
            max_length: field.max_length,
            required: field.required,
            price: field.price,
            value: given.map(|(_, value)| value.clone()).unwrap_or_default(),
        }
    }

    /// Its name, with what is worth knowing before one fills it in.
    pub fn called(&self, page: &Page) -> String {
        let mut called = self.label.clone();
        if self.price.0 > 0 {
            called = format!("{called}, +{}", page.money(self.price));
        }
        if !self.required {
            called.push_str(" (optional)");
        }
        called
    }
}

impl DeliveryLine {
    fn of(sold: &Sold<'_>, price: Money, page: &Page) -> Self {
        let one = DeliveryItem {
            quantity: 1,
            subtotal: price,
            delivery: sold.delivery,
            readiness: sold.readiness,
        };
        match DeliveryQuote::new(sold.rates, page.country, &[one], page.now) {
            DeliveryQuote::Nothing => Self::Nothing(sold.delivery.note()),
            DeliveryQuote::Unavailable => Self::Unavailable,
            DeliveryQuote::Options(delivery_options) => delivery_options
                .into_iter()
                .next()
                .map_or(Self::Unavailable, Self::DeliveryOption),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_by_the_number_of_their_field() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let typed = Typed::read(vec![
            pair("variant", "7"),
            pair("personalization[12]", "Ana"),
            pair("personalization[x]", "no"),
            pair("unit_price", "1"),
        ]);
        assert_eq!(typed.variant, Some(VariantId(7)));
        assert_eq!(
            typed.answers,
            [
                (PersonalizationFieldId(12), "Ana".to_owned()),
                (PersonalizationFieldId(0), "no".to_owned())
            ]
        );
    }
}
