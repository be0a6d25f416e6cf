//! The checkout form.

use std::borrow::Borrow;

use chrono::NaiveDateTime;

use crate::accounts::random;
use crate::carts::CartOwner;
use crate::checkout::{AddressForm, CheckoutChoices, CheckoutRequest, SavedAddress};
use crate::error::Result;
use crate::id::{ShippingRateId, ShopId};
use crate::orders::{Purchase, ShopOrder};
use crate::payments::Card;
use crate::text::{Country, EmailAddress, lines};
use crate::web::{FormErrors, Page};

const MAX_NOTE_LENGTH: usize = 500;

/// The values of the form, except the card, which is never shown again.
#[derive(Debug, Default)]
pub struct CheckoutForm {
    pub email: String,
    pub address: AddressForm,
    /// The idempotency key.
    pub key: String,
    /// The text of the quote that the page showed.
    pub quote: String,
    pub only_shop: Option<ShopId>,
    pub delivery_options: Vec<(ShopId, ShippingRateId)>,
    pub notes: Vec<(ShopId, String)>,
    pub save_address: bool,
    /// Whether only the page is requested, for another country or delivery option, and no payment.
    pub update: bool,
}

/// The raw values of the card fields. They are never stored.
#[derive(Default)]
pub struct CardForm {
    number: String,
    expiry: String,
    code: String,
}

impl CheckoutForm {
    pub fn from_pairs(pairs: Vec<(String, String)>) -> (Self, CardForm) {
        let (mut form, mut card) = (Self::default(), CardForm::default());
        for (name, value) in pairs {
            match name.as_str() {
                "email" => form.email = value,
                "name" => form.address.name = value,
                "street" => form.address.street = value,
                "line2" => form.address.line2 = value,
                "postal_code" => form.address.postal_code = value,
                "town" => form.address.town = value,
                "region" => form.address.region = value,
                "country" => form.address.country = value,
                "key" => form.key = value,
                "quote" => form.quote = value,
                "shop" => form.only_shop = value.parse().ok().map(ShopId),
                "save_address" => form.save_address = true,
                "update" => form.update = true,
                "card_number" => card.number = value,
                "card_expiry" => card.expiry = value,
                "card_code" => card.code = value,
                other => form.read_shop_field(other, value),
            }
        }
        (form, card)
    }

    /// Reads `delivery[SHOP]` and `note[SHOP]`; ignores every other field.
    fn read_shop_field(&mut self, name: &str, value: String) {
        let Some((field, rest)) = name.split_once('[') else {
            return;
        };
        let Some(shop) = rest.strip_suffix(']').and_then(|id| id.parse().ok()) else {
            return;
        };
        match field {
            "delivery" => self
                .delivery_options
                .extend(value.parse().ok().map(|rate| (ShopId(shop), ShippingRateId(rate)))),
            "note" => self.notes.push((ShopId(shop), value)),
            _ => {}
        }
    }

    /// The form at the start, filled in with the visitor's email address and this saved address.
    pub fn new(page: &Page, saved: Option<&SavedAddress>, only_shop: Option<ShopId>) -> Result<Self> {
        let address = match saved {
            Some(saved) => AddressForm::from(saved.address.clone()),
            None => AddressForm {
                country: page.country.code.to_owned(),
                ..AddressForm::default()
            },
        };
        let visitor = page.visitor.as_ref();
        Ok(Self {
            email: visitor.map(|visitor| visitor.email.clone()).unwrap_or_default(),
            address,
            key: random()?,
            only_shop,
            ..Self::default()
        })
    }

    /// The form for another attempt to pay for a purchase whose payment failed.
    pub fn from_purchase(purchase: Purchase, shop_orders: Vec<ShopOrder>) -> Self {
        let mut form = Self {
            email: purchase.email,
            address: AddressForm::from(purchase.address),
            key: purchase.idempotency_key.unwrap_or_default(),
            quote: purchase.quote,
            only_shop: purchase.only_shop_id,
            ..Self::default()
        };
        for shop_order in shop_orders {
            let Some(shop) = shop_order.shop_id else { continue };
            form.delivery_options
                .extend(shop_order.rate_id.map(|rate| (shop, rate)));
            form.notes.push((shop, shop_order.note));
        }
        form
    }

    pub fn choices(&self, page: &Page) -> CheckoutChoices {
        CheckoutChoices {
            country: Country::by_code(&self.address.country).unwrap_or(page.country),
            only_shop: self.only_shop,
            delivery_options: self.delivery_options.clone(),
        }
    }

    pub fn note(&self, shop: impl Borrow<ShopId>) -> &str {
        let note = self.notes.iter().find(|(id, _)| id == shop.borrow());
        note.map_or("", |(_, note)| note)
    }

    /// Whether the key has the form of our keys.
    pub fn has_key(&self) -> bool {
        let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        self.key.len() == 43 && self.key.bytes().all(is_valid)
    }

    /// # Errors
    /// A message for each field that is wrong, the card's included.
    pub fn parse(
        &self,
        card: &CardForm,
        cart_owner: CartOwner,
        page: &Page,
    ) -> Result<(CheckoutRequest, Card), FormErrors> {
        let mut errors = FormErrors::default();
        let email = errors.check("email", EmailAddress::parse(&self.email));
        let address = self.address.parse().map_err(|address_errors| {
            for (field, message) in address_errors {
                errors.add(field, message);
            }
        });
        let mut notes = Vec::new();
        for (shop, note) in &self.notes {
            match lines("note", note, MAX_NOTE_LENGTH) {
                Ok(note) if note.is_empty() => {}
                Ok(note) => notes.push((*shop, note)),
                Err(message) => errors.add("notes", message),
            }
        }
        let card = card.parse(&mut errors, page.now);
        match (email, address, card) {
            (Some(email), Ok(address), Some(card)) if errors.is_empty() => {
                let request = CheckoutRequest {
                    cart_owner,
                    key: self.key.clone(),
                    email,
                    address,
                    choices: self.choices(page),
                    notes,
                    quote: self.quote.clone(),
                };
                Ok((request, card))
            }
            _ => Err(errors),
        }
    }
}

impl CardForm {
    fn parse(&self, errors: &mut FormErrors, now: NaiveDateTime) -> Option<Card> {
        match Card::parse(&self.number, &self.expiry, &self.code, now) {
            Ok(card) => Some(card),
            Err(card_errors) => {
                let fields = [
                    ("card_number", card_errors.number),
                    ("card_expiry", card_errors.expiry),
                    ("card_code", card_errors.code),
                ];
                for (field, message) in fields {
                    if let Some(message) = message {
                        errors.add(field, message);
                    }
                }
                None
            }
        }
    }
}
