//! The cart: lines, personalization, stock, guests and merging.

mod guest;
mod lines;
mod market;
mod merge;
mod personalization;
mod stock;

pub use market::{SHOP, simple_market};
