//! Shops: who sells, how their window looks, when they are away.

pub mod pages;
mod shop;
mod theme;

pub use shop::{Shop, ShopState, Vacation};
pub use theme::{Corner, Theme, Vividness};
