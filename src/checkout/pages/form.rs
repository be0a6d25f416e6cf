//! The checkout's form: what was typed, read once.

use std::borrow::Borrow;

use chrono::NaiveDateTime;

use crate::accounts::random;
use crate::carts::CartOwner;
use crate::checkout::{Address, CheckoutChoices, CheckoutRequest, Purchase, SavedAddress};
use crate::error::Result;
use crate::id::{ShippingRateId, ShopId};
use crate::payments::Card;
use crate::text::{Country, Email, lines};
use crate::web::{FormErrors, Page};

const MAX_NOTE_LENGTH: usize = 500;

/// What a form holds but the card, which is never shown again.
#[derive(Debug, Default)]
pub struct CheckoutForm {
    pub email: String,
    pub name: String,
    pub street: String,
    pub line2: String,
    pub postal_code: String,
    pub town: String,
    pub region: String,
    pub country: String,
    pub key: String,
    pub quote: String,
    pub only: Option<ShopId>,
    pub delivery_options: Vec<(ShopId, ShippingRateId)>,
    pub notes: Vec<(ShopId, String)>,
    pub save_address: bool,
    /// Only to look again, with another country or another delivery; nothing is to be paid.
    pub update: bool,
}

/// What was typed of the card; dropped with the request.
#[derive(Default)]
pub struct TypedCard {
    number: String,
    expiry: String,
    code: String,
}

impl CheckoutForm {
    pub fn read(pairs: Vec<(String, String)>) -> (Self, TypedCard) {
        let (mut form, mut card) = (Self::default(), TypedCard::default());
        for (name, value) in pairs {
            match name.as_str() {
                "email" => form.email = value,
                "name" => form.name = value,
                "street" => form.street = value,
                "line2" => form.line2 = value,
                "postal_code" => form.postal_code = value,
                "town" => form.town = value,
                "region" => form.region = value,
                "country" => form.country = value,
                "key" => form.key = value,
                "quote" => form.quote = value,
                "shop" => form.only = value.parse().ok().map(ShopId),
                "save_address" => form.save_address = true,
                "update" => form.update = true,
                "card_number" => card.number = value,
                "card_expiry" => card.expiry = value,
                "card_code" => card.code = value,
                other => form.read_of_shop(other, value),
            }
        }
        (form, card)
    }

    /// `delivery[SHOP]` and `note[SHOP]`.
    fn read_of_shop(&mut self, name: &str, value: String) {
        let Some((what, rest)) = name.split_once('[') else {
            return;
        };
        let Some(shop) = rest.strip_suffix(']').and_then(|id| id.parse().ok()) else {
            return;
        };
        match what {
            "delivery" => self
                .delivery_options
                .extend(value.parse().ok().map(|rate| (ShopId(shop), ShippingRateId(rate)))),
            "note" => self.notes.push((ShopId(shop), value)),
            _ => {}
        }
    }

    /// For a first look: what is known of the visitor already.
    pub fn fresh(page: &Page, saved: Option<&SavedAddress>, only: Option<ShopId>) -> Result<Self> {
        let mut form = Self {
            country: page.country.code.to_owned(),
            key: random()?,
            only,
            ..Self::default()
        };
        if let Some(visitor) = &page.visitor {
            form.email.clone_from(&visitor.email);
        }
        if let Some(saved) = saved {
            form.name.clone_from(&saved.name);
            form.street.clone_from(&saved.street);
            form.line2.clone_from(&saved.line2);
            form.postal_code.clone_from(&saved.postal_code);
            form.town.clone_from(&saved.town);
            form.region.clone_from(&saved.region);
            form.country.clone_from(&saved.country);
        }
        Ok(form)
    }

    /// As it was sent off before, to be paid once more.
    pub fn again(checkout: &Purchase, shop_orders: &[crate::orders::ShopOrder]) -> Self {
        let sent = |shop_order: &crate::orders::ShopOrder| Some((shop_order.shop_id?, shop_order.clone()));
        let sent: Vec<_> = shop_orders.iter().filter_map(sent).collect();
        Self {
            email: checkout.email.clone(),
            name: checkout.name.clone(),
            street: checkout.street.clone(),
            line2: checkout.line2.clone(),
            postal_code: checkout.postal_code.clone(),
            town: checkout.town.clone(),
            region: checkout.region.clone(),
            country: checkout.country.clone(),
            key: checkout.idempotency_key.clone().unwrap_or_default(),
            quote: checkout.quote.clone(),
            only: checkout.only_shop_id,
            delivery_options: sent
                .iter()
                .filter_map(|(shop, of)| Some((*shop, of.rate_id?)))
                .collect(),
            notes: sent.iter().map(|(shop, of)| (*shop, of.note.clone())).collect(),
            save_address: false,
            update: false,
        }
    }

    pub fn choices(&self, page: &Page) -> CheckoutChoices {
        CheckoutChoices {
            country: Country::by_code(&self.country).unwrap_or(page.country),
            only: self.only,
            delivery_options: self.delivery_options.clone(),
        }
    }

    pub fn note(&self, shop: impl Borrow<ShopId>) -> &str {
        let note = self.notes.iter().find(|(of, _)| of == shop.borrow());
        note.map_or("", |(_, note)| note)
    }

    /// Whether the key is one that a page of ours was made with.
    pub fn has_key(&self) -> bool {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        self.key.len() == 43 && self.key.bytes().all(letter)
    }

    /// # Errors
    /// A message for each field that needs another look.
    pub fn parse(&self, cart_owner: CartOwner, page: &Page) -> Result<CheckoutRequest, FormErrors> {
        let mut errors = FormErrors::default();
        let email = errors.check("email", Email::parse(&self.email));
        let typed = [
            &self.name,
            &self.street,
            &self.line2,
            &self.postal_code,
            &self.town,
            &self.region,
            &self.country,
        ];
        let address = Address::parse(typed.map(String::as_str)).map_err(|wrong| {
            for (field, message) in wrong {
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
        match (email, address) {
            (Some(email), Ok(address)) if errors.is_empty() => Ok(CheckoutRequest {
                cart_owner,
                key: self.key.clone(),
                email,
                address,
                choices: self.choices(page),
                notes,
                quote: self.quote.clone(),
            }),
            _ => Err(errors),
        }
    }
}

impl TypedCard {
    pub fn parse(&self, errors: &mut FormErrors, now: NaiveDateTime) -> Option<Card> {
        match Card::parse(&self.number, &self.expiry, &self.code, now) {
            Ok(card) => Some(card),
            Err(wrong) => {
                let fields = [
                    ("card_number", wrong.number),
                    ("card_expiry", wrong.expiry),
                    ("card_code", wrong.code),
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
