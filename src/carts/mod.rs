//! Carts: what guests and users are about to buy, from any number of shops.

mod add;
mod cart;
mod cart_item;
mod cart_owner;
mod change;
mod limits;
mod line;
mod merge;
mod offer;
pub mod pages;
mod personalization;

pub use add::{AddOutcome, Added, NewItem, add};
pub use cart::{Cart, CartShop, RemovedLine};
pub use cart_item::CartItem;
pub use cart_owner::{CartOwner, NewCart, count, lock_shops, purge_expired};
pub use change::{QuantityChange, clear, restore, set_quantity};
pub use limits::{MAX_LINES, MAX_QUANTITY, max_quantity_message};
pub use line::{CartLine, LineProblem};
pub use merge::merge;
pub use personalization::{Personalization, PersonalizationAnswer};
