//! The cart: what it takes, what it refuses, what becomes of it.

mod guest;
mod lines;
mod merge;
mod personal;
mod shelf;
mod stall;

pub use stall::{SHOP, plain};
