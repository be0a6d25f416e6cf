//! Carts: what guests and users are about to buy, from all the shops there are.

mod add;
mod availability;
mod cart;
mod change;
mod holder;
mod line;
mod merge;
mod offer;
pub mod pages;
mod personalization;

pub use add::{Added, Adding, Wanted, add};
pub use availability::{MOST_EACH, MOST_LINES};
pub use cart::{Cart, CartShop, RemovedLine};
pub use change::{Changed, clear, restore, set};
pub use holder::{Holder, count, hold_shops, tidy};
pub use line::{CartLine, LineProblem};
pub use merge::merge;
pub use personalization::{Answer, Answers};
