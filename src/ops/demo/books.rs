//! What the payment provider has to know of the demo's purchases.

use crate::money::Money;
use crate::payments::{Intent, Ledger};

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

/// Writes into the provider's books what belongs there.
pub fn book(ledger: &Ledger, booked: Vec<Booking>) -> anyhow::Result<()> {
    for booking in booked {
        match booking {
            Booking::Charge { intent, failure } => drop(ledger.charge(&intent, failure)?),
            Booking::Refund {
                intent,
                reference,
                amount,
            } => ledger.refund(&intent, &reference, amount)?,
        }
    }
    Ok(())
}
