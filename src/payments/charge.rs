//! What a provider is asked to charge, and what became of it.

use crate::money::Money;

/// What is said of a payment that was called off.
pub const REFUSED: &str = "The payment took too long and was called off. Nothing was charged.";

/// What is to be charged, under an id that is used once.
#[derive(Debug, Clone)]
pub struct PaymentRequest {
    pub id: String,
    pub amount: Money,
    pub currency: String,
}

/// What became of an intent, for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentResult {
    Succeeded,
    /// Why, for the buyer.
    Failed(String),
}
