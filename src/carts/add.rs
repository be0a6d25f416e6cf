//! Putting something into a cart.

use chrono::NaiveDateTime;

use super::availability::{ItemToAdd, Limit, MAX_LINES, MAX_QUANTITY, place};
use super::cart_owner::{CartOwner, count, lock_or_make};
use super::offer::Offer;
use super::{LineProblem, Personalization};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::id::{CartId, PersonalizationFieldId, VariantId};

/// What someone wants.
#[derive(Debug, Clone)]
pub struct NewItem {
    pub variant: VariantId,
    /// Pieces; 1 to 99.
    pub quantity: i32,
    /// What they typed into the product's fields.
    pub answers: Vec<(PersonalizationFieldId, String)>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum AddOutcome {
    Added(Added),
    /// The answers need another look; nothing changed.
    Wrong(Vec<(PersonalizationFieldId, String)>),
}

#[derive(Debug, Clone)]
pub struct Added {
    pub cart: CartId,
    /// Pieces in the cart now.
    pub pieces: i64,
    /// For the buyer: what is in the cart now, and why it is fewer than they wanted.
    pub message: String,
    /// It is fewer than they wanted.
    pub limited: bool,
}

/// Adds to the holder's cart; who has none gets one.
///
/// # Errors
/// `Refused` when it cannot be bought or nothing more of it fits; `NotFound` for a variant that never was.
pub fn add(conn: &mut Conn, cart_owner: Option<CartOwner>, wanted: &NewItem, now: NaiveDateTime) -> Result<AddOutcome> {
    let offer = Offer::of_variant(conn, wanted.variant, cart_owner.and_then(CartOwner::user), now)?;
    if let Some(problem) = &offer.problem {
        return Err(Error::Refused(problem.refusal(&offer.title)));
    }
    let answers = match Personalization::parse(&offer.fields, &wanted.answers) {
        Ok(answers) => answers,
        Err(wrong) => return Ok(AddOutcome::Wrong(wrong)),
    };
    let piece = offer.piece(&answers)?;
    let cart = lock_or_make(conn, cart_owner, now)?;
    let placed = place(conn, cart, &piece, wanted.quantity, now)?;
    if placed.took == 0 {
        return Err(Error::Refused(no_more(placed.limit, &offer.title)));
    }
    let label = offer.variant.label();
    let what = if label.is_empty() {
        offer.title
    } else {
        format!("{} ({label})", offer.title)
    };
    let why = match placed.limit {
        Limit::None | Limit::Lines => String::new(),
        Limit::Stock(1) => " It is the only one there is.".to_owned(),
        Limit::Stock(stock) => format!(" There are only {stock}, and your cart holds them all now."),
        Limit::Each => format!(" A cart takes {MAX_QUANTITY} of a kind."),
    };
    let message = match placed.took {
        1 => format!("In your cart: {what}.{why}"),
        took => format!("In your cart: {took} × {what}.{why}"),
    };
    Ok(AddOutcome::Added(Added {
        cart,
        pieces: count(conn, cart)?,
        message,
        limited: placed.limit != Limit::None,
    }))
}

/// Why nothing more of it fits.
pub(super) fn no_more(limit: Limit, title: &str) -> String {
    match limit {
        Limit::Lines => format!(
            "Your cart holds {MAX_LINES} different products, which is all that it takes. Buy these first, or take some out."
        ),
        Limit::Each | Limit::None => {
            format!("Your cart holds {MAX_QUANTITY} × {title} already, which is all that it takes.")
        }
        Limit::Stock(stock) if stock <= 0 => LineProblem::SoldOut.refusal(title),
        Limit::Stock(1) => format!("There is only one of {title}, and it is in your cart already."),
        Limit::Stock(stock) => format!("There are only {stock} of {title}, and your cart holds them all already."),
    }
}

impl Offer {
    pub(super) fn piece(&self, answers: &Personalization) -> Result<ItemToAdd> {
        let unit_price = self.price(answers);
        Ok(ItemToAdd {
            variant: self.variant.id,
            personalization: answers.stored()?,
            unit_price: unit_price
                .ok_or_else(|| Error::Internal(anyhow::anyhow!("the price of {} does not fit", self.variant.id)))?,
            stock: self.variant.quantity,
        })
    }
}
