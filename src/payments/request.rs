//! The request to charge that a provider gets, and its result.

use crate::money::Money;

/// The message for the buyer of a payment that we canceled.
pub const CANCELED_MESSAGE: &str = "The payment took too long and was canceled. Nothing was charged.";

/// What to charge. The provider charges an id at most once.
#[derive(Debug, Clone)]
pub struct PaymentRequest {
    pub id: String,
    pub amount: Money,
    pub currency: String,
}

/// The final result of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentResult {
    Succeeded,
    /// The message for the buyer.
    Failed(String),
}
