//! The payment provider, which moves the money. It is called outside transactions; results are recorded afterwards.

use std::path::Path;
use std::time::Duration;

use super::card::Card;
use super::mock_books::MockBooks;
use super::request::{PaymentRequest, PaymentResult};
use crate::error::{Error, Result};
use crate::money::Money;

/// How long a charge of the slow test card takes.
const SLOW_CARD_DELAY: Duration = Duration::from_secs(3);

/// The result of a call to the provider, as far as we know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderReply {
    Settled(PaymentResult),
    /// No reply: the card may have been charged or not. Ask for the payment's status later.
    Unknown,
}

#[derive(Clone)]
pub enum PaymentProvider {
    Mock { books: MockBooks, timeout: Duration },
}

impl PaymentProvider {
    /// The mock provider with its books in this folder. A charge without a reply within `timeout` is `Unknown`.
    pub fn mock(folder: &Path, timeout: Duration) -> anyhow::Result<Self> {
        let books = MockBooks::open(folder)?;
        Ok(Self::Mock { books, timeout })
    }

    /// The name as stored in `payments.provider`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mock { .. } => "mockpay",
        }
    }

    /// Whether this provider moves no real money.
    pub fn is_mock(&self) -> bool {
        matches!(self, Self::Mock { .. })
    }

    /// Charges the card. Charging the same request twice charges once.
    pub async fn charge(&self, request: PaymentRequest, card: Card) -> ProviderReply {
        let Self::Mock { books, timeout } = self;
        let call = mock_charge(books.clone(), request, card);
        match tokio::time::timeout(*timeout, call).await {
            Ok(Ok(result)) => ProviderReply::Settled(result),
            Ok(Err(error)) => {
                tracing::error!(%error, "the payment provider failed");
                ProviderReply::Unknown
            }
            Err(_) => {
                tracing::warn!("the payment provider did not reply in time");
                ProviderReply::Unknown
            }
        }
    }

    /// The result of a payment. None if the provider does not know its id.
    pub async fn status(&self, id: String) -> Result<Option<PaymentResult>> {
        let Self::Mock { books, .. } = self;
        let books = books.clone();
        run_blocking(move || books.status(&id)).await
    }

    /// Cancels a payment, so that it cannot succeed later. Returns the result; an earlier result does not change.
    pub async fn cancel(&self, request: PaymentRequest) -> Result<PaymentResult> {
        let Self::Mock { books, .. } = self;
        let books = books.clone();
        run_blocking(move || books.cancel(&request)).await
    }

    /// Refunds part of a payment. Calls with the same reference refund once.
    pub async fn refund(&self, id: String, reference: String, amount: Money) -> Result<()> {
        let Self::Mock { books, .. } = self;
        let books = books.clone();
        run_blocking(move || books.refund(&id, &reference, amount)).await
    }
}

/// Charges a card as `TEST_CARDS` says; every other card succeeds.
async fn mock_charge(books: MockBooks, request: PaymentRequest, card: Card) -> Result<PaymentResult> {
    let failure = match card.number.as_str() {
        "4000000000000002" => "Your card was declined. Nothing was charged. Try another card, or ask your bank.",
        "4000000000009995" => "This card has insufficient funds. Nothing was charged. Try another card.",
        "4000000000000069" => "This card has expired. Nothing was charged. Use another card.",
        "4000000000000119" => "The payment provider had a problem. Nothing was charged. Try again in a moment.",
        "4000000000003220" => return std::future::pending().await,
        "4000000000003089" => {
            tokio::time::sleep(SLOW_CARD_DELAY).await;
            ""
        }
        _ => "",
    };
    let loses_reply = card.number == "4000000000003063";
    let result = run_blocking(move || books.charge(&request, failure)).await?;
    if loses_reply {
        return std::future::pending().await;
    }
    Ok(result)
}

async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::internal(error, "calling the payment provider"))?
        .map_err(Error::Internal)
}
