//! A purchase of the demo once it is placed, and what the provider has to know of it.

use crate::error::Error;
use crate::id::{PurchaseId, UserId};
use crate::money::Money;
use crate::orders::OrderLine;
use crate::payments::PaymentRequest;

/// What the provider has to have in its books for it.
#[derive(Debug, Clone)]
pub enum Booking {
    /// Empty: it went through.
    Charge {
        intent: PaymentRequest,
        failure: &'static str,
    },
    Refund {
        intent: String,
        reference: String,
        amount: Money,
    },
}

/// What is known of a purchase once it is placed.
pub struct Done {
    pub checkout: PurchaseId,
    pub user: Option<UserId>,
    pub intent: String,
    pub orders: Vec<OrderLine>,
}

pub fn unknown(what: &str) -> Error {
    Error::Internal(anyhow::anyhow!(
        "the demo's orders hold {what}, which is not understood"
    ))
}
