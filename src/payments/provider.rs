//! The provider that moves the money. Called outside of every transaction; what it says is written down afterwards.

use std::path::Path;
use std::time::Duration;

use super::card::Card;
use super::charge::{PaymentRequest, PaymentResult};
use super::mock::MockBooks;
use crate::error::{Error, Result};
use crate::money::Money;

const SLOW: Duration = Duration::from_secs(3);

/// What is known after a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderReply {
    Settled(PaymentResult),
    /// No answer: it may have happened or not, and is asked for later.
    Unknown,
}

#[derive(Clone)]
pub enum PaymentProvider {
    Mock { books: MockBooks, timeout: Duration },
}

impl PaymentProvider {
    /// The mock provider, with its books in this folder; how long it is waited for.
    pub fn mock(folder: &Path, timeout: Duration) -> anyhow::Result<Self> {
        let books = MockBooks::open(folder)?;
        Ok(Self::Mock { books, timeout })
    }

    /// As in `payments.provider`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mock { .. } => "mockpay",
        }
    }

    /// Whether no real money is moved.
    pub fn is_mock(&self) -> bool {
        matches!(self, Self::Mock { .. })
    }

    pub async fn charge(&self, intent: PaymentRequest, card: Card) -> ProviderReply {
        let Self::Mock { books, timeout } = self;
        let call = mock_charge(books.clone(), intent, card);
        match tokio::time::timeout(*timeout, call).await {
            Ok(Ok(charge)) => ProviderReply::Settled(charge),
            Ok(Err(error)) => {
                tracing::error!(%error, "the payment provider failed");
                ProviderReply::Unknown
            }
            Err(_) => {
                tracing::warn!("the payment provider did not answer in time");
                ProviderReply::Unknown
            }
        }
    }

    /// What became of an intent; none when the provider never heard of it.
    pub async fn find(&self, intent: String) -> Result<Option<PaymentResult>> {
        let Self::Mock { books, .. } = self;
        let books = books.clone();
        blocking(move || books.find(&intent)).await
    }

    /// Sees to it that nothing comes of an intent any more; if something did already, that is what it says.
    pub async fn cancel(&self, intent: PaymentRequest) -> Result<PaymentResult> {
        let Self::Mock { books, .. } = self;
        let books = books.clone();
        blocking(move || books.charge(&intent, "void")).await
    }

    /// Gives back part of what was paid; once for each reference.
    pub async fn refund(&self, intent: String, reference: String, amount: Money) -> Result<()> {
        let Self::Mock { books, .. } = self;
        let books = books.clone();
        blocking(move || books.refund(&intent, &reference, amount)).await
    }
}

/// What the test cards do; every other card is good.
async fn mock_charge(books: MockBooks, intent: PaymentRequest, card: Card) -> Result<PaymentResult> {
    let failure = match card.number.as_str() {
        "4000000000000002" => "Your card was declined. Nothing was charged. Try another card, or ask your bank.",
        "4000000000009995" => "There is not enough money on this card. Nothing was charged. Try another card.",
        "4000000000000069" => "This card has expired. Nothing was charged. Use another card.",
        "4000000000000119" => "The payment provider had a problem. Nothing was charged. Try again in a moment.",
        "4000000000003220" => return std::future::pending().await,
        "4000000000003089" => {
            tokio::time::sleep(SLOW).await;
            ""
        }
        _ => "",
    };
    let silent = card.number == "4000000000003063";
    let charge = blocking(move || books.charge(&intent, failure)).await?;
    if silent {
        return std::future::pending().await;
    }
    Ok(charge)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::internal(error, "the payment provider's call was cut short"))?
        .map_err(Error::Internal)
}
