//! Shipping: what each shop asks for sending, where to, and when it arrives.

mod arrival;
pub mod pages;
mod rate;
mod sending;

pub use arrival::Arrival;
pub use rate::{Countries, Draft, LONGEST_TRANSIT, MOST_RATES, Rate, Shift};
pub use sending::{Packed, Sending, Way};
