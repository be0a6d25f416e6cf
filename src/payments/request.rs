//! What a provider is asked to charge, and the result.

use crate::money::Money;

/// The buyer's message for a payment that we canceled.
pub const CANCELED_MESSAGE: &str = "The payment took too long and was called off. Nothing was charged.";

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
    /// With a message for the buyer.
    Failed(String),
}
