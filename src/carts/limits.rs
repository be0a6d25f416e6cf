//! How much a cart holds, and the messages when something does not fit.

use super::line::LineProblem;
use crate::id::CartItemId;

/// The largest number of lines in a cart.
pub const MAX_LINES: usize = 50;
/// The largest quantity of a line.
pub const MAX_QUANTITY: i32 = 99;

/// Why a line holds less than the buyer wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantityLimit {
    /// It holds as many as they wanted.
    None,
    /// The shop has only this many.
    Stock(i32),
    /// A line holds at most `MAX_QUANTITY`.
    PerLine,
    /// A cart holds at most `MAX_LINES` lines.
    Lines,
}

/// The largest quantity of a line that holds `quantity`. `others` are the other lines of its variant. If the lines hold more
/// than the stock, those that were added first keep their quantity.
pub fn max_quantity(id: CartItemId, quantity: i32, stock: i32, others: impl Iterator<Item = (CartItemId, i32)>) -> i32 {
    let (earlier, later): (Vec<_>, Vec<_>) = others.partition(|(other, _)| other.0 < id.0);
    let sum = |lines: Vec<(CartItemId, i32)>| -> i32 { lines.into_iter().map(|(_, quantity)| quantity).sum() };
    let left = stock - sum(earlier);
    (left - sum(later)).max(quantity.min(left)).clamp(0, MAX_QUANTITY)
}

/// The message when a line would hold more than `MAX_QUANTITY`.
pub fn max_quantity_message() -> String {
    format!("You can order at most {MAX_QUANTITY} of one item.")
}

impl QuantityLimit {
    /// The message to the buyer when nothing was added.
    pub fn refusal(self, title: &str) -> String {
        match self {
            Self::Lines => {
                format!("Your cart is full: it can hold {MAX_LINES} different items. Check out first, or remove some.")
            }
            Self::PerLine | Self::None => {
                format!("You already have {MAX_QUANTITY} × {title} in your cart, which is the maximum.")
            }
            Self::Stock(stock) if stock <= 0 => LineProblem::SoldOut.refusal(title),
            Self::Stock(1) => format!("Only one {title} is left, and it is already in your cart."),
            Self::Stock(stock) => format!("Only {stock} × {title} are left, and they are already in your cart."),
        }
    }
}
