//! Shipping: the shops' rates, where they ship to, what delivery costs, and when it arrives.

mod arrival;
mod delivery;
mod rate;

pub use arrival::Arrival;
pub use delivery::{DeliveryItem, DeliveryOption, DeliveryQuote};
pub use rate::{Countries, MAX_RATE_NAME_LENGTH, MAX_RATES, MAX_TRANSIT_DAYS, ShippingRate, ShippingRateDraft};
