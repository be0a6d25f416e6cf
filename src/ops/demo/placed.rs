//! A placed purchase of the demo market, and its entries for the provider's books.

use crate::error::Error;
use crate::id::{PurchaseId, UserId};
use crate::money::Money;
use crate::orders::OrderLine;
use crate::payments::PaymentRequest;

/// An entry for the mock provider's books.
#[derive(Debug, Clone)]
pub enum BookEntry {
    /// A payment. An empty `failure` means that it succeeded.
    Payment {
        request: PaymentRequest,
        failure: &'static str,
    },
    Refund {
        payment: String,
        reference: String,
        amount: Money,
    },
}

/// A purchase that was placed.
pub struct PlacedPurchase {
    pub purchase: PurchaseId,
    pub user: Option<UserId>,
    /// The provider's id of the payment.
    pub payment: String,
    pub orders: Vec<OrderLine>,
}

/// An error for something in `market.json` that does not exist.
pub fn unknown(what: &str) -> Error {
    Error::Internal(anyhow::anyhow!(
        "the purchases in market.json contain {what}, which is unknown"
    ))
}
