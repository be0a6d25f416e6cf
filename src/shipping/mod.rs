//! Shipping: what each shop asks for sending, where to, and when it arrives.

mod arrival;
mod delivery;
mod rate;

pub use arrival::Arrival;
pub use delivery::{DeliveryItem, DeliveryOption, DeliveryQuote};
pub use rate::{Countries, Direction, MAX_RATES, MAX_TRANSIT_DAYS, ShippingRate, ShippingRateDraft};
