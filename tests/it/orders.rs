//! Orders: who sees them, who may change them, and who gets an email.

mod buyer;
mod guest;
pub mod placed_order;
mod reorder;
mod seller;
mod transitions;
