//! Adding to a cart.

use chrono::NaiveDateTime;

use super::cart_item::CartItem;
use super::cart_owner::{CartOwner, count, lock_or_create};
use super::limits::{MAX_LINES, MAX_QUANTITY, QuantityLimit, max_quantity_message};
use super::offer::Offer;
use super::personalization::Personalization;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{CartId, CartItemId, PersonalizationFieldId, VariantId};
use crate::money::Money;

/// How many removed lines of a cart are kept to be put back.
const MAX_REMOVED_LINES: usize = 50;

/// What a buyer wants to add.
#[derive(Debug, Clone)]
pub struct NewItem {
    pub variant: VariantId,
    /// 1 to 99.
    pub quantity: i32,
    /// What they entered in the product's personalization fields.
    pub answers: Vec<(PersonalizationFieldId, String)>,
}

#[derive(Debug, Clone)]
pub enum AddOutcome {
    Added(Added),
    /// Nothing changed. A message for each field with an invalid answer.
    InvalidAnswers(Vec<(PersonalizationFieldId, String)>),
}

#[derive(Debug, Clone)]
pub struct Added {
    pub cart: CartId,
    /// Items in the cart now.
    pub item_count: i64,
    /// For the buyer: what was added, and why it is less than they wanted.
    pub message: String,
    /// Less was added than they wanted.
    pub limited: bool,
}

/// An item with its price, ready to be added.
pub struct PricedItem {
    pub variant: VariantId,
    /// The answers, as `Personalization::stored` writes them.
    pub personalization: String,
    pub unit_price: Money,
    /// The stock of the shop.
    pub stock: i32,
}

/// The result of `add_quantity`.
#[derive(Debug, Clone, Copy)]
pub struct AddedQuantity {
    /// The quantity that was added.
    pub added: i32,
    pub limit: QuantityLimit,
}

/// Adds to the owner's cart. An owner without a cart gets one.
///
/// # Errors
/// `Refused` when the item cannot be bought or the cart can hold no more of it; `NotFound` for an unknown variant.
pub fn add(
    conn: &mut Conn,
    cart_owner: Option<CartOwner>,
    new_item: &NewItem,
    now: NaiveDateTime,
) -> Result<AddOutcome> {
    let offer = Offer::of_variant(conn, new_item.variant, cart_owner.and_then(CartOwner::user), now)?;
    if let Some(problem) = &offer.problem {
        return Err(Error::Refused(problem.refusal(&offer.title)));
    }
    let personalization = match Personalization::parse(&offer.fields, &new_item.answers) {
        Ok(personalization) => personalization,
        Err(errors) => return Ok(AddOutcome::InvalidAnswers(errors)),
    };
    let item = offer.priced_item(&personalization)?;
    let cart = lock_or_create(conn, cart_owner, now)?;
    let AddedQuantity { added, limit } = add_quantity(conn, cart, &item, new_item.quantity, now)?;
    if added == 0 {
        return Err(Error::Refused(limit.refusal(&offer.title)));
    }
    Ok(AddOutcome::Added(Added {
        cart,
        item_count: count(conn, cart)?,
        message: added_message(offer, added, limit),
        limited: limit != QuantityLimit::None,
    }))
}

fn added_message(offer: Offer, added: i32, limit: QuantityLimit) -> String {
    let label = offer.variant.label();
    let name = if label.is_empty() {
        offer.title
    } else {
        format!("{} ({label})", offer.title)
    };
    let reason = match limit {
        QuantityLimit::None | QuantityLimit::Lines => String::new(),
        QuantityLimit::Stock(1) => " It is the only one left.".to_owned(),
        QuantityLimit::Stock(stock) => format!(" Only {stock} are left, and they are all in your cart now."),
        QuantityLimit::PerLine => format!(" {}", max_quantity_message()),
    };
    if added == 1 {
        format!("Added to your cart: {name}.{reason}")
    } else {
        format!("Added to your cart: {added} × {name}.{reason}")
    }
}

/// Adds a quantity of a variant to a locked cart, or as much as fits. The same variant with the same personalization is one line.
pub fn add_quantity(
    conn: &mut Conn,
    cart: CartId,
    item: &PricedItem,
    quantity: i32,
    now: NaiveDateTime,
) -> Result<AddedQuantity> {
    let items = CartItem::of_cart(conn, cart)?;
    let live: Vec<&CartItem> = items.iter().filter(|other| other.is_live()).collect();
    let same = items
        .iter()
        .find(|other| other.variant_id == item.variant && other.personalization == item.personalization);
    let in_line = same.filter(|same| same.is_live()).map_or(0, |same| same.quantity);
    if in_line == 0 && live.len() >= MAX_LINES {
        let limit = QuantityLimit::Lines;
        return Ok(AddedQuantity { added: 0, limit });
    }
    let in_cart: i32 = live
        .iter()
        .filter(|other| other.variant_id == item.variant)
        .map(|other| other.quantity)
        .sum();
    let in_stock = (item.stock - in_cart).max(0);
    let added = quantity.min(in_stock).min((MAX_QUANTITY - in_line).max(0));
    let limit = match added {
        all if all == quantity => QuantityLimit::None,
        fewer if fewer == in_stock => QuantityLimit::Stock(item.stock),
        _ => QuantityLimit::PerLine,
    };
    if added == 0 {
        return Ok(AddedQuantity { added, limit });
    }
    if let Some(same) = same {
        CartItem::set_quantity(conn, same.id, in_line + added, Some(item.unit_price), now)?;
    } else {
        let removed = items.iter().filter(|other| !other.is_live());
        if removed.clone().count() >= MAX_REMOVED_LINES {
            CartItem::delete(conn, removed.map(|removed| removed.id))?;
        }
        let row = CartItem {
            id: CartItemId::new(),
            cart_id: cart,
            variant_id: item.variant,
            quantity: added,
            unit_price: item.unit_price,
            personalization: item.personalization.clone(),
            created_at: now,
            updated_at: now,
            removed_at: None,
        };
        row.insert(conn)?;
    }
    Ok(AddedQuantity { added, limit })
}

impl Offer {
    fn priced_item(&self, personalization: &Personalization) -> Result<PricedItem> {
        let unit_price = self.price(personalization);
        Ok(PricedItem {
            variant: self.variant.id,
            personalization: personalization.stored()?,
            unit_price: unit_price
                .ok_or_else(|| Error::Internal(anyhow::anyhow!("the price of {} is out of range", self.variant.id)))?,
            stock: self.variant.quantity,
        })
    }
}
