//! Carts: what guests and users are about to buy, from all the shops there are.

mod add;
mod availability;
mod cart;
mod cart_owner;
mod change;
mod line;
mod merge;
mod offer;
pub mod pages;
mod personalization;

pub use add::{AddOutcome, Added, NewItem, add};
pub use availability::{MAX_LINES, MAX_QUANTITY};
pub use cart::{Cart, CartShop, RemovedLine};
pub use cart_owner::{CartOwner, count, lock_shops, purge_expired};
pub use change::{QuantityChange, clear, restore, set};
pub use line::{CartLine, LineProblem};
pub use merge::merge;
pub use personalization::{Personalization, PersonalizationAnswer};
