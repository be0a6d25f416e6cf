//! The cart: what it takes, what it refuses, what becomes of it.

mod guest;
mod lines;
mod market;
mod merge;
mod personal;
mod stock;

pub use market::{SHOP, plain};
