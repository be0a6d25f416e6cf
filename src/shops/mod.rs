//! Shops: who sells, how their window looks, when they are away.

mod address;
mod closure;
mod onboarding;
pub mod pages;
mod section;
mod settings;
mod shop;
mod theme;
mod vacation;

pub use address::ShopAddress;
pub use section::{Direction, Section};
pub use settings::{Face, Moved, Policies, Sign, Window};
pub use shop::{Shop, ShopState};
pub use theme::{Corner, Theme, Vividness};
pub use vacation::{Absence, Vacation};
