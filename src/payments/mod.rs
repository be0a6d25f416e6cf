//! Payments: what was paid and given back, the card it was paid by, and the provider that moves the money.

mod cancel;
mod card;
mod charge;
mod mock;
mod payment;
mod provider;
mod refund;

pub use cancel::cancel;
pub use card::{Card, CardProblems, TEST_CARDS, TestCard};
pub use charge::{PaymentRequest, PaymentResult};
pub use mock::{MockBookEntry, MockBooks};
pub use payment::{NewPayment, Payment, PaymentStatus};
pub use provider::{PaymentProvider, ProviderReply};
pub use refund::{Refund, RefundStatus};
