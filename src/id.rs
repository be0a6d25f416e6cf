//! Typed ids, made by the program. They are unique but not secret: an id alone gives no access.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use diesel_derive_newtype::DieselNewType;
use serde::Deserialize;

/// The low bits, which distinguish ids of the same millisecond.
const COUNTER_BITS: u32 = 20;

/// Makes the next id: the milliseconds since 1970, followed by 20 bits that start at a random number and count up. One
/// process never makes the same id twice, and two processes almost never do.
fn next() -> i64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let millis = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis());
    let millis = u64::try_from(millis).unwrap_or(0);
    let start = u64::from(getrandom::u32().unwrap_or(0)) & ((1 << (COUNTER_BITS - 1)) - 1);
    let fresh = (millis << COUNTER_BITS) | start;
    let made = LAST
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(fresh.max(last + 1)))
        .map_or(fresh, |last| fresh.max(last + 1));
    i64::try_from(made).unwrap_or(i64::MAX)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType, Deserialize)]
        pub struct $name(pub i64);

        impl $name {
            /// A new, unique id.
            #[expect(clippy::new_without_default, reason = "a default id would be unexpected")]
            pub fn new() -> Self {
                Self(next())
            }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    UserId, SessionId, TokenId, RecoveryCodeId, BrowserId, ThrottleId, EventId, JobId, SecretKeyId, ShopId, ProductId,
    VariantId, ImageId, SectionId, PersonalizationFieldId, MovementId, CartId, CartItemId, PurchaseId, ShopOrderId, OrderLineId, PaymentId,
    ShippingRateId, RefundId, AddressId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_grow() {
        let made: Vec<i64> = (0..10_000).map(|_| next()).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
