//! Shipping: what each shop asks for sending, where to, and when it arrives.

mod arrival;
mod delivery;
mod rate;

pub use arrival::Arrival;
pub use delivery::{Packed, Sending, Way};
pub use rate::{Countries, Draft, LONGEST_TRANSIT, MOST_RATES, Rate, Shift};
