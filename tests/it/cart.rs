//! The cart.

mod guest;
mod lines;
mod market;
mod merge;
mod personal;
mod stock;

pub use market::{SHOP, plain};
