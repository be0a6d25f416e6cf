//! The owner of a purchase, and the state of its payment.

use crate::carts::CartOwner;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::orders::Purchase;
use crate::payments::{Payment, PaymentStatus};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PurchaseState {
    /// The provider has not replied yet.
    Waiting,
    /// The payment failed and nothing was charged. Has the message for the buyer.
    Declined(String),
    /// The purchase is paid.
    Placed,
}

impl PurchaseState {
    pub fn of_purchase(conn: &mut Conn, purchase: &Purchase) -> Result<Self> {
        if purchase.placed_at.is_some() {
            return Ok(Self::Placed);
        }
        Ok(match Payment::latest_of_purchase(conn, purchase.id)? {
            Some(payment) if payment.status == PaymentStatus::Failed => Self::Declined(payment.error),
            _ => Self::Waiting,
        })
    }
}

impl Purchase {
    /// The purchase with this number, placed or not. `NotFound` if it was not made from the owner's cart.
    pub fn of_cart_owner(conn: &mut Conn, cart_owner: CartOwner, number: &str) -> Result<Self> {
        let purchase = Self::by_number(conn, number)?;
        if purchase.belongs_to(cart_owner) {
            Ok(purchase)
        } else {
            Err(Error::NotFound)
        }
    }

    pub fn belongs_to(&self, cart_owner: CartOwner) -> bool {
        match cart_owner {
            CartOwner::User(user) => self.buyer_id == Some(user),
            CartOwner::Guest(cart) => self.buyer_id.is_none() && self.cart_id == Some(cart),
        }
    }

    /// The owner of the cart that the purchase was made from.
    pub(super) fn cart_owner(&self) -> Option<CartOwner> {
        self.buyer_id
            .map(CartOwner::User)
            .or_else(|| self.cart_id.map(CartOwner::Guest))
    }
}
