//! Payments and refunds, the card that pays, and the provider that moves the money.

mod cancel_line;
mod card;
mod mock_books;
mod payment;
mod provider;
mod refund;
mod request;

pub use cancel_line::cancel_line;
pub use card::{Card, CardErrors, TEST_CARDS, TestCard};
pub use mock_books::{MockBookEntry, MockBooks};
pub use payment::{NewPayment, Payment, PaymentStatus};
pub use provider::{PaymentProvider, ProviderReply};
pub use refund::{Refund, RefundStatus};
pub use request::{PaymentRequest, PaymentResult};
