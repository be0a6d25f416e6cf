//! A purchase of the demo once it is placed, and what the provider has to know of it.

use crate::error::Error;
use crate::id::{CheckoutId, UserId};
use crate::money::Money;
use crate::orders::Order;
use crate::payments::Intent;

/// What the provider has to have in its books for it.
#[derive(Debug, Clone)]
pub enum Booking {
    /// Empty: it went through.
    Charge { intent: Intent, failure: &'static str },
    Refund {
        intent: String,
        reference: String,
        amount: Money,
    },
}

/// What is known of a purchase once it is placed.
pub struct Done {
    pub checkout: CheckoutId,
    pub user: Option<UserId>,
    pub intent: String,
    pub orders: Vec<Order>,
}

pub fn unknown(what: &str) -> Error {
    Error::Internal(anyhow::anyhow!(
        "the demo's orders hold {what}, which is not understood"
    ))
}
