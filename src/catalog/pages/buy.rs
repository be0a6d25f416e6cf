//! The part of a product's page where it is bought: personalization, quantity, price, delivery.

use super::product_data::ProductData;
use crate::carts::MAX_QUANTITY;
use crate::catalog::{PersonalizationField, PersonalizationKind, Variant};
use crate::id::{PersonalizationFieldId, ProductId, VariantId};
use crate::money::Money;
use crate::shipping::{DeliveryItem, DeliveryOption, DeliveryQuote};
use crate::web::{FormErrors, Page};

/// The form "Add to cart".
#[derive(Debug, Default)]
pub struct AddToCartForm {
    pub product: Option<ProductId>,
    pub variant: Option<VariantId>,
    pub quantity: String,
    pub answers: Vec<(PersonalizationFieldId, String)>,
}

impl AddToCartForm {
    /// Reads the fields one by one, because the names of the answers hold the ids of their fields.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "variant" => form.variant = value.parse().ok().map(VariantId),
                "product" => form.product = value.parse().ok().map(ProductId),
                "quantity" => form.quantity = value,
                other => {
                    let id = other.strip_prefix("personalization[");
                    if let Some(id) = id.and_then(|rest| rest.strip_suffix(']')) {
                        // No field has the id 0: an invalid id is refused later as an unknown field.
                        let id = PersonalizationFieldId(id.parse().unwrap_or(0));
                        form.answers.push((id, value));
                    }
                }
            }
        }
        form
    }
}

pub struct BuyBox {
    pub product: ProductId,
    /// None: the visitor has to choose a variant first.
    pub variant: Option<VariantId>,
    /// The product belongs to the visitor's own shop.
    pub own_shop: bool,
    /// False if it is the visitor's own, is sold out, or its shop is on vacation and does not sell.
    pub can_buy: bool,
    pub fields: Vec<PersonalizationInput>,
    pub quantity: String,
    pub max_quantity: i32,
    /// The price of one item without personalization.
    pub price: Money,
    /// The price of what is chosen so far.
    pub total: Money,
    pub delivery: DeliverySummary,
    pub errors: FormErrors,
}

/// The input for a personalization field.
pub struct PersonalizationInput {
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

/// How one item is delivered to the visitor's country.
pub enum DeliverySummary {
    /// No shipping is needed; the text says how the buyer gets it.
    NoShipping(&'static str),
    Option(DeliveryOption),
    /// The shop does not ship to the country.
    Unavailable,
}

impl BuyBox {
    pub fn new(
        data: &ProductData,
        chosen: Option<&Variant>,
        page: &Page,
        form: AddToCartForm,
        errors: FormErrors,
    ) -> Self {
        let price = chosen.map_or(data.product.price, |variant| variant.price);
        let stock = chosen.map_or(data.product.quantity, |variant| variant.quantity);
        let input = |field| PersonalizationInput::new(field, &form, &errors);
        let fields: Vec<PersonalizationInput> = data.fields.iter().map(input).collect();
        let filled_in = fields.iter().filter(|field| !field.value.trim().is_empty());
        let unit_price = filled_in.fold(price, |sum, field| sum.plus(field.price).unwrap_or(sum));
        let quantity: i32 = form.quantity.trim().parse().unwrap_or(1);
        let visitor = page.visitor.as_ref().map(|visitor| visitor.user);
        let own_shop = visitor.is_some() && data.shop.owner_id == visitor;
        let selling = data.shop.vacation(page.now).is_none_or(|vacation| vacation.selling);
        Self {
            product: data.product.id,
            variant: chosen.map(|variant| variant.id),
            own_shop,
            can_buy: !own_shop && selling && stock > 0,
            fields,
            quantity: if form.quantity.is_empty() {
                "1".to_owned()
            } else {
                form.quantity
            },
            max_quantity: stock.clamp(1, MAX_QUANTITY),
            price,
            total: unit_price.times(quantity.clamp(1, MAX_QUANTITY)).unwrap_or(unit_price),
            delivery: DeliverySummary::new(data, price, page),
            errors,
        }
    }
}

impl PersonalizationInput {
    fn new(field: &PersonalizationField, form: &AddToCartForm, errors: &FormErrors) -> Self {
        let id = format!("personalization-{}", field.id);
        let answer = form.answers.iter().find(|(answered, _)| *answered == field.id);
        Self {
            error: errors.get(&id).to_owned(),
            id,
            name: format!("personalization[{}]", field.id),
            label: field.label.clone(),
            hint: field.hint.clone(),
            choices: field.choices().map(str::to_owned).collect(),
            is_choice: field.kind == PersonalizationKind::Choice,
            max_length: field.max_length,
            required: field.required,
            price: field.price,
            value: answer.map(|(_, value)| value.clone()).unwrap_or_default(),
        }
    }

    /// The label, with the price, and whether the field is optional.
    pub fn full_label(&self, page: &Page) -> String {
        let mut label = self.label.clone();
        if self.price.0 > 0 {
            label = format!("{label}, +{}", page.money(self.price));
        }
        if !self.required {
            label.push_str(" (optional)");
        }
        label
    }
}

impl DeliverySummary {
    fn new(data: &ProductData, price: Money, page: &Page) -> Self {
        let one_item = DeliveryItem {
            quantity: 1,
            subtotal: price,
            delivery: data.facts.content.delivery,
            readiness: data.facts.content.readiness(),
        };
        match DeliveryQuote::new(&data.rates, page.country, &[one_item], page.now) {
            DeliveryQuote::Nothing => Self::NoShipping(data.facts.content.delivery.note()),
            DeliveryQuote::Unavailable => Self::Unavailable,
            DeliveryQuote::Options(options) => options.into_iter().next().map_or(Self::Unavailable, Self::Option),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_the_id_of_their_field() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let form = AddToCartForm::from_pairs(vec![
            pair("variant", "7"),
            pair("personalization[12]", "Ana"),
            pair("personalization[x]", "no"),
            pair("unit_price", "1"),
        ]);
        assert_eq!(form.variant, Some(VariantId(7)));
        assert_eq!(
            form.answers,
            [
                (PersonalizationFieldId(12), "Ana".to_owned()),
                (PersonalizationFieldId(0), "no".to_owned())
            ]
        );
    }
}
